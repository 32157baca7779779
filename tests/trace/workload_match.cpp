// A trace is compared with the workload that it claims to be.
#include <doctest/doctest.h>

#include "sample.h"
#include "sim/trace/check_workload.h"
#include "sim/workload/workload.h"

using namespace peeksim;

namespace {

TraceInfo trace_of(const Workload& workload) {
  TraceInfo info;
  info.path = "trace.h5";
  for (const Layer& layer : workload.layers) info.layers.push_back({layer, "i8"});
  return info;
}

const char* const topology =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides,\nconv1, 8, 8, 3, 3, 3, 4, 1,\nconv2, 6, 6, 3, 3, 4, 8, 1,\n";

}  // namespace

TEST_CASE("a trace of the workload is accepted, any difference is named") {
  const TempFolder folder;
  const std::string path = folder.path("net.csv");
  write_bytes(path, topology);
  const TraceInfo good = trace_of(load_workload(path));
  REQUIRE(good.layers.size() == 2);
  CHECK_NOTHROW(check_workload(good, path));
  const auto refusal = [&](const TraceInfo& trace) {
    return message_of(ErrorKind::trace, [&] { check_workload(trace, path); });
  };

  TraceInfo renamed = good;
  renamed.layers[1].layer.name = "conv9";
  CHECK(contains(refusal(renamed), "trace.h5: layer 1 is 'conv9', but 'conv2' in the workload"));
  TraceInfo larger = good;
  larger.layers[0].layer.K = 5;
  CHECK(contains(refusal(larger),
                 "layer 'conv1' is conv ifmap [3,8,8] weight [5,3,3,3] ofmap "
                 "[5,6,6]"));
  CHECK(contains(refusal(larger), "but conv ifmap [3,8,8] weight [4,3,3,3] ofmap [4,6,6]"));
  TraceInfo strided = good;
  strided.layers[0].layer.pad_right = 1;
  CHECK(contains(refusal(strided), "pad [0,0,0,1]"));
  TraceInfo shorter = good;
  shorter.layers.pop_back();
  CHECK(contains(refusal(shorter), "has 1 layers, but the workload"));
}
