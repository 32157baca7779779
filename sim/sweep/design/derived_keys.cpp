#include "sim/sweep/design/derived_keys.h"

#include "sim/sweep/design/key_text.h"

namespace peeksim {

DerivedKeys::DerivedKeys(const Value& map, const Vocabulary& vocabulary) {
  for (const auto& [key, text] : map.entries()) {
    require_machine_key(key, text, vocabulary);
    all_.push_back({key, text.where(), Expression(text, vocabulary)});
  }
}

void DerivedKeys::require_not_given(const std::string& key, const std::string& by) const {
  for (const Derived& derived : all_)
    if (derived.key == key)
      throw Error(ErrorKind::config, derived.where, "'" + key + "' is set by " + by + " too",
                  "drop one of the two");
}

MachineSpec DerivedKeys::machine(const MachineTemplate& base, KeyValues keys,
                                 const Vocabulary& vocabulary) const {
  for (const Derived& derived : all_) {
    const double value = derived.expression.value(base.part_with(keys, vocabulary));
    keys.emplace_back(derived.key, number_value(value, derived.where));
  }
  return base.with(keys, vocabulary);
}

}  // namespace peeksim
