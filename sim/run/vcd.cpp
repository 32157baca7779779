#include "sim/run/vcd.h"

#include <algorithm>
#include <charconv>

namespace peeksim {

namespace {

constexpr std::size_t passed_on_at_once = 1 << 16;

// Printable characters, the shortest first.
std::string identifier(std::size_t number) {
  std::string id;
  for (++number; number > 0; number = (number - 1) / 94)
    id += static_cast<char>('!' + (number - 1) % 94);
  return id;
}

std::string binary(Cycle value) {
  std::string digits;
  for (; value > 1; value /= 2) digits.insert(digits.begin(), value % 2 != 0 ? '1' : '0');
  return (value != 0 ? "1" : "0") + digits;
}

// The shortest text that reads back as the same number.
std::string decimal(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace

void VcdWriter::comment(std::string text) {
  std::replace(text.begin(), text.end(), '$', '_');
  text_ += "$comment " + text + " $end\n";
}

void VcdWriter::open_scope(const std::string& name) {
  text_ += "$scope module " + name + " $end\n";
}

void VcdWriter::close_scope() {
  text_ += "$upscope $end\n";
}

VcdWriter::Variable VcdWriter::add(Kind kind, const std::string& name, int width) {
  const std::string id = identifier(variables_.size());
  std::string type = "wire " + std::to_string(width), range;
  if (kind == Kind::integer) type = "integer 32";
  if (kind == Kind::real) type = "real 64";
  if (kind == Kind::bits) range = " [" + std::to_string(width - 1) + ":0]";
  text_ += "$var " + type + " " + id + " " + name + range + " $end\n";
  State state;
  state.kind = kind;
  state.id = id;
  variables_.push_back(state);
  return variables_.size() - 1;
}

void VcdWriter::end_header() {
  text_ += "$enddefinitions $end\n";
  pass_on();
}

void VcdWriter::enter(Cycle cycle) {
  if (dumping_) text_ += "$end\n";
  cycle_ = cycle;
  stamped_ = false;
  dumping_ = !entered_;
  entered_ = true;
  if (dumping_) {
    stamp();
    text_ += "$dumpvars\n";
  }
  if (text_.size() > passed_on_at_once) pass_on();
}

void VcdWriter::stamp() {
  if (!stamped_) text_ += "#" + std::to_string(cycle_) + "\n";
  stamped_ = true;
}

void VcdWriter::set(Variable variable, double value) {
  State& state = variables_[variable];
  if (state.known && state.value == value) return;
  state.known = true;
  state.value = value;
  stamp();
  if (state.kind == Kind::bit)
    text_ += value != 0 ? "1" : "0";
  else if (state.kind == Kind::real)
    text_ += "r" + decimal(value + 0.0) + " ";  // + 0.0: no negative zero
  else
    text_ += "b" + (value < 0 ? "z" : binary(static_cast<Cycle>(value))) + " ";
  text_ += state.id + "\n";
}

void VcdWriter::set(Variable variable, const std::string& bits) {
  State& state = variables_[variable];
  if (state.known && state.bits == bits) return;
  state.known = true;
  state.bits = bits;
  stamp();
  text_ += "b" + bits + " " + state.id + "\n";
}

void VcdWriter::finish(Cycle end) {
  if (dumping_) text_ += "$end\n";
  if (entered_) text_ += "#" + std::to_string(end) + "\n";
  pass_on();
}

void VcdWriter::pass_on() {
  write_(text_);
  text_.clear();
}

}  // namespace peeksim
