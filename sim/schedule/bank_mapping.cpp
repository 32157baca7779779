#include "sim/schedule/bank_mapping.h"

namespace peeksim {

const std::vector<BankMapping>& bank_mappings() {
  static const std::vector<BankMapping> table = {
      {"column", "neighboring columns of the map lie in different banks",
       [](int x, int banks) { return (x % banks + banks) % banks; }}};
  return table;
}

const BankMapping& bank_mapping_of(const MachineSpec&) {
  return bank_mappings().front();
}

}  // namespace peeksim
