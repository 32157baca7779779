// The loads of a program in the order in which they are requested (docs/machine.md section 5).
#pragma once

#include "sim/schedule/program.h"

namespace peeksim {

enum class Tensor { ifmap = 0, weight = 1, residual = 2 };

struct Load {
  Tensor tensor = Tensor::ifmap;
  int index = 0;  // its ordinal, from 0, among the loads of its buffer; a residual's is its step
  Bytes bytes = 0;
  // The decision that must be known before this load may be requested, or no_decision: with
  // streamed weights only a step's last decision says which tiles there are.
  int after = no_decision;
  int step = 0;  // the first step that uses it
};

// Walks the loads of a program without storing them: a streamed layer has one per tile chunk.
class LoadOrder {
 public:
  LoadOrder() = default;
  explicit LoadOrder(const Program& program);

  bool done() const { return program_ == nullptr || step_ == program_->steps.size(); }
  // The next load in program order. REQUIRES: !done().
  const Load& front() const { return front_; }
  void pop();

 private:
  enum class Stage { ifmap, weight, residual, chunks };

  // Moves to the next place in the program that holds a load and fills front_.
  void settle();
  void set_front(Tensor tensor, int index, Bytes bytes);

  const Program* program_ = nullptr;
  std::size_t step_ = 0;
  Stage stage_ = Stage::ifmap;
  std::size_t tile_ = 0;
  int chunk_ = 0;
  int chunk_loads_ = 0;  // streamed weight loads before front_
  int after_ = no_decision;
  Load front_;
};

}  // namespace peeksim
