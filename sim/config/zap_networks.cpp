#include "sim/config/zap_networks.h"

namespace peeksim {

const std::vector<FirstPattern>& first_patterns() {
  static const std::vector<FirstPattern> table = {
      {"checkerboard", [](int row, int col) { return (row + col) % 2 == 0; }},
      {"thirds", [](int row, int col) { return (row + col) % 3 == 0; }},
      {"quarter", [](int row, int col) { return row % 2 == 0 && col % 2 == 0; }}};
  return table;
}

const ZapNetwork* ZapNetworks::find(const std::string& path) const {
  const auto found = layers.find(path);
  return found == layers.end() ? nullptr : &found->second;
}

}  // namespace peeksim
