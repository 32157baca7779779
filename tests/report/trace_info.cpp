// What `trace info` says about a trace, from its structure alone.
#include "sim/report/screens/trace_info.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/support/error_message.h"

using namespace peeksim;

namespace {

// One layer of i8 arithmetic: 8 channels of 4x4 outputs from 3 of 4x4, 384 MACs.
TraceInfo one_layer() {
  TraceInfo info;
  info.network = "tiny";
  info.images = 1;
  TraceLayer& traced = info.layers.emplace_back();
  traced.layer.name = "conv";
  traced.layer.C = 3, traced.layer.H = traced.layer.W = 4, traced.layer.K = 8;
  traced.ofmap_type = "i16";
  traced.has_ifmap = traced.has_weight = traced.has_bias = traced.has_residual = true;
  traced.integer = true;
  traced.ifmap_zero_point = -128;
  return info;
}

}  // namespace

TEST_CASE("zero points and the type of 16-bit ofmaps are shown, and are in the JSON") {
  TraceInfo info = one_layer();
  CHECK(values_text(info.layers[0]) ==
        "ofmap i16, ifmap (zero point -128), weight, bias, residual: i8 arithmetic");
  CHECK(contains(trace_info_screen(info, "12ab", {}), values_text(info.layers[0])));
  info.layers[0].residual_zero_point = 7;
  CHECK(contains(values_text(info.layers[0]), "residual (zero point 7)"));
  const nlohmann::json layer = nlohmann::json::parse(trace_info_json(info, "12ab"))["layers"][0];
  CHECK(layer["type"] == "i16");
  CHECK(layer["ifmap_zero_point"] == -128);
  CHECK(layer["residual_zero_point"] == 7);
}

TEST_CASE("the MACs of the network that are not in the trace stand below those that are") {
  TraceInfo info = one_layer();
  CHECK_FALSE(contains(trace_info_screen(info, "12ab", {}), "not in this trace"));
  info.unrecorded = {1152, "attention, MatMul"};
  CHECK(contains(trace_info_screen(info, "12ab", {}),
                 "\nMACs per image: 384\n1,152 MACs per image of the network are not in this trace "
                 "(attention, MatMul), 75.0 % of all\n"));
  const nlohmann::json json = nlohmann::json::parse(trace_info_json(info, "12ab"));
  CHECK(json["unrecorded_macs"] == 1152);
  CHECK(json["unrecorded"] == "attention, MatMul");
}
