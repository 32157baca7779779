#include "sim/trace/layout.h"

namespace peeksim {

std::string layer_group_name(std::size_t layer) {
  const std::string digits = std::to_string(layer);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

const char* dataset_name(Tensor tensor) {
  switch (tensor) {
    case Tensor::ofmap:
      return "ofmap";
    case Tensor::ifmap:
      return "ifmap";
    case Tensor::residual:
      return "residual";
    case Tensor::weight:
      return "weight";
    case Tensor::bias:
      return "bias";
  }
  return "";
}

std::vector<hsize_t> tensor_shape(const Layer& layer, Tensor tensor) {
  const auto shape = [](std::initializer_list<int> sizes) {
    return std::vector<hsize_t>(sizes.begin(), sizes.end());
  };
  switch (tensor) {
    case Tensor::ofmap:
    case Tensor::residual:
      return shape({layer.K, layer.P(), layer.Q()});
    case Tensor::ifmap:
      return shape({layer.C, layer.H, layer.W});
    case Tensor::weight:
      return shape({layer.K, layer.C / layer.groups, layer.R, layer.S});
    case Tensor::bias:
      return shape({layer.K});
  }
  return {};
}

bool has_images(Tensor tensor) {
  return tensor == Tensor::ofmap || tensor == Tensor::ifmap || tensor == Tensor::residual;
}

}  // namespace peeksim
