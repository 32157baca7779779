// Floats as bytes that a page unpacks to the same floats. A trace of 8 or 16 bits has few different
// values, so a table of them and a place in it for each value is smaller than the values.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

struct PackedValues {
  std::vector<float> table;  // ascending, each once; empty: `bytes` are the floats themselves
  int width = 4;             // bytes of a value: 1 or 2 of a place in the table, or 4 of a float
  std::string bytes;         // little-endian, one value after another
};

// The narrowest of the three. REQUIRES: finite values.
PackedValues pack(const std::vector<float>& values);

// Floats as little-endian bytes.
std::string bytes_of(const std::vector<float>& values);

}  // namespace peeksim
