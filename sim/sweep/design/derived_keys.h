// Keys whose values follow from others: {"buffers.ifmap_read_width": "4 * array.rows"}.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/design/expression.h"

namespace peeksim {

class DerivedKeys {
 public:
  DerivedKeys() = default;
  // A map of expressions. Throws Error(config): an unknown key, an expression that is none.
  DerivedKeys(const Value& map, const Vocabulary& vocabulary);

  // Throws Error(config) at the expression where one gives the key.
  void require_not_given(const std::string& key, const std::string& by) const;

  // The machine with `keys` on top of `base`, then these in order: each sees those before it.
  // Throws Error(config) as MachineTemplate::with.
  MachineSpec machine(const MachineTemplate& base, KeyValues keys,
                      const Vocabulary& vocabulary) const;

 private:
  struct Derived {
    std::string key;
    Location where;
    Expression expression;
  };
  std::vector<Derived> all_;
};

}  // namespace peeksim
