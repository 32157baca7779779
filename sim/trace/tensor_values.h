// Converts the stored values of a tensor, scaled integers or half-precision numbers, to float.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peeksim::hdf5 {

// Subtracts the zero point from values.size() integers and multiplies them by their scale: one for
// all, or one for each of equal runs.
void integers_to_floats(const std::int8_t* integers, int zero_point,
                        const std::vector<float>& scales, std::vector<float>& values);
void integers_to_floats(const std::int16_t* integers, float scale, std::vector<float>& values);

// Converts values.size() IEEE 754 half-precision numbers, given as their bits.
void halves_to_floats(const std::uint16_t* halves, std::vector<float>& values);

// The index of the first NaN or infinity; values.size() when there is none.
std::size_t first_not_finite(const std::vector<float>& values);

}  // namespace peeksim::hdf5
