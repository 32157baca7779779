// Names, and the check of a layer's shape: the formulas of layer.h neither divide by zero nor
// overflow for a shape that passes it.
#include "sim/workload/layer.h"

#include <algorithm>

#include <limits>
#include <utility>
#include <vector>

namespace peeksim {

namespace {

constexpr int max_size = 1 << 24;
constexpr double max_taps = std::numeric_limits<int>::max();
constexpr double max_exact = 9007199254740992.0;  // 2^53: in a double, and so in JSON

std::string range_error(const char* what, int size, int min) {
  if (size >= min && size <= max_size) return "";
  return std::string(what) + " is " + std::to_string(size) + ", expected " + std::to_string(min) +
         " to " + std::to_string(max_size);
}

// The dilated kernel may not be larger than the padded ifmap.
std::string reach_error(const char* axis, int kernel, int dilation, std::int64_t padded) {
  const std::int64_t reach = std::int64_t{dilation} * (kernel - 1) + 1;
  if (reach <= padded) return "";
  return "the kernel covers " + std::to_string(reach) + " positions of the " + axis +
         ", but the padded ifmap has " + std::to_string(padded);
}

}  // namespace

const char* kind_name(const Layer& layer) {
  if (layer.kind == LayerKind::fc) return "fc";
  return layer.depthwise() ? "depthwise" : "conv";
}

std::string path_in_files(const Layer& layer) {
  return layer.name.substr(std::min(layer.name.find_first_not_of('/'), layer.name.size()));
}

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "none";
    case Activation::relu:
      return "relu";
    case Activation::relu6:
      return "relu6";
  }
  return "";
}

std::string shape_error(const Layer& layer) {
  const std::vector<std::pair<const char*, int>> sizes = {{"C", layer.C},
                                                          {"H", layer.H},
                                                          {"W", layer.W},
                                                          {"K", layer.K},
                                                          {"R", layer.R},
                                                          {"S", layer.S},
                                                          {"stride", layer.stride_h},
                                                          {"stride", layer.stride_w},
                                                          {"dilation", layer.dilation_h},
                                                          {"dilation", layer.dilation_w},
                                                          {"groups", layer.groups}};
  for (const auto& [name, size] : sizes) {
    const std::string error = range_error(name, size, 1);
    if (!error.empty()) return error;
  }
  for (const int pad : {layer.pad_top, layer.pad_left, layer.pad_bottom, layer.pad_right}) {
    const std::string error = range_error("pad", pad, 0);
    if (!error.empty()) return error;
  }
  if (layer.C % layer.groups != 0 || layer.K % layer.groups != 0) {
    return "groups " + std::to_string(layer.groups) + " do not divide C " +
           std::to_string(layer.C) + " and K " + std::to_string(layer.K);
  }
  std::string error = reach_error("height", layer.R, layer.dilation_h,
                                  std::int64_t{layer.H} + layer.pad_top + layer.pad_bottom);
  if (error.empty()) {
    error = reach_error("width", layer.S, layer.dilation_w,
                        std::int64_t{layer.W} + layer.pad_left + layer.pad_right);
  }
  if (!error.empty()) return error;
  const bool one_by_one = layer.H == 1 && layer.W == 1 && layer.R == 1 && layer.S == 1 &&
                          layer.P() == 1 && layer.Q() == 1 && layer.groups == 1;
  if (layer.kind == LayerKind::fc && !one_by_one) {
    return "a fully connected layer is a 1x1 kernel on a 1x1 map without groups";
  }
  const int channels = layer.C / layer.groups;
  const double taps = double(channels) * layer.R * layer.S;
  if (taps > max_taps) return "more than 2^31 - 1 taps of an output";
  if (double(layer.P()) * layer.Q() * layer.K * taps > max_exact) return "more than 2^53 MACs";
  if (double(layer.C) * layer.H * layer.W > max_exact) return "an ifmap of more than 2^53 elements";
  return "";
}

}  // namespace peeksim
