// Gets a number that an energy table must state for a machine, or throws an error that says what is
// missing and what needs it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "sim/cost/energy_table.h"

namespace peeksim {

// The width of a MAC in bits: that of the wider operand.
int operand_bits(const MachineSpec& machine);

// The value of that width. Throws Error(config) when `by_width` has none; `what`: what it is of, as
// "MAC".
double require_width(const std::map<int, double>& by_width, const EnergyTable& table,
                     const MachineSpec& machine, const std::string& what);

// Throws Error(config) unless the table states the number. `key`: its key, as "area.gate";
// `user`: what needs it, "a machine that ...".
double require_stated(const std::optional<double>& number, const EnergyTable& table,
                      const MachineSpec& machine, const std::string& key, const std::string& user);

// What `user` may be: machines with parts that others lack.
constexpr const char* multicasting = "a machine that sends activations to any PE";
constexpr const char* running_jobs = "a machine whose columns run jobs of any channel";
constexpr const char* skipping = "a machine that skips zero activations";

}  // namespace peeksim
