// A negative threshold needs values that enter the ReLU: a trace that holds only those that have
// passed it is refused, with the place of the threshold.
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/run/run.h"
#include "tests/support/fresh_kernel.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

// One layer's values in a trace of their own.
std::string write_layer(const TempFolder& folder, const Layer& layer,
                        const std::vector<float>& ofmap) {
  TraceHeader header;
  header.network = "one";
  header.origin = "made by a test";
  TraceWriter writer(folder.path("one.h5"), header, true);
  writer.begin_layer(layer, {"f32", 1, false, 1});
  writer.write_ofmap(0, ofmap);
  writer.close();
  return folder.path("one.h5");
}

// A ReLU'd layer of the given name, and a machine with a threshold for it.
struct Rectified {
  TempFolder folder;
  Layer layer = conv_layer("deep/conv", 2, 6, 6, 4, 3, 1);
  MachineSpec machine;

  Rectified() { machine.name = "m"; }

  std::vector<float> values(bool rectified) const {
    std::vector<float> ofmap = sample_ofmap(layer, 0, 0);
    if (rectified)
      for (float& value : ofmap) value = std::max(value, 0.0f);
    return ofmap;
  }
  RunResult run(bool rectified = true) const {
    fresh_kernel();
    return run_trace(machine, Trace(write_layer(folder, layer, values(rectified))));
  }
  std::string refusal() const {
    return message_of(ErrorKind::trace, [&] { run(); });
  }
};

}  // namespace

TEST_CASE("a negative threshold on values that have passed the ReLU is refused") {
  Rectified r;
  r.machine.prediction.threshold = -0.25;
  const std::string message = r.refusal();
  CHECK(contains(message, "one.h5: "));
  CHECK(contains(message, "layer 'deep/conv'"));
  CHECK(contains(message, "m: prediction.threshold"));
  CHECK(r.run(false).layers[0].policy == "peek");  // values that enter the ReLU are fine
}

TEST_CASE("the refused threshold is named where it was set") {
  Rectified r;
  r.machine.where["prediction.threshold"] = {"m.yaml", 3, "prediction.threshold"};
  r.machine.prediction.threshold = -1;
  CHECK(contains(r.refusal(), "m.yaml:3: prediction.threshold"));

  LayerPredictionOverride entry;
  entry.match = "deep/*";
  entry.threshold = -0.5;
  entry.where = {"m.yaml", 7, "prediction.layers[0]"};
  r.machine.prediction.threshold = 0;
  r.machine.prediction.layers = {entry};
  CHECK(contains(r.refusal(), "m.yaml:7: prediction.layers[0]"));

  r.machine.prediction.channel_thresholds["deep/conv"] = {0, 0, -0.5, 0};
  r.machine.where["prediction.thresholds_file"] = {"m.yaml", 9, "prediction.thresholds_file"};
  CHECK(contains(r.refusal(), "m.yaml:9: prediction.thresholds_file"));
}

TEST_CASE("channels that are never predicted are no negative thresholds") {
  Rectified r;
  r.machine.prediction.channel_thresholds["deep/conv"] = {never_predicted, 0, 1, never_predicted};
  const RunResult result = r.run();
  CHECK(result.layers[0].policy == "peek");
  CHECK(result.layers[0].counters.machine.cycles > 0);
}

TEST_CASE("a negative threshold that no layer uses is not refused") {
  Rectified r;
  r.machine.prediction.threshold = -0.25;
  r.machine.prediction.exclude = {"deep/*"};
  CHECK(r.run().layers[0].policy == "none");
  r.machine.prediction.exclude.clear();
  r.layer.activation = Activation::none;
  CHECK(r.run().layers[0].policy == "none");
  r.layer.activation = Activation::relu;
  r.machine.prediction.policy = "none";
  CHECK(r.run().layers[0].policy == "none");
}
