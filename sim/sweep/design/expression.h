// A condition over the keys of a machine: `array.rows * array.cols == 256 && array.dispatch ==
// gate`.
#pragma once

#include <memory>

#include "sim/config/load_machine.h"
#include "sim/config/value.h"

namespace peeksim {

class Expression {
 public:
  // Throws Error(config) at the value: syntax, and names that are neither a key nor one of the
  // words that a key may be.
  Expression(const Value& text, const Vocabulary& vocabulary);
  ~Expression();
  Expression(Expression&&) noexcept;

  // Throws Error(config): a value that is no number, such as a division by 0.
  bool holds(const MachineSpec& machine);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peeksim
