#include "sim/engine/clocked/operand_buffer.h"

#include <algorithm>

#include "sim/base/bug.h"

namespace peeksim::clocked {

OperandBuffer::OperandBuffer(const sc_core::sc_module_name& name, Wires& wires, const Loads& loads)
    : Module(name), wires_(wires), loads_(loads) {
  SC_HAS_PROCESS(OperandBuffer);
  SC_METHOD(on_fill);
  sensitive << loads.fill.arrived();
  dont_initialize();
  SC_METHOD(on_chunk);
  sensitive << wires.chunk.written();
  dont_initialize();
}

void OperandBuffer::begin(const Work& work) {
  work_ = &work;
  std::fill(std::begin(held_), std::end(held_), -1);
  filled_bytes_ = 0;
}

void OperandBuffer::on_fill() {
  guard([this] {
    while (!loads_.fill.empty()) fill(loads_.fill.pop());
  });
}

void OperandBuffer::fill(const LoadRequest& load) {
  if (load.index >= loads_.released.read() + 2)
    throw bug(name(), "a load overwrites a half that is still in use");
  filled_bytes_ += load.bytes;
  loads_.filled.write(load.index + 1);
  held_[load.index % 2] = load.index;
  store(load, load.index % 2);
}

int OperandBuffer::half_with(int load) const {
  if (held_[load % 2] != load) throw bug(name(), "the array reads a load that it does not hold");
  return load % 2;
}

void OperandBuffer::on_chunk() {
  guard([this] { turn_to(wires_.chunk.read()); });
}

}  // namespace peeksim::clocked
