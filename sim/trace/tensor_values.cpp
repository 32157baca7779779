#include "sim/trace/tensor_values.h"

#include <cstring>

#include "sim/base/vectors.h"

namespace peeksim::hdf5 {

namespace {

// 1 for NaN and infinity, 0 for numbers. Without a branch, so that loops over it are vectorised.
std::uint32_t not_finite(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return (bits & 0x7f800000u) == 0x7f800000u;
}

// HDF5's own conversion takes ten times as long. Moving the bits to their places in a float leaves
// the exponent too small by 112, for subnormals as well; infinity and NaN stay what they are.
float half_to_float(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7fffu;
  const std::uint32_t bits = magnitude << 13;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  value *= 0x1p112f;
  std::uint32_t result = 0;
  std::memcpy(&result, &value, sizeof result);
  result |= magnitude >= 0x7c00u ? bits | 0x7f800000u : 0u;
  result |= (half & 0x8000u) << 16;
  std::memcpy(&value, &result, sizeof value);
  return value;
}

}  // namespace

PEEKSIM_VECTORS void integers_to_floats(const std::int8_t* integers, int zero_point,
                                        const std::vector<float>& scales,
                                        std::vector<float>& values) {
  const std::size_t count = values.size();
  const std::size_t run = count / scales.size();
  for (std::size_t i = 0; i < count; i += run) {
    const float scale = scales[i / run];
    for (std::size_t j = i; j < i + run; ++j)
      values[j] = static_cast<float>(integers[j] - zero_point) * scale;
  }
}

PEEKSIM_VECTORS void integers_to_floats(const std::int16_t* integers, float scale,
                                        std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(integers[i]) * scale;
}

void halves_to_floats(const std::uint16_t* halves, std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = half_to_float(halves[i]);
}

PEEKSIM_VECTORS std::size_t first_not_finite(const std::vector<float>& values) {
  std::uint32_t any_bad = 0;
  for (std::size_t i = 0; i < values.size(); ++i) any_bad |= not_finite(values[i]);
  if (any_bad == 0) return values.size();
  std::size_t bad = 0;
  while (!not_finite(values[bad])) ++bad;
  return bad;
}

}  // namespace peeksim::hdf5
