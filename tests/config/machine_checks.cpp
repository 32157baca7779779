// Keys that contradict one another.
#include "sim/config/machine_checks.h"

#include <doctest/doctest.h>

#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

std::string error(const MachineSpec& machine) {
  return config_error([&] { require_consistent(machine); });
}

}  // namespace

TEST_CASE("zero activations that are skipped have to be gated") {
  MachineSpec machine;
  machine.name = "m";
  machine.array.skip_zero_activations = true;
  CHECK_NOTHROW(require_consistent(machine));
  machine.array.gate_zero_activations = false;
  CHECK(error(machine) ==
        "m: array.skip_zero_activations: zero activations cannot be skipped where they are not "
        "gated; set array.gate_zero_activations: true");
}

TEST_CASE(
    "a negative look-ahead is an error, and one without skipping is reported to have no effect") {
  MachineSpec machine;
  machine.name = "m";
  machine.array.zero_lookahead = -1;
  CHECK(error(machine) ==
        "m: array.zero_lookahead: expected 0 or more taps, found -1; 0 searches a "
        "whole chunk");
  machine.array.zero_lookahead = 4;
  CHECK_NOTHROW(require_consistent(machine));
  CHECK(ineffective_keys(machine) ==
        std::vector<std::string>{
            "array.zero_lookahead has no effect without array.skip_zero_activations"});
  machine.array.skip_zero_activations = true;
  CHECK(ineffective_keys(machine).empty());
}

TEST_CASE("thresholds of a machine that predicts nothing are reported to have no effect") {
  MachineSpec machine;
  machine.prediction.threshold = 0.5;
  machine.prediction.channel_thresholds["conv1"] = {0, 1};
  CHECK(ineffective_keys(machine).empty());
  machine.prediction.policy = "none";
  CHECK(ineffective_keys(machine) ==
        std::vector<std::string>{
            "prediction.channel_thresholds has no effect: prediction.policy is none",
            "prediction.threshold has no effect: prediction.policy is none"});
  machine.prediction.layers.emplace_back();
  machine.prediction.layers[0].policy = "none";
  CHECK(ineffective_keys(machine).size() == 2);
  machine.prediction.layers[0].policy = "peek";
  CHECK(ineffective_keys(machine).empty());
}

TEST_CASE("banks need a port with an element for each of them") {
  MachineSpec machine;
  machine.name = "m";
  machine.buffers.ifmap_banks = 4;
  CHECK(error(machine).find("m: buffers.ifmap_banks: banks share a read width, and that of the "
                            "ifmap buffer is unlimited") == 0);
  machine.buffers.ifmap_read_width = 3;
  CHECK(error(machine).find("m: buffers.ifmap_banks: 4 banks share a read width of 3") == 0);
  machine.buffers.ifmap_read_width = 4;
  CHECK_NOTHROW(require_consistent(machine));
  machine.buffers.ifmap_banks = -1;
  CHECK(error(machine).find("m: buffers.ifmap_banks: expected 0 or more banks, found -1") == 0);
}
