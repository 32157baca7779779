// What the stored values of a tensor are worth as float.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peeksim::hdf5 {

// As many integers as there are values, times their scale: one scale for all, or one for each of
// equal runs.
void integers_to_floats(const std::int8_t* integers, const std::vector<float>& scales,
                        std::vector<float>& values);

// As many numbers of IEEE 754 half precision, bit by bit.
void halves_to_floats(const std::uint16_t* halves, std::vector<float>& values);

// The place of the first NaN or infinity; the size when there is none.
std::size_t first_not_finite(const std::vector<float>& values);

}  // namespace peeksim::hdf5
