#include "sim/cost/stated.h"

#include <algorithm>

namespace peeksim {

namespace {

Error lacks(const EnergyTable& table, const MachineSpec& machine, const std::string& what,
            const std::string& remedy) {
  return Error(ErrorKind::config, machine.location("energy"),
               "energy table '" + table.name + "' has no " + what, remedy);
}

}  // namespace

int operand_bits(const MachineSpec& machine) {
  return std::max(machine.precision.activation_bits, machine.precision.weight_bits);
}

double require_width(const std::map<int, double>& by_width, const EnergyTable& table,
                     const MachineSpec& machine, const std::string& what) {
  const int bits = operand_bits(machine);
  const auto found = by_width.find(bits);
  if (found != by_width.end()) return found->second;
  throw lacks(table, machine, what + " of " + std::to_string(bits) + " bits",
              "add 'mac: {" + std::to_string(bits) + ": ...}' to a copy of the table");
}

double require_stated(const std::optional<double>& number, const EnergyTable& table,
                      const MachineSpec& machine, const std::string& key, const std::string& user) {
  if (number) return *number;
  throw lacks(table, machine, key + ", which " + user + " needs",
              "add it to a copy of the table, or choose another table");
}

}  // namespace peeksim
