// What the order of construction could change is the file that users compare.
#include <doctest/doctest.h>

#include <vector>

#include "sim/report/files/results_file.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/run.h"
#include "tests/support/fresh_kernel.h"

using namespace peeksim;

TEST_CASE("results.json has the same bytes in whatever order the modules are constructed") {
  const std::string root = PEEKSIM_SOURCE_DIR;
  const Trace trace(root + "/traces/cifar_resnet20.h5");
  for (const char* name : {"peek-16x16", "peek-64x4", "peek-16x16-packed"}) {
    CAPTURE(name);
    const std::string path = root + "/configs/" + name + ".yaml";
    const MachineSpec machine = load_machine(path, {"dram.bytes_per_cycle=1"}, vocabulary());
    const EnergyTable table = energy_table_of(machine, path);
    const auto results = [&](const std::vector<int>& order) {
      fresh_kernel();
      RunOptions options;
      options.blocks.construction_order = order;
      return results_json(price_run(run_trace(machine, trace, {}, options), table));
    };
    const std::string usual = results({0, 1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(results({8, 7, 6, 5, 4, 3, 2, 1, 0}) == usual);
    CHECK(results({6, 2, 8, 0, 4, 1, 7, 3, 5}) == usual);
    CHECK(results({7, 8, 6, 1, 0, 2, 5, 3, 4}) == usual);
  }
}
