#include <iostream>

#include "sim/base/lookup.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/completion_scripts.h"
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
  const Shell* shell = find_row(shells(), name);
  if (shell == nullptr)
    throw Error(ErrorKind::usage, "", "no completion for '" + name + "'",
                suggest(name, row_names(shells())));
  std::cout << shell->script;
}

}  // namespace peeksim
