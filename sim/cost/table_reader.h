// The table of formats that energy tables are written in. Adding one is one file and one row in
// table_reader.cpp.
#pragma once

#include <string>
#include <vector>

#include "sim/cost/energy_table.h"

namespace peeksim {

struct TableReader {
  const char* name;
  const char* meaning;
  const char* extension;  // ".yaml": the extension of its files in the folders of tables
  // Whether the file at `path` is written in this format. The first reader that says so reads it;
  // the last one accepts any file.
  bool (*recognises)(const std::string& path);
  // Throws Error(config) with file:line:key for everything that is wrong with the file.
  EnergyTable (*read)(const std::string& path);
};

const std::vector<TableReader>& table_readers();

// The format of peeksim's own tables, described in docs/energy.md.
extern const TableReader yaml_table;

// For readers of other formats: the action of a component, both by name. Throws Error(config) at
// `where` with a suggestion.
const EnergyAction& find_action(const std::string& component, const std::string& action,
                                const Location& where);

}  // namespace peeksim
