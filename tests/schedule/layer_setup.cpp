// Machines whose array cannot do what a layer's predictor needs: docs/machine.md section 2.
#include "sim/schedule/layer_setup.h"

#include <doctest/doctest.h>

#include "tests/schedule/sample.h"
#include "tests/support/config_error.h"
#include "tests/support/error_message.h"

using namespace peeksim;

namespace {

MachineSpec with_policy(const std::string& policy) {
  return roomy_machine(policy, 4, 4);
}

std::string refusal(const MachineSpec& machine) {
  return config_error([&] { set_up_layer(machine, conv(2, 4, 4, 3), false); });
}

}  // namespace

TEST_CASE("a look-ahead does not fill tiles: a tile has one precision") {
  MachineSpec machine = with_policy("lookahead");
  machine.where["array.dispatch"] = {"m.yaml", 7, "array.dispatch"};
  for (const char* dispatch : {"gate", "row_skip", "packed", "balanced"}) {
    machine.array.dispatch = dispatch;
    CHECK(refusal(machine) == "no error");
  }
  machine.array.dispatch = "balanced_fill";
  const std::string message = refusal(machine);
  CAPTURE(message);
  CHECK(contains(message, "m.yaml:7: array.dispatch: balanced_fill fills the last tile"));
  CHECK(contains(message, "policy 'lookahead'"));
  CHECK(contains(message, "; use balanced"));
}

TEST_CASE("where outputs are cut short no tap is skipped") {
  MachineSpec machine = with_policy("snapea");
  CHECK(refusal(machine) == "no error");
  machine.where["array.skip_zero_activations"] = {"m.yaml", 9, "array.skip_zero_activations"};
  machine.array.skip_zero_activations = true;
  const std::string message = refusal(machine);
  CAPTURE(message);
  CHECK(contains(message,
                 "m.yaml:9: array.skip_zero_activations: with policy 'snapea' every "
                 "column is at a tap of its own"));
  CHECK(contains(message, "; set it to false"));
}

TEST_CASE("where outputs are cut short there are no banks") {
  MachineSpec machine = with_policy("snapea");
  machine.buffers.ifmap_read_width = 8;
  CHECK(refusal(machine) == "no error");
  machine.buffers.ifmap_banks = 4;
  const std::string message = refusal(machine);
  CAPTURE(message);
  CHECK(contains(message, "buffers.ifmap_banks: with policy 'snapea'"));
  CHECK(contains(message, "; set it to 0"));
}

TEST_CASE("any dispatch, skipping and banks go with policies that have no such limit") {
  for (const char* policy : {"none", "peek", "oracle", "perforate"}) {
    CAPTURE(policy);
    MachineSpec machine = with_policy(policy);
    machine.array.skip_zero_activations = true;
    machine.array.dispatch = "balanced_fill";
    machine.buffers.ifmap_read_width = 8;
    machine.buffers.ifmap_banks = 4;
    CHECK(refusal(machine) == "no error");
  }
  MachineSpec snapea = with_policy("snapea");
  snapea.array.dispatch = "balanced_fill";  // there is no neighbor pass
  CHECK(refusal(snapea) == "no error");
}

TEST_CASE("a layer that runs dense is not refused for the policy of others") {
  MachineSpec machine = with_policy("snapea");
  machine.array.skip_zero_activations = true;
  machine.prediction.exclude = {"conv*"};
  CHECK(refusal(machine) == "no error");
  machine.prediction.exclude.clear();
  Layer linear = conv(2, 4, 4, 3);
  linear.activation = Activation::none;
  CHECK_NOTHROW(set_up_layer(machine, linear, false));
  CHECK(contains(refusal(machine), "array.skip_zero_activations"));
}
