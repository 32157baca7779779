#include "sim/config/show_machine.h"

#include "sim/config/machine_keys.h"
#include "sim/config/parameter_keys.h"

namespace peeksim {

Value show_machine(const MachineSpec& machine) {
  std::vector<std::pair<std::string, Value>> top;
  std::vector<std::pair<std::string, Value>> group;
  std::string group_name;
  const auto close_group = [&] {
    for (const auto& [key, value] : machine.parameters.by_key)
      if (group_of(key) == group_name) group.emplace_back(leaf_of(key), show_parameter(value));
    if (!group.empty()) top.emplace_back(group_name, Value::map(std::move(group)));
    group.clear();
  };
  for (const MachineKey& key : machine_keys()) {
    if (!key.shown(machine)) continue;
    Value value = key.show(machine);
    if (value.is_null()) continue;
    const std::string its_group = group_of(key.path);
    if (its_group != group_name) close_group();
    group_name = its_group;
    (group_name.empty() ? top : group).emplace_back(leaf_of(key.path), std::move(value));
  }
  close_group();
  return Value::map(std::move(top));
}

}  // namespace peeksim
