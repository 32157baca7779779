#include "sim/cli/shell/command.h"

#include <algorithm>
#include <iostream>

#include "sim/base/error.h"
#include "sim/base/suggest.h"
#include "sim/cli/shell/build_info.h"
#include "sim/cli/shell/completion.h"
#include "sim/cli/shell/help.h"
#include "sim/cli/shell/man_page.h"
#include "sim/report/files/version.h"

namespace peeksim {

namespace {

constexpr const char* summary = "cycle-level simulator of CNN accelerators that predict zeros";
constexpr const char* example =
    "peeksim run configs/peek-64x4.yaml --trace traces/squeezenet1_1.h5 --out out";
constexpr const char* exit_codes =
    "0 done, 1 bug, 2 command line, 3 machine, workload, results or event file, 4 trace, 5 the "
    "machine cannot run a layer, 6 results cannot be written, 7 logs differ, 8 points of a sweep "
    "failed, 9 Slurm refused, 10 out of memory, 130 interrupted";

std::vector<HelpRow> command_rows() {
  std::vector<HelpRow> rows;
  for (const Command& command : commands()) rows.push_back({command.name, command.summary});
  return rows;
}

std::string help() {
  return help_text("peeksim " + std::string(program_version()) + ": " + summary +
                   "\n\n"
                   "usage: peeksim COMMAND [ARGUMENTS]   peeksim COMMAND --help explains one\n\n") +
         help_rows(command_rows()) + "\n" + help_example(std::string(example) + "\n") + "\n" +
         help_text(std::string("exit codes: ") + exit_codes + "\n");
}

std::vector<std::string> page_names() {
  std::vector<std::string> names = {"peeksim"};
  for (const Command& command : commands())
    names.push_back(man_page_name("peeksim " + std::string(command.name)));
  return names;
}

// What holds for the program as a whole, and where the pages of its commands are.
std::string main_page() {
  std::vector<std::string> others = page_names();
  others.erase(others.begin());
  return man_title("peeksim", summary) + man_text("SYNOPSIS", "peeksim COMMAND [ARGUMENTS]") +
         man_rows("COMMANDS", command_rows()) +
         man_rows("FILES",
                  {{"configs, workloads, traces",
                    "Machines, energy tables, sweeps, workloads and traces are shipped in "
                    "share/peeksim. A path that begins with one of these folders, and that the "
                    "current folder does not have, is that of a shipped file."}}) +
         man_rows("ENVIRONMENT", {{"PEEKSIM_DATA", "the folder with the shipped files"},
                                  {"NO_COLOR", "set: no colors on a terminal"}}) +
         man_text("EXIT STATUS", exit_codes) + man_lines("EXAMPLE", {example}) +
         man_see_also(others);
}

// Prints the page of a name, or without one the names of all pages.
void print_man_page(const std::vector<std::string>& arguments) {
  const std::string wanted = arguments.empty() ? "" : arguments[0];
  if (wanted.empty())
    for (const std::string& name : page_names()) std::cout << name << "\n";
  if (wanted == "peeksim") std::cout << main_page();
  for (const Command& command : commands()) {
    const std::string name = "peeksim " + std::string(command.name);
    if (man_page_name(name) != wanted) continue;
    std::cout << man_title(name, command.summary);
    command.run({man_page_mark});
    std::cout << man_see_also({"peeksim"});
  }
}

// The number of words in the name of a command: 2 for "config check".
std::size_t words_of(const std::string& name) {
  return name.find(' ') == std::string::npos ? 1 : 2;
}

// A name of two words has priority: "sweep plan" is not "sweep" with a file named plan.
const Command* find_command(const std::vector<std::string>& arguments) {
  const Command* found = nullptr;
  for (const Command& command : commands()) {
    const std::size_t words = words_of(command.name);
    if (arguments.size() < words) continue;
    const std::string name = words == 1 ? arguments[0] : arguments[0] + " " + arguments[1];
    if (name == command.name && (found == nullptr || words == 2)) found = &command;
  }
  return found;
}

[[noreturn]] void unknown_command(const std::vector<std::string>& arguments) {
  const std::string& group = arguments[0];
  std::vector<std::string> all, in_group;
  for (const Command& command : commands()) {
    all.emplace_back(command.name);
    if (all.back().rfind(group + " ", 0) == 0) in_group.push_back(all.back());
  }
  const bool more = arguments.size() > 1 && arguments[1].rfind('-', 0) != 0;
  if (in_group.empty())
    throw Error(ErrorKind::usage, "", "unknown command '" + group + "'", suggest(group, all));
  if (!more)
    throw Error(ErrorKind::usage, "", "'" + group + "' is not a whole command",
                suggest("", in_group));
  const std::string name = group + " " + arguments[1];
  throw Error(ErrorKind::usage, "", "unknown command '" + name + "'", suggest(name, in_group));
}

// Prints what may replace the last of `words`: the next word of a command's name, or what the
// command itself suggests.
void print_candidates(const std::vector<std::string>& words) {
  const std::string& current = words.back();
  std::vector<HelpRow> rows;
  std::string before;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) before += words[i] + " ";
  for (const Command& command : commands()) {
    const std::string name = command.name;
    if (name.rfind(before, 0) != 0) continue;
    const std::string rest = name.substr(before.size());
    const std::string word = rest.substr(0, rest.find(' '));
    const bool whole = word == rest;
    if (!rows.empty() && rows.back().term == word) continue;
    rows.push_back({word, whole ? command.summary : "commands: " + word + " ..."});
  }
  if (words.size() == 1) {
    rows.push_back({"--help", "name every command"});
    rows.push_back({"--version", "print the version"});
  }
  std::cout << word_candidates(rows, current);
  const Command* command = find_command({words.begin(), words.end() - 1});
  if (command == nullptr) return;
  std::vector<std::string> arguments = {complete_mark};
  arguments.insert(arguments.end(),
                   words.begin() + static_cast<std::ptrdiff_t>(words_of(command->name)),
                   words.end());
  command->run(arguments);
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"run", "simulate a trace on a machine, with and without prediction", run_command},
      {"sweep", "run the points of a sweep that its database lacks", sweep_command},
      {"sweep plan", "check a sweep file and say which points it has", sweep_plan_command},
      {"sweep status", "say how far a sweep's database is", sweep_status_command},
      {"sweep export", "print a sweep's results as CSV or JSON", sweep_export_command},
      {"sweep best", "print the best points of a sweep in one metric", sweep_best_command},
      {"sweep pareto", "print the points that no other beats in every objective",
       sweep_pareto_command},
      {"sweep report", "show a sweep as a page with charts (HTML)", sweep_report_command},
      {"sweep merge", "join databases of parts of a sweep", sweep_merge_command},
      {"batch", "answer requests to simulate, one a line", batch_command},
      {"report", "show a finished run as a page with charts (HTML)", report_command},
      {"compare", "show machines on a trace, or finished runs, side by side", compare_command},
      {"view", "show what a predictor sees of a layer, as a page (HTML)", view_command},
      {"price", "price a finished run with another energy table", price_command},
      {"masks", "write which outputs of a trace a machine predicts to be zero", masks_command},
      {"events diff", "show the first event that differs between two event logs",
       events_diff_command},
      {"config check", "check a machine file", config_check_command},
      {"config show", "print a machine with every key resolved", config_show_command},
      {"config layers", "print as JSON what prediction settings mean on every layer",
       config_layers_command},
      {"config reference", "print the reference of all machine keys as Markdown",
       config_reference_command},
      {"trace info", "print what a trace holds", trace_info_command},
      {"trace check", "read every value of a trace and report damage", trace_check_command},
      {"trace synth", "make a synthetic trace from a workload", trace_synth_command},
      {"completion", "print a script that completes commands in bash or zsh", completion_command},
  };
  return table;
}

void run_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty())
    throw Error(ErrorKind::usage, "", "no command given", "see 'peeksim --help'");
  if (arguments[0] == "--help" || arguments[0] == "-h") {
    std::cout << help();
    return;
  }
  if (arguments[0] == complete_mark) {
    if (arguments.size() > 1) print_candidates({arguments.begin() + 1, arguments.end()});
    return;
  }
  if (arguments[0] == man_page_mark) {
    print_man_page({arguments.begin() + 1, arguments.end()});
    return;
  }
  if (arguments[0] == "--version") {
    std::cout << "peeksim " << program_version() << "\n" << build_info();
    return;
  }
  const Command* command = find_command(arguments);
  if (command == nullptr) unknown_command(arguments);
  const auto first = arguments.begin() + static_cast<std::ptrdiff_t>(words_of(command->name));
  command->run({first, arguments.end()});
}

}  // namespace peeksim
