// MachineSpec, the description of an accelerator: plain data, one field per key of a machine file.
// The keys, their units, ranges and defaults are the rows of machine_keys.cpp; keys that belong to
// one predictor or dispatch policy are in `parameters`.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/units.h"
#include "sim/config/masks.h"
#include "sim/config/parameter.h"
#include "sim/config/zap_networks.h"

namespace peeksim {

struct ArraySpec {
  int rows = 16;                  // PEs: output positions
  int cols = 16;                  // PEs: output channels
  int lanes = 1;                  // MACs per PE and cycle
  std::string dispatch = "gate";  // a row of the table in schedule/dispatch.cpp
  bool gate_zero_activations = true;
  bool skip_zero_activations = false;
  int zero_lookahead = 0;   // taps searched for the next live one; 0: the whole chunk
  double multicast_mm = 0;  // of wire from the ifmap buffer to all PEs; 0: follows from their area
};

struct PrecisionSpec {
  int activation_bits = 8;
  int weight_bits = 8;

  // Bytes of so many elements without gaps, as in one transfer or one share of a buffer.
  Bytes activation_bytes(Count activations) const { return packed(activations, activation_bits); }
  Bytes weight_bytes(Count weights) const { return packed(weights, weight_bits); }

 private:
  // Without the product of both, which may not fit.
  static Bytes packed(Count elements, int bits) {
    return elements / 8 * bits + ceil_div(elements % 8 * bits, 8);
  }
};

struct BufferSpec {
  Bytes ifmap_bytes = 262144;  // whole buffers; half of each is usable at a time
  Bytes weight_bytes = 262144;
  Bytes ofmap_bytes = 65536;
  int ifmap_read_width = 0;   // elements per cycle; 0: unlimited
  int ifmap_banks = 0;        // banks that share the read width; 0: one ideal port
  int weight_read_width = 0;  // elements per cycle; 0: unlimited
};

struct DramSpec {
  Bytes bytes_per_10_cycles = 160;  // the key dram.bytes_per_cycle, which may have one decimal
  Cycle latency = 0;                // cycles from the end of a transfer to its completion
  std::string kind = "generic";     // generic, ddr3, ddr4, lpddr4 or hbm2

  // How long a transfer holds the channel.
  Cycle transfer_cycles(Bytes bytes) const { return ceil_div(10 * bytes, bytes_per_10_cycles); }
};

// A position inside a window (row, column) or an extent (height, width).
struct Position {
  int row = 0;
  int col = 0;
  friend bool operator==(Position a, Position b) { return a.row == b.row && a.col == b.col; }
  friend bool operator<(Position a, Position b) {
    return a.row != b.row ? a.row < b.row : a.col < b.col;
  }
};

struct WindowSpec {
  int height = 2;
  int width = 2;
};

// Either a named pattern (corner, diagonal, checkerboard, all) or an explicit list of positions.
struct PeekSpec {
  std::string pattern = "diagonal";  // "" when `list` is used
  std::vector<Position> list;
};

// The threshold of a channel that is never predicted: no value is at or below it.
constexpr double never_predicted = -std::numeric_limits<double>::infinity();

// What one entry of prediction.layers changes for the layers whose name matches `match` (a glob).
// Later entries win over earlier ones.
struct LayerPredictionOverride {
  std::string match;
  std::optional<std::string> policy;
  std::optional<WindowSpec> window;
  std::optional<PeekSpec> peeks;
  std::optional<double> threshold;
  Location where;
};

struct PredictionSpec {
  std::string policy = "peek";  // a row of the table in skip/predictor.cpp
  WindowSpec window;
  PeekSpec peeks;
  double threshold = 0;                  // and those of layers and channels: in threshold_unit
  std::string threshold_unit = "value";  // of the trace's ofmap values, or "rms": of each layer's
  Cycle latency = 0;                 // cycles from the end of the last peek drain to predict_ready
  int decision_macs_per_cycle = 0;   // of the decision unit of mask and zap; 0: any number
  std::vector<std::string> exclude;  // "first", "kind:<kind>" or a glob over layer names
  std::vector<LayerPredictionOverride> layers;
  std::string thresholds_file;  // as written, relative to the file that names it
  // From the thresholds file: a threshold per output channel, by exact layer name.
  std::map<std::string, std::vector<double>> channel_thresholds;
  std::string masks_file;              // a path; "": none
  std::string masks_sha256;            // of that file; "": whichever it is
  std::shared_ptr<const Masks> masks;  // the file, opened for a trace (run/machine_binder.h)
  std::string zap_file;                // the same of the networks of policy zap
  std::string zap_sha256;
  std::shared_ptr<const ZapNetworks> zap;
};

struct ScheduleSpec {
  std::string loop_order = "auto";  // auto, block_major or group_major
};

struct MachineSpec {
  std::string name;
  ArraySpec array;
  PrecisionSpec precision;
  BufferSpec buffers;
  DramSpec dram;
  PredictionSpec prediction;
  ScheduleSpec schedule;
  double clock_mhz = 500;       // turns cycles into seconds; changes no cycle count
  std::string energy = "45nm";  // a table of configs/energy, by name or by path
  ParameterValues parameters;   // keys of single predictors and dispatch policies

  std::map<std::string, Location> where;  // which file and line set a key, for later errors

  // Where `key` was set, or the machine's name when it is a default.
  Location location(const std::string& key) const;
};

}  // namespace peeksim
