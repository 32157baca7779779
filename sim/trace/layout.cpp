#include "sim/trace/layout.h"

namespace peeksim {

std::string layer_group_name(std::size_t layer) {
  const std::string digits = std::to_string(layer);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

const char* dataset_name(TraceTensor tensor) {
  switch (tensor) {
    case TraceTensor::ofmap:
      return "ofmap";
    case TraceTensor::ifmap:
      return "ifmap";
    case TraceTensor::residual:
      return "residual";
    case TraceTensor::weight:
      return "weight";
    case TraceTensor::bias:
      return "bias";
  }
  return "";
}

std::vector<hsize_t> tensor_shape(const Layer& layer, TraceTensor tensor) {
  const auto shape = [](std::initializer_list<int> sizes) {
    return std::vector<hsize_t>(sizes.begin(), sizes.end());
  };
  switch (tensor) {
    case TraceTensor::ofmap:
    case TraceTensor::residual:
      return shape({layer.K, layer.P(), layer.Q()});
    case TraceTensor::ifmap:
      return shape({layer.C, layer.H, layer.W});
    case TraceTensor::weight:
      return shape({layer.K, layer.C / layer.groups, layer.R, layer.S});
    case TraceTensor::bias:
      return shape({layer.K});
  }
  return {};
}

bool has_images(TraceTensor tensor) {
  return tensor == TraceTensor::ofmap || tensor == TraceTensor::ifmap ||
         tensor == TraceTensor::residual;
}

}  // namespace peeksim
