// What the page of a layer is given: the channels that are shown, and the simulator's own counts.
#include "sim/page/view_page.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sim/page/base64.h"
#include "sim/page/packed_values.h"
#include "sim/skip/prediction.h"
#include "tests/support/plane.h"

using namespace peeksim;
using Json = nlohmann::json;

namespace {

TraceInfo trace_of(const Layer& layer) {
  TraceInfo info;
  info.path = "folder/t.h5";
  info.network = "n";
  info.images = 2;
  info.image_names = {"first", "second"};
  info.layers.resize(1);
  info.layers[0].layer = layer;
  return info;
}

// Two channels of 2x2 windows on 2x4 planes, with thresholds 0 and 5: 1 and 4 outputs gated, of
// which one is above 0.
struct TwoChannels {
  TwoChannels() { machine.prediction.channel_thresholds["a"] = {0, 5}; }

  Json data(int first, int end) const {
    const Layer& layer = trace.layers[0].layer;
    const LayerPrediction settings = resolve_prediction(machine, layer, false);
    return Json::parse(view_data({machine.name, trace, 0, 1, settings, ofmap, first, end}));
  }

  MachineSpec machine;
  TraceInfo trace = trace_of(plane(2, 4, 2));
  std::vector<float> ofmap = {0, -1, 7, 0, -1, 0, 0, 0,  //
                              5, -1, 5, 0, -1, 5, 3, 0};
};

}  // namespace

TEST_CASE("the page gets the simulator's mask and counts, with each channel's threshold") {
  const Json data = TwoChannels().data(0, 2);
  CHECK(data["predicted"] == base64("\x0d"));  // windows 0 of channel 0; both of channel 1
  CHECK(data["simulator"]["shown"] == Json({{"predicted_zero", 6}, {"false_zero", 1}}));
  CHECK(data["layer"]["thresholds"] == Json({0, 5}));
  CHECK(data["layer"]["peeks"] == Json({{0, 0}, {1, 1}}));
  CHECK(data["layer"]["ofmap_shape"] == Json({2, 2, 4}));
}

TEST_CASE("of some channels the counts are theirs, and those of the layer are there as well") {
  const Json data = TwoChannels().data(1, 2);
  CHECK(data["channels"] == Json({{"first", 1}, {"end", 2}}));
  CHECK(data["predicted"] == base64("\x03"));
  CHECK(data["simulator"]["shown"] == Json({{"predicted_zero", 4}, {"false_zero", 1}}));
  CHECK(data["simulator"]["layer"] == Json({{"predicted_zero", 6}, {"false_zero", 1}}));
  CHECK(data["values"]["width"] == 1);
  CHECK(data["values"]["table"] == base64(bytes_of({-1, 0, 3, 5})));
  CHECK(data["values"]["bytes"] == base64({3, 0, 3, 1, 0, 3, 2, 1}));
}

TEST_CASE("a layer without prediction has no mask, and an oracle's is one of single outputs") {
  TwoChannels two;
  two.machine.prediction.policy = "none";
  CHECK(two.data(0, 2)["predicted"] == "");
  two.machine.prediction.policy = "oracle";
  CHECK(two.data(0, 1)["predicted"] == base64("\xfb"));
  CHECK(two.data(0, 1)["simulator"]["shown"]["false_zero"] == 0);
}

TEST_CASE("the page names the last part of the trace's path, and the image") {
  TwoChannels two;
  const Json trace = two.data(0, 2)["trace"];
  CHECK(trace["file"] == "t.h5");
  CHECK(trace["image"] == 1);
  CHECK(trace["image_name"] == "second");
  two.trace.image_names.clear();
  CHECK(two.data(0, 2)["trace"]["image_name"] == "");
}

TEST_CASE("as many channels are shown as fit, and at least one") {
  const std::vector<float> few_values(64 * 100 * 100);
  CHECK(channels_that_fit(plane(100, 100, 64), few_values) == 64);
  CHECK(channels_that_fit(plane(1000, 1000, 4), std::vector<float>(4000000)) == 1);
  std::vector<float> many_values(64 * 100 * 100);
  for (std::size_t i = 0; i < many_values.size(); ++i) many_values[i] = static_cast<float>(i);
  CHECK(channels_that_fit(plane(100, 100, 64), many_values) == 47);
  CHECK(channels_that_fit(plane(2000, 2000, 1), std::vector<float>(4000000)) == 1);
}
