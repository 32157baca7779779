// A condition over the keys of a machine: `array.rows * array.cols == 256 && array.dispatch ==
// gate`.
#pragma once

#include <memory>

#include "sim/config/load_machine.h"
#include "sim/config/value.h"

namespace peeksim {

class Expression {
 public:
  // Throws Error(config) at the value: syntax errors, and names that are neither a key nor a
  // choice of one.
  Expression(const Value& text, const Vocabulary& vocabulary);
  ~Expression();
  Expression(Expression&&) noexcept;

  // Throws Error(config) when the value is not a number, as after a division by 0.
  bool holds(const MachineSpec& machine);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peeksim
