// Energy tables: energy per action and area per part, as a file states them with their sources
// (docs/energy.md), and where the files are found. The formats of files are in table_reader.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/machine.h"
#include "sim/cost/area_table.h"
#include "sim/cost/energy_actions.h"

namespace peeksim {

struct TableReader;

struct EnergyTable {
  std::string name;
  std::string source;
  std::string unit = "pJ";  // "pJ", or "mac": relative to one 16-bit MAC
  // The energy of one action on a machine, in `unit`; totals: the counters of a whole run, since
  // the distance between PEs follows from the parts that the machine needs. Throws Error(config)
  // when the table lacks it.
  std::function<double(const EnergyComponent&, const EnergyAction&, const MachineSpec&,
                       const Counters& totals)>
      price;
  std::optional<AreaTable> area;  // none: not stated
  // Prices for a machine that the table does not state and extrapolates, one sentence each.
  std::function<std::vector<std::string>(const MachineSpec&)> warnings = [](const MachineSpec&) {
    return std::vector<std::string>();
  };
};

// Reads a table. Throws Error(config) for what the reader of its format refuses.
EnergyTable load_energy_table(const std::string& path);
EnergyTable load_energy_table(const std::string& path, const std::vector<TableReader>& readers);

// The names of tables that find_energy_table() knows, sorted.
std::vector<std::string> energy_table_names(const std::string& beside);

// The file of a table: a path as it is (when it has a '/' or a table's extension), relative to
// `beside`; a name is looked up in the folder energy/ beside `beside`, then among the shipped
// tables. Throws Error(config) at `where` that lists the known names.
std::string find_energy_table(const std::string& name_or_path, const std::string& beside,
                              const Location& where);

// The file of the table that a machine names, or of the default one. machine_path: the machine's
// own file.
std::string energy_table_path(const MachineSpec& machine, const std::string& machine_path);

// That table.
EnergyTable energy_table_of(const MachineSpec& machine, const std::string& machine_path);

}  // namespace peeksim
