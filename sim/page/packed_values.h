// Packs floats for a page, without loss. A trace of 8 or 16 bits has few distinct values, so a
// table of them with an index for each value is smaller than the values.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

struct PackedValues {
  std::vector<float> table;  // ascending, each once; empty: `bytes` are the floats themselves
  int width = 4;             // bytes per value: 1 or 2 for an index of the table, 4 for a float
  std::string bytes;         // little-endian, one value after another
};

// Chooses the smallest of the three. REQUIRES: finite values.
PackedValues pack(const std::vector<float>& values);

// Floats as little-endian bytes.
std::string bytes_of(const std::vector<float>& values);

}  // namespace peeksim
