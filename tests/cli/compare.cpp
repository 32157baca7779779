// `peeksim compare`: machines on a trace, or finished runs, beside each other.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

// A desk with the tiny machine, and the same with two rows of PEs in other.yaml.
struct MachineDesk : Desk {
  MachineDesk() {
    files.write("other.yaml", "extends: machine.yaml\nname: other\narray: {rows: 2}\n");
  }
};

const Words machines = {"compare", "machine.yaml", "other.yaml", "--trace", "trace.h5"};

// A desk with the results of two machines in a/ and b/.
struct CompareDesk : Desk {
  CompareDesk() {
    ok(run_to("a"));
    ok(run_to("b", {"--set", "array.rows=2"}));
  }
};

const Words both = {"compare", "a/results.json", "b/results.json"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("runs are compared on the terminal, and the page says the same numbers") {
  const CompareDesk desk;
  const std::string screen = desk.ok(both);
  CHECK(contains(screen, "B takes "));
  CHECK(contains(screen, "array.rows                4  2\n"));
  CHECK(contains(screen, "buffers.ifmap_read_width  4  2\n"));
  CHECK(contains(screen, "SYNTHETIC TRACE"));
  CHECK(contains(desk.ok(with(both, {"--html", "page.html"})), screen));
  const std::string page = desk.files.read("page.html");
  CHECK(contains(page, R"({"key":"array.rows","values":["4","2"]})"));
  CHECK(contains(page, R"("synthetic":true)"));
}

TEST_CASE("a run is equal to itself") {
  const CompareDesk desk;
  const std::string screen = desk.ok({"compare", "a/results.json", "a/results.json"});
  CHECK(contains(screen, "B takes 1.00 of the cycles and 1.00 of the energy of A.\n"));
  CHECK(contains(screen, "the machines are the same\n"));
}

TEST_CASE("runs of different traces are refused, unless it is asked for") {
  const CompareDesk desk;
  desk.ok({"trace", "synth", "workload.yaml", "-o", "other.h5", "--zeros", "0.3"});
  desk.ok({"run", "machine.yaml", "--trace", "other.h5", "--out", "c"});
  const Words other = {"compare", "a/results.json", "c/results.json"};
  desk.refused(other, 2,
               {"the runs are of different traces: a/results.json of trace.h5", "--anyway"});
  CHECK(contains(desk.ok(with(other, {"--anyway"})),
                 "DIFFERENT TRACES: what differs is not the machines' alone\n"));
}

TEST_CASE("energies of different tables are not compared") {
  const CompareDesk desk;
  desk.ok({"price", "b/results.json", "--energy", "eyeriss-relative", "--out", "c"});
  const std::string screen = desk.ok({"compare", "a/results.json", "c/results.json"});
  CHECK(contains(screen, " of the cycles and - of the energy of A.\n"));
  CHECK(contains(screen, "different energy tables, which do not compare; 'peeksim price'"));
}

TEST_CASE("a mistake in a comparison is an error before anything is written") {
  const CompareDesk desk;
  desk.refused({"compare", "a/results.json"}, 2, {"one run compares with nothing; name"});
  desk.refused({"compare", "a/results.json", "none.json"}, 3, {"none.json: cannot read this file"});
  desk.refused({"compare", "a/results.json", "trace.h5"}, 3, {"is not a complete results file"});
  desk.refused(with(both, {"--html", "workload.yaml"}), 6, {"workload.yaml: exists already"});
  desk.refused(with(both, {"--html", "none/page.html"}), 6, {"none"});
}

TEST_CASE("machines on a trace are compared as their finished runs are") {
  const MachineDesk desk;
  for (const char* engine : {"event", "clocked"}) {
    CAPTURE(engine);
    const std::string a = std::string("a-") + engine, b = std::string("b-") + engine;
    desk.ok(run_to(a, {"--engine", engine}));
    desk.ok({"run", "other.yaml", "--trace", "trace.h5", "--out", b, "--engine", engine});
    auto now = nlohmann::json::parse(desk.ok(with(machines, {"--json", "--engine", engine})));
    auto finished = nlohmann::json::parse(
        desk.ok({"compare", a + "/results.json", b + "/results.json", "--json"}));
    for (auto* json : {&now, &finished})
      for (auto& run : (*json)["runs"]) run.erase("path");
    CHECK(now == finished);
  }
}

TEST_CASE("settings and images hold for every machine of a comparison") {
  const MachineDesk desk;
  const std::string screen = desk.ok(with(machines, {"--set", "array.rows=2", "--images", "1"}));
  CHECK(contains(screen, "1 image)"));
  CHECK_FALSE(contains(screen, "array.rows"));
  CHECK(contains(screen, "B takes 1.00 of the cycles and 1.00 of the energy of A.\n"));
}

TEST_CASE("a comparison has one row of CSV for each machine, and one sentence when it is quiet") {
  const MachineDesk desk;
  const auto rows = read_csv(desk.ok(with(machines, {"--csv"})));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("path") == "machine.yaml");
  CHECK(rows[0].at("speed_up") == "1.0");
  CHECK(rows[1].at("machine") == "other");
  const double speed_up = std::stod(rows[0].at("cycles")) / std::stod(rows[1].at("cycles"));
  CHECK(std::stod(rows[1].at("speed_up")) == doctest::Approx(speed_up));
  const std::string quiet = desk.ok(with(machines, {"--quiet"}));
  CHECK(quiet.rfind("B takes ", 0) == 0);
  CHECK(std::count(quiet.begin(), quiet.end(), '\n') == 1);
}

TEST_CASE("layers are shown when they are asked for") {
  const MachineDesk desk;
  const std::string screen = desk.ok(machines);
  CHECK_FALSE(contains(screen, "cycles, k cycles"));
  const std::string layers = desk.ok(with(machines, {"--layers"}));
  CHECK(layers.rfind(screen, 0) == 0);
  CHECK(contains(layers, "\ncycles, k cycles"));
}

TEST_CASE("machines and results do not mix, and each takes only its own options") {
  const CompareDesk desk;
  desk.refused({"compare", "machine.yaml", "a/results.json"}, 2,
               {"machines and results do not mix: machine.yaml, a/results.json; name"});
  desk.refused({"compare", "machine.yaml", "a/results.json", "--trace", "trace.h5"}, 2,
               {"machines and results do not mix"});
  desk.refused({"compare", "machine.yaml", "machine.yaml"}, 2,
               {"no trace given to simulate machine.yaml on; add --trace FILE"});
  desk.refused(with(both, {"--trace", "trace.h5"}), 2,
               {"--trace is for machines, and a/results.json is the results of a run; drop"});
  for (const Words& option :
       {Words{"--set", "array.rows=2"}, Words{"--images", "1"}, Words{"--engine", "clocked"}})
    desk.refused(with(both, option), 2, {option[0] + " is for a simulation"});
  desk.refused(with(both, {"--json", "--csv"}), 2, {"--json and --csv do not go together"});
}

TEST_CASE("a mistake in a machine or a trace is an error before anything is simulated or written") {
  const MachineDesk desk;
  const Words page = {"--html", "page.html"};
  desk.refused(with({"compare", "machine.yaml", "none.yaml", "--trace", "trace.h5"}, page), 3,
               {"none.yaml"});
  desk.refused(with({"compare", "machine.yaml", "other.yaml", "--trace", "none.h5"}, page), 4,
               {"none.h5"});
  desk.refused(with(machines, {"--images", "9"}), 2, {"the trace has 2 images, not 9"});
  desk.refused(with(machines, {"--engine", "fast"}), 2, {"fast"});
  desk.refused(with(machines, {"--html", "workload.yaml"}), 6, {"workload.yaml: exists already"});
}
