// The table of bank mappings: in which bank of the ifmap buffer an activation lies. Adding one is a
// row in bank_mapping.cpp. No key of a machine chooses between them as long as there is one.
#pragma once

#include <vector>

#include "sim/config/machine.h"

namespace peeksim {

struct BankMapping {
  const char* name;
  const char* meaning;
  // x: column of the map, from -pad_left on. Returns 0 … banks-1.
  int (*bank)(int x, int banks);
};

const std::vector<BankMapping>& bank_mappings();

const BankMapping& bank_mapping_of(const MachineSpec& machine);

}  // namespace peeksim
