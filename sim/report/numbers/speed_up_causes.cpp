#include "sim/report/numbers/speed_up_causes.h"

#include <algorithm>

namespace peeksim {

namespace {

double number(Count count) {
  return static_cast<double>(count);
}

double tiles(const Counters& counters) {
  return number(counters.tiles_dense) + number(counters.tiles_peek) +
         number(counters.tiles_neighbor);
}

// A cause loses what its part of the run has beyond `kept`, the share of the MACs that are not
// saved, of its part without prediction. The array's cycles are tiles times the mean time of a
// tile, so that they split into more tiles and longer ones.
struct Cause {
  SpeedUpCause row;
  double (*lost)(const CounterPair& counters, double kept);
};

double more_tiles(const CounterPair& counters, double kept) {
  const double before = tiles(counters.dense);
  if (before == 0) return 0;
  return (tiles(counters.machine) - kept * before) * number(counters.dense.array_busy) / before;
}

double longer_tiles(const CounterPair& counters, double) {
  const double before = tiles(counters.dense);
  const double as_long = before == 0 ? 0 : number(counters.dense.array_busy) / before;
  return number(counters.machine.array_busy) - tiles(counters.machine) * as_long;
}

template <Count Counters::*part>
double part_lost(const CounterPair& counters, double kept) {
  return number(counters.machine.*part) - kept * number(counters.dense.*part);
}

const std::vector<Cause>& causes() {
  static const std::vector<Cause> table = {
      {{"filling", "partly filled tiles",
        "A tile takes its time even if few of its outputs are computed, or all but one are cut "
        "short, so there are not as few tiles as MACs."},
       more_tiles},
      {{"tile_time", "longer tiles",
        "A tile takes longer than without prediction, on average: it waits for a read port, fewer "
        "of its taps are zero for all of its outputs and skipped, or a look-ahead goes before."},
       longer_tiles},
      {{"prediction", "waiting for a prediction",
        "The array has no tile to run until a prediction is known."},
       part_lost<&Counters::predict_stall>},
      {{"drain", "waiting for the drain", "A finished tile waits for the drain of the one before."},
       part_lost<&Counters::drain_stall>},
      {{"memory", "waiting for data and stores",
        "Loads and stores, up to the last one (the tail), do not become fewer as the MACs do."},
       [](const CounterPair& counters, double kept) {
         return part_lost<&Counters::memory_stall>(counters, kept) +
                part_lost<&Counters::tail>(counters, kept);
       }},
  };
  return table;
}

}  // namespace

const std::vector<SpeedUpCause>& speed_up_causes() {
  static const std::vector<SpeedUpCause> rows = [] {
    std::vector<SpeedUpCause> found;
    for (const Cause& cause : causes()) found.push_back(cause.row);
    return found;
  }();
  return rows;
}

CyclesExplained& CyclesExplained::operator+=(const CyclesExplained& other) {
  dense += other.dense;
  run += other.run;
  bound += other.bound;
  for (std::size_t i = 0; i < lost.size(); ++i) lost[i] += other.lost[i];
  return *this;
}

CyclesExplained explain_cycles(const CounterPair& counters) {
  const Counters& machine = counters.machine;
  const double kept =
      machine.macs_total == 0
          ? 1
          : number(machine.macs_total - machine.macs_predicted) / number(machine.macs_total);
  CyclesExplained found;
  found.dense = counters.dense.cycles;
  found.run = machine.cycles;
  found.bound = kept * number(found.dense);
  for (std::size_t i = 0; i < found.lost.size(); ++i)
    found.lost[i] = causes()[i].lost(counters, kept);
  return found;
}

std::optional<SpeedUpExplained> explain_speed_up(const RunResult& run) {
  for (Count Counters::*needed :
       {&Counters::macs_total, &Counters::macs_predicted, &Counters::tiles_dense,
        &Counters::tiles_peek, &Counters::tiles_neighbor, &Counters::cycles, &Counters::array_busy,
        &Counters::predict_stall, &Counters::drain_stall, &Counters::memory_stall, &Counters::tail})
    if (std::count(run.unknown.begin(), run.unknown.end(), needed) > 0) return std::nullopt;
  SpeedUpExplained found;
  for (const LayerResult& layer : run.layers) {
    found.layers.push_back(explain_cycles(layer.counters));
    found.network += found.layers.back();
  }
  return found;
}

}  // namespace peeksim
