// The read ports of the buffers beside the array that they feed.
#pragma once

#include <string>
#include <vector>

#include "sim/config/machine.h"
#include "sim/config/vocabulary.h"

namespace peeksim {

// What a machine file's `auto` gives, until resolve_ports() replaces it.
constexpr int auto_width = -1;

// Elements per cycle that an array with this dispatch reads without waiting, as far as `auto` goes:
// rows x lanes activations, times Choice::reads_per_row, and cols x lanes weights. Neither depends
// on the prediction, so that the dense machine has the same ports.
int auto_ifmap_width(const MachineSpec& machine, const Vocabulary& vocabulary);
int auto_weight_width(const MachineSpec& machine);

// Replaces `auto` by its number.
void resolve_ports(MachineSpec& machine, const Vocabulary& vocabulary);

// The ports that are narrower than `auto` would make them, one sentence each: the machine measures
// its port rather than its array.
std::vector<std::string> narrow_ports(const MachineSpec& machine, const Vocabulary& vocabulary);

// The keys on which that depends: machines with equal values of these have the same warnings.
const std::vector<std::string>& port_keys();

}  // namespace peeksim
