// A VCD file (IEEE 1364, value change dump), as text: variables in scopes, then what changes in
// each cycle. One cycle is 1 ns of its axis. It is written here and not by sc_trace, whose axis is
// the kernel's time, with the dense machine's runs and the other images in it, and whose header
// holds a date: the same run gives the same bytes.
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

  // The header. No dollar sign of a comment is kept: $end would end it.
  void comment(std::string text);
  void open_scope(const std::string& name);
  void close_scope();
  Variable add(Kind kind, const std::string& name, int width = 1);
  void end_header();

  // What is set from now on are the values of this cycle; only changes are written, and in the
  // first cycle everything, which has to be set.
  void enter(Cycle cycle);
  // A bit, real or integer; an integer below 0 is none.
  void set(Variable variable, double value);
  // The bits of a vector, the highest first, its leading zeros left out; "z": none.
  void set(Variable variable, const std::string& bits);
  // The last cycle that was entered ends where this one would begin. Passes on all text.
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
