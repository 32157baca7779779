// Writes a VCD file (IEEE 1364, value change dump): variables in scopes, then the values that
// change in each cycle. One cycle is 1 ns. sc_trace is not used: its time is the kernel's, which
// also runs through the dense machine and the other images, and its header has a date, so that the
// same run would not give the same bytes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/base/units.h"

namespace peeksim {

class VcdWriter {
 public:
  using Write = std::function<void(const std::string&)>;
  using Variable = std::size_t;
  enum class Kind { bit, integer, real, bits };

  explicit VcdWriter(Write write) : write_(std::move(write)) {}

  // The header. Dollar signs are removed from comments, because $end would end one.
  void comment(std::string text);
  void open_scope(const std::string& name);
  void close_scope();
  Variable add(Kind kind, const std::string& name, int width = 1);
  void end_header();

  // The next calls of set() give the values in this cycle; only changes are written. In the first
  // cycle all variables must be set.
  void enter(Cycle cycle);
  // A bit, real or integer; an integer below 0 means no value.
  void set(Variable variable, double value);
  // The bits of a vector, the highest first, its leading zeros left out; "z": none.
  void set(Variable variable, const std::string& bits);
  // Ends the file at the start of cycle `end` and writes all remaining text.
  void finish(Cycle end);

 private:
  struct State {
    Kind kind = Kind::bit;
    std::string id;
    bool known = false;
    double value = 0;
    std::string bits;
  };

  void stamp();
  void pass_on();

  const Write write_;
  std::vector<State> variables_;
  std::string text_ = "$timescale 1 ns $end\n";  // not yet passed on
  Cycle cycle_ = 0;
  bool entered_ = false, dumping_ = false, stamped_ = false;
};

}  // namespace peeksim
