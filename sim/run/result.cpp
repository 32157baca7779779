#include "sim/run/result.h"

#include <algorithm>
#include <filesystem>

#include "sim/base/utf8.h"

namespace peeksim {

TraceIdentity identity_of(const Trace& trace) {
  const TraceInfo& info = trace.info();
  TraceIdentity id;
  id.file = valid_utf8(std::filesystem::path(info.path).filename().string());
  id.network = info.network;
  id.origin = info.origin;
  id.workload = info.workload;
  id.sha256 = trace.sha256();
  id.synthetic = info.synthetic;
  id.loop = info.loop;
  id.images = info.images;
  id.unrecorded = info.unrecorded;
  return id;
}

RunResult result_before(const MachineSpec& machine, const Trace& trace, int images) {
  RunResult result;
  result.machine = machine;
  result.trace = identity_of(trace);
  result.trace.images = images;
  result.images.resize(images);
  const std::vector<std::string>& names = trace.info().image_names;
  for (std::size_t i = 0; i < result.images.size() && i < names.size(); ++i)
    result.images[i].name = names[i];
  return result;
}

CounterPair RunResult::totals() const {
  CounterPair sum;
  for (const LayerResult& layer : layers) sum += layer.counters;
  return sum;
}

bool RunResult::predicts() const {
  return std::any_of(layers.begin(), layers.end(),
                     [](const LayerResult& layer) { return layer.policy != "none"; });
}

MachineSpec dense_version(const MachineSpec& machine) {
  MachineSpec dense = machine;
  dense.prediction.policy = "none";
  dense.prediction.layers.clear();
  return dense;
}

}  // namespace peeksim
