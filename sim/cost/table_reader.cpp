#include "sim/cost/table_reader.h"

#include "sim/base/lookup.h"

namespace peeksim {

const std::vector<TableReader>& table_readers() {
  static const std::vector<TableReader> table = {yaml_table};
  return table;
}

const EnergyAction& find_action(const std::string& component, const std::string& action,
                                const Location& where) {
  const std::string place = where.text();
  return require_row(
      require_row(energy_components(), component, "component", ErrorKind::config, place).actions,
      action, "action of " + component, ErrorKind::config, place);
}

}  // namespace peeksim
