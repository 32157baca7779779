#include <iostream>

#include "sim/base/error.h"
#include "sim/base/suggest.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/completion.h"
#include "sim/cli/shell/options.h"

namespace peeksim {

void completion_command(const std::vector<std::string>& arguments) {
  Options options("peeksim completion SHELL",
                  "Prints a script that completes peeksim's commands, options, files and names on "
                  "the Tab key; docs/terminal.md says where shells look for one.",
                  "peeksim completion bash > ~/.local/share/bash-completion/completions/peeksim");
  options.positional("SHELL", "bash or zsh");
  if (!options.parse(arguments)) return;
  const std::string name = options.text("SHELL");
  std::vector<std::string> known;
  for (const Shell& shell : shells()) {
    known.emplace_back(shell.name);
    if (name != shell.name) continue;
    std::cout << shell.script;
    return;
  }
  throw Error(ErrorKind::usage, "", "no completion for '" + name + "'", suggest(name, known));
}

}  // namespace peeksim
