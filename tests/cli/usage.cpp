// The command line itself: what it explains, and what it does not take.
#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <sstream>

#include "sim/report/files/version.h"
#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

const Words all_commands = {"view",         "sweep report",  "completion",
                            "batch",        "compare",       "run",
                            "sweep",        "sweep plan",    "sweep status",
                            "sweep export", "sweep best",    "sweep pareto",
                            "sweep merge",  "report",        "price",
                            "masks",        "events diff",   "config check",
                            "config show",  "config layers", "config reference",
                            "trace info",   "trace check",   "trace synth"};

Words words_of(const std::string& command) {
  std::istringstream stream(command);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::string flowing(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// A terminal of this many lines and 80 columns shows all of it.
void check_fits(const std::string& text, int max_lines) {
  std::istringstream stream(text);
  int lines = 0;
  for (std::string line; std::getline(stream, line); ++lines) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
  }
  CHECK(lines >= 5);
  CHECK(lines <= max_lines);
}

}  // namespace

TEST_CASE("--help names every command and every exit code and fits a terminal") {
  const Desk desk;
  const std::string help = desk.ok({"--help"});
  check_fits(help, 40);
  for (const std::string& command : all_commands) CHECK(contains(help, "  " + command + " "));
  for (const std::string code :
       {"0 done", "2 command line", "3 machine", "4 trace", "5 the machine", "6 results",
        "7 logs differ", "8 points", "9 Slurm", "10 out of memory", "130 interrupted"}) {
    CAPTURE(code);
    CHECK(contains(flowing(help), code));
  }
  CHECK(contains(help, "example: peeksim run "));
  CHECK(desk.ok({"-h"}) == help);
}

TEST_CASE("every command explains itself in one screen with an example") {
  const Desk desk;
  for (const std::string& command : all_commands) {
    CAPTURE(command);
    for (const std::string option : {"--help", "-h"}) {
      Words arguments = words_of(command);
      arguments.push_back(option);
      const std::string help = desk.ok(arguments);
      check_fits(help, command == "run" ? 40 : 24);
      CHECK(help.rfind("usage: peeksim " + command, 0) == 0);
      CHECK_FALSE(contains(help, " arg"));  // Boost's name for a value that was given none
      CHECK(contains(help, "\nexample: peeksim " + command));
    }
  }
}

TEST_CASE("--version prints the version of the results, the commit, and what was built with") {
  const std::string printed = Desk().ok({"--version"});
  CAPTURE(printed);
  CHECK(printed.rfind(std::string("peeksim ") + program_version() + "\n", 0) == 0);
  const std::regex lines("peeksim [0-9.]+\n(commit [0-9a-f]{7,40}(-dirty)?\n)?built with .*\n");
  CHECK(std::regex_match(printed, lines));
  for (const char* what :
       {"compiler", "SystemC", "HDF5", "yaml-cpp", "Boost", "SQLite", "muParser"})
    CHECK(std::regex_search(printed, std::regex(std::string(what) + " [^,]*[0-9]+\\.[0-9]+")));
}

TEST_CASE("results hold the version and no commit") {
  const Desk desk;
  desk.ok(run_to("out"));
  CHECK(desk.json("out/results.json")["program"] ==
        nlohmann::json{{"name", "peeksim"}, {"version", program_version()}});
}

TEST_CASE("no command, half a command or an unknown one is a usage error that names commands") {
  const Desk desk;
  desk.refused({}, 2, {"no command given; see 'peeksim --help'"});
  desk.refused({"price2"}, 2, {"unknown command 'price2'; did you mean 'price'?"});
  desk.refused({"simulate"}, 2, {"unknown command 'simulate'; known: run, sweep, sweep plan"});
  desk.refused({"config"}, 2,
               {"'config' is not a whole command; known: config check, config show"});
  desk.refused({"trace", "--help"}, 2,
               {"'trace' is not a whole command; known: trace info, trace check, trace synth"});
  desk.refused({"trace", "chekc"}, 2,
               {"unknown command 'trace chekc'; did you mean 'trace check'?"});
}

TEST_CASE("an unknown option is a usage error with a suggestion") {
  const Desk desk;
  desk.refused({"run", "machine.yaml", "--trcae", "trace.h5"}, 2,
               {"unknown option '--trcae'; did you mean '--trace'?"});
  desk.refused({"run", "machine.yaml", "--trac", "trace.h5"}, 2, {"did you mean '--trace'?"});
  desk.refused({"config", "reference", "--json"}, 2, {"unknown option '--json'; known: --help"});
}

TEST_CASE("a missing, repeated, empty or surplus argument is a usage error that names the help") {
  const Desk desk;
  for (const std::string& command : all_commands) {
    if (command == "config reference" || command == "batch") continue;  // take none
    desk.refused(words_of(command), 2,
                 {"missing argument ", "; see 'peeksim " + command + " --help'"});
  }
  desk.refused({"run", "machine.yaml"}, 2, {"no trace given; add --trace FILE"});
  desk.refused({"run", "machine.yaml", "--trace"}, 2,
               {"'--trace' is missing", "peeksim run --help"});
  desk.refused({"run", "machine.yaml", "--trace", "a", "--trace", "b"}, 2,
               {"--trace", "more than once"});
  desk.refused({"run", "machine.yaml", "other.yaml", "--trace", "trace.h5"}, 2,
               {"too many positional", "peeksim run --help"});
  desk.refused({"run", "", "--trace", "trace.h5"}, 2, {"MACHINE is empty"});
  desk.refused({"run", "machine.yaml", "--trace", ""}, 2, {"--trace is empty"});
  desk.refused({"run", "machine.yaml", "--trace", "trace.h5", "--out", ""}, 2, {"--out is empty"});
  desk.refused({"price", "results.json"}, 2, {"no energy table given; add --energy TABLE"});
  desk.refused({"trace", "synth", "workload.yaml"}, 2, {"no output file given; add -o FILE"});
}

TEST_CASE("an option's value out of range or of another type is a usage error that names it") {
  const Desk desk;
  const auto synth = [&](const std::string& option, const Words& parts) {
    desk.refused({"trace", "synth", "workload.yaml", "-o", "new.h5", option}, 2, parts);
  };
  synth("--zeros=2", {"--zeros: is out of range; give a value from 0 to 1"});
  synth("--zeros=nan", {"--zeros: is out of range"});
  synth("--correlation=-1", {"--correlation: is out of range"});
  synth("--images=0", {"--images: is out of range"});
  synth("--images=two", {"'two'", "'--images'", "see 'peeksim trace synth --help'"});
  synth("--seed=-1", {"--seed is -1; give a whole number from 0"});
  synth("--type=i9", {"--type: is out of range; give a value from f32, f16, i8"});
}

TEST_CASE("an error is one line whatever the name of a file holds") {
  const Desk desk;
  desk.refused({"config", "check", "a{0}\nb.yaml"}, 3, {"a{0}?b.yaml: cannot read this file"});
}
