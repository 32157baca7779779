// What a logic analyser on the machine would show, cycle by cycle, as a VCD file: the signals of
// docs/waveforms.md. Its axis is that of the event log: the programs that it is shown follow one
// another without a gap. It looks at the end of a cycle and changes nothing.
#pragma once

#include <string>
#include <vector>

#include "sim/engine/clocked/vcd.h"
#include "sim/engine/clocked/work.h"

namespace peeksim::clocked {

class Dram;
class PeArray;
class PredictionUnit;
class Sequencer;
struct TileWork;
struct Wires;

// The cycles from `first` up to, but not including, `end`.
struct CycleWindow {
  Cycle first = 0, end = 0;
};

// Where the probes are clipped on.
struct Probes {
  const Sequencer& sequencer;
  const PeArray& array;
  const PredictionUnit& prediction_unit;
  const Dram& dram;
  const Wires& wires;
};

class Waveform {
 public:
  // The first windows of a step that have a bit in the file; steps with more are rare, and their
  // vectors unreadable.
  static constexpr int most_windows = 4096;

  struct Shape {
    int rows = 0, columns = 0;          // PEs
    int windows = 0;                    // the most of any step
    std::vector<std::string> comments;  // for the header
  };

  Waveform(const Shape& shape, CycleWindow window, VcdWriter::Write write);

  // A program begins where the one before ended.
  void begin(const Work& work);
  // Whether any of its cycles may be shown.
  bool wants_cycles() const { return start_ < window_.end; }
  void show(Cycle cycle, const Probes& probes);  // of the program
  void end(Cycle cycles);                        // of the program
  // Returns whether any cycle of the window has been shown.
  bool finish();
  // Of all programs so far.
  Cycle cycles() const { return start_; }

 private:
  using Variable = VcdWriter::Variable;
  struct Pe {
    Variable enable, accumulator;
  };
  struct Column {
    Variable window_bits, drained;
  };

  void show(const Sequencer& sequencer, const Wires& wires);
  void show(const PeArray& array, const TileWork* computing, const Wires& wires);
  void show(const StepBits& bits);

  const Shape shape_;
  const CycleWindow window_;
  VcdWriter vcd_;
  Cycle start_ = 0;
  int layer_ = -1, group_ = 0;
  bool shown_ = false;
  StepBits bits_;  // shown last

  Variable layer_index_, group_index_, step_, tile_, tap_, taps_, draining_row_, ready_step_;
  Variable load_, store_;
  std::vector<Variable> parts_, passes_;
  std::vector<Pe> pes_;  // [rows][columns]
  std::vector<Column> columns_;
};

}  // namespace peeksim::clocked
