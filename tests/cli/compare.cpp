// `peeksim compare`: finished runs beside each other, on the terminal and as a page.
#include <doctest/doctest.h>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

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
  CHECK(screen.rfind("B / A: cycles ", 0) == 0);
  CHECK(contains(screen, "array.rows  4  2\n"));
  CHECK(contains(screen, "SYNTHETIC TRACE"));
  CHECK(contains(desk.ok(with(both, {"--html", "page.html"})), screen));
  const std::string page = desk.files.read("page.html");
  CHECK(contains(page, R"({"key":"array.rows","values":["4","2"]})"));
  CHECK(contains(page, R"("synthetic":true)"));
}

TEST_CASE("a run is equal to itself") {
  const CompareDesk desk;
  const std::string screen = desk.ok({"compare", "a/results.json", "a/results.json"});
  CHECK(contains(screen, "cycles 1.000, energy 1.000, MACs computed 1.000, DRAM traffic 1.000\n"));
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
  CHECK(contains(screen, "energy -, MACs computed 1.000"));
  CHECK(contains(screen, "different energy tables, which do not compare; 'peeksim price'"));
}

TEST_CASE("a slip in a comparison is an error before anything is written") {
  const CompareDesk desk;
  desk.refused({"compare", "a/results.json"}, 2, {"one run compares with nothing; name"});
  desk.refused({"compare", "a/results.json", "none.json"}, 3, {"none.json: cannot be read"});
  desk.refused({"compare", "a/results.json", "trace.h5"}, 3, {"is not a complete results file"});
  desk.refused(with(both, {"--html", "trace.h5"}), 6, {"trace.h5: exists already"});
  desk.refused(with(both, {"--html", "none/page.html"}), 6, {"none"});
}
