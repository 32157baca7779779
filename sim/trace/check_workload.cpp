#include "sim/trace/check_workload.h"

#include <algorithm>
#include <sstream>

#include "sim/base/error.h"
#include "sim/workload/workload.h"

namespace peeksim {

namespace {

// Every number of a layer's shape; two layers are the same exactly when these texts are.
std::string shape_text(const Layer& layer) {
  std::ostringstream text;
  text << kind_name(layer) << " ifmap [" << layer.C << "," << layer.H << "," << layer.W
       << "] weight [" << layer.K << "," << layer.C / layer.groups << "," << layer.R << ","
       << layer.S << "] ofmap [" << layer.K << "," << layer.P() << "," << layer.Q() << "] stride ["
       << layer.stride_h << "," << layer.stride_w << "] pad [" << layer.pad_top << ","
       << layer.pad_left << "," << layer.pad_bottom << "," << layer.pad_right << "] dilation ["
       << layer.dilation_h << "," << layer.dilation_w << "] groups " << layer.groups;
  return text.str();
}

}  // namespace

void check_workload(const TraceInfo& trace, const std::string& workload_path) {
  const Workload workload = load_workload(workload_path);
  const auto refuse = [&](const std::string& what) {
    throw Error(
        ErrorKind::trace, trace.path, what,
        "name the workload that the trace was made from, or make a trace of " + workload_path);
  };
  const std::size_t common = std::min(trace.layers.size(), workload.layers.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Layer& found = trace.layers[i].layer;
    const Layer& expected = workload.layers[i];
    if (found.name != expected.name) {
      refuse("layer " + std::to_string(i) + " is '" + found.name + "', but '" + expected.name +
             "' in the workload '" + workload.name + "'");
    }
    if (shape_text(found) != shape_text(expected)) {
      refuse("layer '" + found.name + "' is " + shape_text(found) + ", but " +
             shape_text(expected) + " in the workload '" + workload.name + "'");
    }
  }
  if (trace.layers.size() != workload.layers.size()) {
    refuse("has " + std::to_string(trace.layers.size()) + " layers, but the workload '" +
           workload.name + "' has " + std::to_string(workload.layers.size()));
  }
}

}  // namespace peeksim
