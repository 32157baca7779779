// A trace that does not hold all MACs of its network: every report says how many it lacks.
#include <doctest/doctest.h>

#include "tests/cli/peeksim.h"
#include "tests/cli/spoil_trace.h"
#include "tests/cli/sweeping.h"

using namespace peeksim;

namespace {

const std::string lacking =
    "1,234,567 MACs per image of the network are not in this trace (attention, MatMul)";

// Its trace.h5 lacks MACs, whole.h5 does not say so.
class IncompleteDesk : public SweepDesk {
 public:
  IncompleteDesk() {
    files.write("whole.h5", files.read("trace.h5"));
    add_unrecorded(files.path("trace.h5"), 1234567, "attention, MatMul");
  }
};

}  // namespace

TEST_CASE("a run says which MACs its trace lacks, on the screen and in its files") {
  const IncompleteDesk desk;
  CHECK(contains(desk.ok({"trace", "info", "trace.h5"}), "\n" + lacking + ", 93.7 % of all\n"));
  CHECK_FALSE(contains(desk.ok({"trace", "info", "whole.h5"}), "not in this trace"));
  const std::string screen = desk.ok(run_to("out", {"--report", "run.html"}));
  CHECK(contains(screen, "\n" + lacking + ", 93.7 % of all\n"));
  CHECK(contains(desk.ok({"run", "machine.yaml", "--trace", "trace.h5", "--quiet"}),
                 "; 1,234,567 MACs per image not in the trace (93.7 %); SYNTHETIC TRACE\n"));
  const nlohmann::json trace = desk.json("out/results.json")["trace"];
  CHECK(trace["unrecorded_macs"] == 1234567);
  CHECK(trace["unrecorded"] == "attention, MatMul");
  CHECK(contains(desk.files.read("run.html"), lacking));

  desk.ok({"run", "machine.yaml", "--trace", "whole.h5", "--out", "whole"});
  const nlohmann::json whole = desk.json("whole/results.json")["trace"];
  CHECK(whole["unrecorded_macs"] == 0);
  CHECK(whole["unrecorded"] == "");
}

TEST_CASE("comparisons say which MACs the trace lacks, and so does a run that is priced again") {
  const IncompleteDesk desk;
  CHECK(contains(desk.ok({"compare", "machine.yaml", "machine.yaml", "--trace", "trace.h5",
                          "--html", "compare.html"}),
                 "\n" + lacking + ", 93.7 % of all\n"));
  CHECK(contains(desk.files.read("compare.html"), lacking));
  desk.ok(run_to("out"));
  CHECK(contains(desk.ok({"price", "out/results.json", "--energy", "45nm"}), lacking));
}

TEST_CASE("a sweep says which MACs its trace lacks, wherever its points are shown") {
  const IncompleteDesk desk;
  CHECK(contains(desk.ok({"sweep", "plan", "sweep.yaml"}), "\ntrace.h5: " + lacking + "\n"));
  desk.ok(SweepDesk::sweep_to("a.db"));
  for (const char* command : {"status", "best", "pareto"})
    CHECK(contains(desk.ok({"sweep", command, "a.db"}), "\ntrace.h5: " + lacking + "\n"));
  desk.ok({"sweep", "report", "a.db", "-o", "sweep.html"});
  CHECK(contains(desk.files.read("sweep.html"), lacking));
}
