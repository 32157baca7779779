#include "sim/config/vocabulary.h"

#include <algorithm>

#include "sim/base/bug.h"
#include "sim/config/machine_checks.h"
#include "sim/config/machine_keys.h"
#include "sim/config/ports.h"

namespace peeksim {

namespace {

bool same(const Parameter& a, const Parameter& b) {
  return a.type == b.type && a.min == b.min && a.max == b.max && a.default_value == b.default_value;
}

void require_well_declared(const Parameter& parameter, const std::string& chooser) {
  const std::string key = parameter.key;
  if (group_of(key).empty() || group_of(key) != group_of(chooser))
    throw bug(key, "is not in the group of " + chooser);
  if (find_machine_key(key) != nullptr) throw bug(key, "is a key of every machine");
  if (!(parameter.min <= parameter.default_value && parameter.default_value <= parameter.max))
    throw bug(key, "has a default out of its range");
}

}  // namespace

std::string OwnedParameter::owners_text() const {
  std::string text = chooser;
  for (const std::string& owner : owners) text += (owner == owners[0] ? " " : " or ") + owner;
  return text;
}

bool OwnedParameter::applies_to(const MachineSpec& machine) const {
  const auto owns = [&](const std::string& name) {
    return std::find(owners.begin(), owners.end(), name) != owners.end();
  };
  if (owns(find_machine_key(chooser)->show(machine).text())) return true;
  const auto& layers = machine.prediction.layers;
  return chooser == "prediction.policy" &&
         std::any_of(layers.begin(), layers.end(), [&](const LayerPredictionOverride& layer) {
           return layer.policy && owns(*layer.policy);
         });
}

std::vector<OwnedParameter> parameters_of(const Vocabulary& vocabulary) {
  std::map<std::string, OwnedParameter> by_key;
  for (const auto& [chooser, choices] : vocabulary)
    for (const Choice& choice : choices)
      for (const Parameter& parameter : choice.parameters) {
        require_well_declared(parameter, chooser);
        OwnedParameter& owned =
            by_key.emplace(parameter.key, OwnedParameter{parameter, chooser, {}}).first->second;
        if (owned.chooser != chooser || !same(owned.parameter, parameter))
          throw bug(parameter.key, "is declared in two ways");
        owned.owners.push_back(choice.name);
      }
  std::vector<OwnedParameter> list;
  for (auto& [key, owned] : by_key) list.push_back(std::move(owned));
  return list;
}

std::vector<std::string> machine_warnings(const MachineSpec& machine,
                                          const Vocabulary& vocabulary) {
  std::vector<std::string> warnings = ineffective_keys(machine);
  if (!machine.parameters.by_key.empty())
    for (const OwnedParameter& owned : parameters_of(vocabulary))
      if (machine.parameters.by_key.count(owned.parameter.key) > 0 && !owned.applies_to(machine))
        warnings.push_back(std::string(owned.parameter.key) + " has no effect without " +
                           owned.owners_text());
  for (std::string& warning : narrow_ports(machine, vocabulary))
    warnings.push_back(std::move(warning));
  return warnings;
}

}  // namespace peeksim
