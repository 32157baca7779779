// The two engines agree in every counter and in every event: loads, tiles, predictions, stores.
#include <doctest/doctest.h>

#include <string>

#include "sim/base/error.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/run.h"
#include "tests/support/both_engines.h"
#include "tests/support/layer_values.h"
#include "tests/support/vector_case.h"

using namespace peeksim;

TEST_CASE("the clocked engine gives every number of every vector, and both engines' logs are one") {
  int compared = 0;
  for (const VectorCase& c : all_vector_cases()) {
    if (c.expects_error) continue;
    CAPTURE(c.path);
    const BothEngines both = run_both(c.machine, c.layer, c.values());
    CHECK(difference(c.stated(both.clocked), c.expected) == "");
    CHECK(difference(both.event, both.clocked) == "");
    CHECK(first_difference(both) == "");
    ++compared;
  }
  CHECK(compared >= 297);
}

namespace {

// A shipped trace, described machine only: layer, image and event as text, in order.
struct Recorded {
  RunResult result;
  std::vector<std::string> events;
};

Recorded record(const MachineSpec& machine, const Trace& trace, const std::string& engine) {
  Recorded recorded;
  RunOptions options;
  options.engine = engine;
  options.events = {EventDetail::all, [&](const RunEvents& run) {
                      for (const Event& event : run.events)
                        recorded.events.push_back(run.layer.name + " image " +
                                                  std::to_string(run.image) + ": " +
                                                  text_of(event));
                    }};
  fresh_kernel();
  recorded.result = run_trace(machine, trace, {}, options);
  return recorded;
}

MachineSpec shipped_machine(const std::string& name) {
  return load_machine(PEEKSIM_SOURCE_DIR "/configs/" + name + ".yaml", {}, vocabulary());
}

std::string shipped_trace(const std::string& name) {
  return PEEKSIM_SOURCE_DIR "/traces/" + name + ".h5";
}

// One layer of a shipped trace on both engines.
void compare_layer(const std::string& trace_name, const std::string& layer_name,
                   const std::string& machine_name) {
  CAPTURE(layer_name);
  CAPTURE(machine_name);
  const Trace trace(shipped_trace(trace_name));
  const MachineSpec machine = shipped_machine(machine_name);
  for (std::size_t i = 0; i < trace.info().layers.size(); ++i) {
    const Layer& layer = trace.info().layers[i].layer;
    if (layer.name != layer_name) continue;
    LayerValues values;
    trace.read_ofmap(i, 0, values.ofmap);
    std::vector<float> ifmap;
    trace.read_ifmap(i, 0, ifmap);
    tell_ifmap(machine, layer, ifmap, values);
    const BothEngines both = run_both(machine, layer, values);
    CHECK(difference(both.event, both.clocked) == "");
    CHECK(first_difference(both) == "");
    CHECK(both.clocked.predicted_zero > 0);
    return;
  }
  FAIL("no such layer");
}

}  // namespace

TEST_CASE("every layer of the CIFAR trace gives the same counters and events in both engines") {
  const Trace trace(shipped_trace("cifar_resnet20"));
  for (const char* name : {"peek-16x16", "peek-16x16-packed", "peek-64x4"}) {
    CAPTURE(name);
    const MachineSpec machine = shipped_machine(name);
    const Recorded event = record(machine, trace, "event");
    const Recorded clocked = record(machine, trace, "clocked");
    REQUIRE(event.result.layers.size() == 20);
    for (std::size_t i = 0; i < event.result.layers.size(); ++i) {
      const CounterPair& a = event.result.layers[i].counters;
      const CounterPair& b = clocked.result.layers[i].counters;
      CHECK(difference(a.machine, b.machine) == "");
      CHECK(difference(a.dense, b.dense) == "");
    }
    REQUIRE(event.events.size() == clocked.events.size());
    for (std::size_t i = 0; i < event.events.size(); ++i)
      REQUIRE(event.events[i] == clocked.events[i]);
  }
}

TEST_CASE("layers of the other shipped traces give the same counters and events in both engines") {
  compare_layer("squeezenet1_1", "fire2/expand3x3", "peek-16x16");
  compare_layer("squeezenet1_1", "fire9/expand1x1", "peek-16x16-packed");
  compare_layer("resnet18", "layer3_0_conv1", "peek-16x16");
  compare_layer("resnet18", "layer4_1_conv1", "peek-64x4");
}
