#include "sim/page/packed_values.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace peeksim {

namespace {

void append(std::string& bytes, std::uint32_t number, int width) {
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

}  // namespace

std::string bytes_of(const std::vector<float>& values) {
  std::string bytes;
  bytes.reserve(4 * values.size());
  for (const float value : values) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    append(bytes, bits, 4);
  }
  return bytes;
}

PackedValues pack(const std::vector<float>& values) {
  PackedValues packed;
  std::vector<float>& table = packed.table;
  table = values;
  std::sort(table.begin(), table.end());
  table.erase(std::unique(table.begin(), table.end()), table.end());
  packed.width = table.size() <= 0x100 ? 1 : 2;
  // The size of the table counts too: with mostly distinct values it saves nothing.
  if (packed.width * values.size() + 4 * table.size() >= 4 * values.size() ||
      table.size() > 0x10000) {
    packed = {{}, 4, bytes_of(values)};
    return packed;
  }
  packed.bytes.reserve(packed.width * values.size());
  for (const float value : values) {
    const auto place = std::lower_bound(table.begin(), table.end(), value) - table.begin();
    append(packed.bytes, static_cast<std::uint32_t>(place), packed.width);
  }
  return packed;
}

}  // namespace peeksim
