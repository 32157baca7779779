// A number or a condition over the keys of a machine: `4 * array.rows`, or `array.rows * array.cols
// == 256 && buffers.ifmap_bytes <= 64 KiB`.
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

  // Both throw Error(config) when the value is not a number, as after a division by 0.
  double value(const MachineSpec& machine) const;
  bool holds(const MachineSpec& machine) const { return value(machine) != 0; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peeksim
