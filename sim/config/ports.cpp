#include "sim/config/ports.h"

#include <algorithm>

namespace peeksim {

namespace {

void warn_if_narrow(const char* key, int width, int needed, const char* what,
                    std::vector<std::string>& warnings) {
  if (width == 0 || width >= needed) return;
  warnings.push_back("buffers." + std::string(key) + " is " + std::to_string(width) +
                     ", the array reads " + std::to_string(needed) + " " + what +
                     " per cycle: it waits for the port; buffers." + key +
                     "=auto follows the array");
}

}  // namespace

int auto_ifmap_width(const MachineSpec& machine, const Vocabulary& vocabulary) {
  int reads_per_row = 1;
  const auto dispatches = vocabulary.find("array.dispatch");
  if (dispatches != vocabulary.end())
    for (const Choice& choice : dispatches->second)
      if (choice.name == machine.array.dispatch) reads_per_row = choice.reads_per_row;
  return reads_per_row * machine.array.rows * machine.array.lanes;
}

int auto_weight_width(const MachineSpec& machine) {
  return machine.array.cols * machine.array.lanes;
}

void resolve_ports(MachineSpec& machine, const Vocabulary& vocabulary) {
  BufferSpec& buffers = machine.buffers;
  if (buffers.ifmap_read_width == auto_width)
    buffers.ifmap_read_width = auto_ifmap_width(machine, vocabulary);
  if (buffers.weight_read_width == auto_width)
    buffers.weight_read_width = auto_weight_width(machine);
}

std::vector<std::string> narrow_ports(const MachineSpec& machine, const Vocabulary& vocabulary) {
  std::vector<std::string> warnings;
  warn_if_narrow("ifmap_read_width", machine.buffers.ifmap_read_width,
                 auto_ifmap_width(machine, vocabulary), "activations", warnings);
  warn_if_narrow("weight_read_width", machine.buffers.weight_read_width, auto_weight_width(machine),
                 "weights", warnings);
  return warnings;
}

const std::vector<std::string>& port_keys() {
  static const std::vector<std::string> keys = {"array.rows",
                                                "array.cols",
                                                "array.lanes",
                                                "array.dispatch",
                                                "buffers.ifmap_read_width",
                                                "buffers.weight_read_width"};
  return keys;
}

}  // namespace peeksim
