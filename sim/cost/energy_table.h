// Energy per action and area per part, as a file states them with their sources (docs/energy.md):
// where tables are found, and what any of them answers. What is in the file is its reader's
// business (table_reader.h).
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
  // What an action costs once on a machine, in `unit`; done: what the machine did in a whole run,
  // because how far apart its PEs are follows from the parts that it has. Throws Error(config) when
  // the table does not know.
  std::function<double(const EnergyComponent&, const EnergyAction&, const MachineSpec&,
                       const Counters& done)>
      price;
  std::optional<AreaTable> area;  // none: not known
  // What the table answers for a machine although it states nothing of the kind, a sentence each:
  // worth a warning.
  std::function<std::vector<std::string>(const MachineSpec&)> doubts = [](const MachineSpec&) {
    return std::vector<std::string>();
  };
};

// Reads a table. Throws Error(config): whatever the reader of its format refuses.
EnergyTable load_energy_table(const std::string& path);
EnergyTable load_energy_table(const std::string& path, const std::vector<TableReader>& readers);

// The names of tables that find_energy_table() knows, sorted.
std::vector<std::string> energy_table_names(const std::string& beside);

// The file of a table: a path as it is (when it has a '/' or ends as tables do), relative to
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
