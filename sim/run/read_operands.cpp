#include "sim/run/read_operands.h"

#include <cmath>

namespace peeksim {

namespace {

// A computed value may differ by this share of the root mean square of its layer's outputs: the
// network was computed with other orders of summation.
constexpr double relative_tolerance = 1e-4;

// [K][L] of all groups to [groups][L][K/groups], as the columns of the array read them.
template <class Number>
std::vector<float> by_tap(const Layer& layer, const std::vector<Number>& weight) {
  const Count taps = layer.L();
  const int channels = layer.K / layer.groups;
  std::vector<float> result(weight.size());
  for (int k = 0; k < layer.K; ++k)
    for (Count tap = 0; tap < taps; ++tap)
      result[(k / channels * taps + tap) * channels + k % channels] =
          static_cast<float>(weight[k * taps + tap]);
  return result;
}

std::vector<float> integers(const Trace& trace, std::size_t layer, TraceTensor tensor, int image) {
  std::vector<std::int32_t> values;
  trace.read_integers(layer, tensor, image, values);
  return {values.begin(), values.end()};
}

void read_integer_weights(const Trace& trace, std::size_t layer, Operands& operands) {
  const Layer& shape = trace.info().layers[layer].layer;
  std::vector<std::int32_t> values;
  trace.read_integers(layer, TraceTensor::weight, 0, values);
  operands.weight = by_tap(shape, values);
  trace.read_integers(layer, TraceTensor::bias, 0, values);
  operands.bias.assign(values.begin(), values.end());

  // docs/trace-format.md, to the order of the operations.
  const double ifmap = trace.scales(layer, TraceTensor::ifmap)[0];
  const double ofmap = trace.scales(layer, TraceTensor::ofmap)[0];
  const std::vector<float> weight = trace.scales(layer, TraceTensor::weight);
  operands.integer = true;
  operands.ofmap_scale = static_cast<float>(ofmap);
  operands.ofmap_limit = trace.info().layers[layer].ofmap_type == "i16" ? 32767 : 127;
  for (int k = 0; k < shape.K; ++k)
    operands.multiplier.push_back(ifmap * double{weight[weight.size() == 1 ? 0 : k]} / ofmap);
  if (shape.residual)
    operands.residual_multiplier = trace.scales(layer, TraceTensor::residual)[0] / ofmap;
}

}  // namespace

std::string why_not_computable(const TraceLayer& layer) {
  if (!layer.has_ifmap) return "its ifmap is not in the trace";
  if (!layer.has_weight) return "its weights are not in the trace";
  if (layer.layer.residual && !layer.has_residual) return "its residual is not in the trace";
  return "";
}

std::string why_not_checkable(const TraceLayer& layer) {
  const std::string missing = why_not_computable(layer);
  if (!missing.empty()) return missing;
  if (!layer.integer && layer.ofmap_type != "f32")
    return "its values are rounded (" + layer.ofmap_type + ")";
  return "";
}

void read_weights(const Trace& trace, std::size_t layer, Operands& operands) {
  operands = Operands();
  const TraceLayer& traced = trace.info().layers[layer];
  if (!why_not_computable(traced).empty()) return;
  if (traced.integer) return read_integer_weights(trace, layer, operands);
  std::vector<float> values;
  trace.read(layer, TraceTensor::weight, 0, values);
  operands.weight = by_tap(traced.layer, values);
  if (!traced.has_bias) return;
  trace.read(layer, TraceTensor::bias, 0, values);
  operands.bias.assign(values.begin(), values.end());
}

void read_activations(const Trace& trace, std::size_t layer, int image,
                      const std::vector<float>& ofmap, Operands& operands) {
  const TraceLayer& traced = trace.info().layers[layer];
  operands.ifmap.clear();
  operands.residual.clear();
  if (!traced.has_ifmap) return;
  if (operands.integer)
    operands.ifmap = integers(trace, layer, TraceTensor::ifmap, image);
  else
    trace.read_ifmap(layer, image, operands.ifmap);
  if (!operands.computes()) return;
  if (traced.layer.residual && operands.integer)
    operands.residual = integers(trace, layer, TraceTensor::residual, image);
  else if (traced.layer.residual)
    trace.read(layer, TraceTensor::residual, image, operands.residual);
  if (operands.integer) return;
  double squares = 0;
  for (const float value : ofmap) squares += double{value} * value;
  operands.tolerance = relative_tolerance * std::sqrt(squares / static_cast<double>(ofmap.size()));
}

}  // namespace peeksim
