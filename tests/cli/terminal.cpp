// What a terminal changes: width, bars, colors; what `--quiet` and `--json` print instead.
#include <doctest/doctest.h>

#include <sstream>

#include "sim/report/screens/screen_style.h"
#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

const Words small_run = {"run", "machine.yaml", "--trace", "trace.h5"};

CommandSetup terminal(unsigned short columns, std::map<std::string, std::string> more = {}) {
  CommandSetup setup;
  setup.out_on_terminal = true;
  setup.terminal_columns = columns;
  setup.environment = {{"TERM", "xterm"}, {"NO_COLOR", ""}, {"COLUMNS", ""}};
  for (const auto& [name, value] : more) setup.environment[name] = value;
  return setup;
}

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

}  // namespace

TEST_CASE("what a command prints fits the terminal's width") {
  const Desk desk;
  for (const unsigned short columns : {80, 100, 240}) {
    CAPTURE(columns);
    for (const Words& words :
         {small_run, Words{"trace", "info", "trace.h5"}, Words{"trace", "check", "trace.h5"}}) {
      CAPTURE(words);
      CHECK(widest_line(desk.ok(words, terminal(columns))) <= columns);
    }
  }
  desk.ok(run_to("a"));
  desk.ok(run_to("b", {"--set", "array.rows=2"}));
  const Words compare = {"compare", "a/results.json", "b/results.json"};
  CHECK(widest_line(desk.ok(compare, terminal(60))) <= 60);
  CHECK(widest_line(desk.ok(small_run, terminal(240))) > 100);
  CHECK(widest_line(desk.ok(small_run, terminal(240, {{"COLUMNS", "90"}}))) <= 90);
  CHECK(widest_line(desk.ok(small_run, terminal(0))) <= 80);
}

TEST_CASE("colors show on a terminal, unless NO_COLOR or a dumb one says otherwise") {
  const Desk desk;
  CHECK(contains(desk.ok(small_run, terminal(100)), "\033[1m"));
  for (const auto& without : std::vector<std::map<std::string, std::string>>{
           {{"NO_COLOR", "1"}}, {{"TERM", "dumb"}}, {{"TERM", ""}}}) {
    const std::string screen = desk.ok(small_run, terminal(100, without));
    CHECK_FALSE(contains(screen, "\033"));
    CHECK(contains(screen, "█"));
  }
}

TEST_CASE("a warning has a color on a terminal, unless NO_COLOR is set") {
  const Desk desk;
  CommandSetup setup = terminal(100);
  setup.err_on_terminal = true;
  const Words odd = run_to("out", {"--set", "prediction.exclude=[covn1]", "--quiet"});
  CHECK(contains(desk.run(odd, setup).err, "\033["));
  setup.environment["NO_COLOR"] = "1";
  const Words again = run_to("again", {"--set", "prediction.exclude=[covn1]", "--quiet"});
  CHECK(desk.run(again, setup).err ==
        "peeksim: warning: prediction.exclude: 'covn1' names no layer of trace.h5\n");
}

TEST_CASE("a pipe gets plain tables, whatever the environment says of terminals") {
  const Desk desk;
  const std::string plain = desk.ok(small_run);
  CommandSetup setup;
  setup.environment = {{"COLUMNS", "40"}, {"TERM", "xterm"}};
  CHECK(desk.ok(small_run, setup) == plain);
  CHECK_FALSE(contains(plain, "\033"));
  CHECK_FALSE(contains(plain, "█"));
}

TEST_CASE("progress is cut to the terminal and never wraps") {
  const Desk desk;
  CommandSetup setup = terminal(20);
  setup.err_on_terminal = true;
  const std::string err = desk.run(small_run, setup).err;
  CHECK(contains(err, "simulating small: …"));
  CHECK_FALSE(contains(err, "layer"));
}

TEST_CASE("--quiet prints the summary alone, and no progress") {
  const Desk desk;
  const std::string screen = desk.ok(run_to("out"));
  CommandSetup setup;
  setup.err_on_terminal = true;
  const CommandResult quiet = desk.run(run_to("again", {"--quiet", "--events", "log"}), setup);
  CHECK(quiet.out == screen.substr(0, screen.find('\n')) + "; SYNTHETIC TRACE\n");
  CHECK(quiet.err == "");
  CHECK(desk.files.read("again/results.json") == desk.files.read("out/results.json"));
  CHECK(desk.ok({"run", "machine.yaml", "--trace", "trace.h5", "-q"}) == quiet.out);
  desk.refused(run_to("third", {"-q", "--json"}), 2, {"--quiet and --json do not go together"});
}

TEST_CASE("--json prints what results.json holds, and nothing else") {
  const Desk desk;
  const std::string run = desk.ok(run_to("out", {"--json"}));
  CHECK(run == desk.files.read("out/results.json"));
  const std::string priced =
      desk.ok({"price", "out/results.json", "--energy", "45nm", "--out", "priced", "--json"});
  CHECK(priced == desk.files.read("priced/results.json"));
}

TEST_CASE("trace info --json says what the table says") {
  const Desk desk;
  const json info = json::parse(desk.ok({"trace", "info", "trace.h5", "--json"}));
  CHECK(info["network"] == "small");
  CHECK(info["synthetic"] == true);
  CHECK(info["images"] == 2);
  REQUIRE(info["layers"].size() == 4);
  CHECK(info["layers"][1]["ofmap_shape"] == json({8, 6, 6}));
  CHECK(info["layers"][1]["stride"] == json({2, 2}));
}
