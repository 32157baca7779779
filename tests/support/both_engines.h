// One layer on both engines, each in a kernel of its own, and how the outcomes differ.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>

#include "sim/base/error.h"
#include "tests/support/simulate.h"

namespace peeksim {

// Keeps every event, and what a clocked simulation finds besides the counters.
struct Findings : EventCollector {
  Findings() : EventCollector(EventDetail::all) {}

  bool wants_values(int) const override { return true; }
  void on_values(int, const std::vector<float>& ofmap, double deviation) override {
    stored = ofmap;
    worst_deviation = deviation;
  }

  std::vector<float> stored;  // [K,P,Q]
  double worst_deviation = 0;
};

struct BothEngines {
  Counters event, clocked;
  EventLog event_log, clocked_log;
  Findings findings;
};

// Throws what set_up_layer throws.
inline BothEngines run_both(const MachineSpec& machine, const Layer& layer,
                            const LayerValues& values) {
  const LayerSetup setup = set_up_layer(machine, layer, false);
  BothEngines both;
  EventCollector events(EventDetail::all);
  both.event = simulate(fresh_engine("event"), machine, setup, values, events);
  both.clocked = simulate(fresh_engine("clocked"), machine, setup, values, both.findings);
  both.event_log = std::move(events.events);
  both.clocked_log = both.findings.events;
  sort_events(both.event_log);
  sort_events(both.clocked_log);
  return both;
}

// "" or the counters that differ.
inline std::string difference(const Counters& a, const Counters& b) {
  std::ostringstream text;
  for (const CounterRow& row : counter_rows)
    if (a.*row.value != b.*row.value)
      text << row.name << " " << a.*row.value << " and " << b.*row.value << "; ";
  return text.str();
}

inline std::string text_of(const Event& e) {
  std::ostringstream text;
  const char* kinds[] = {"load", "tile", "prediction", "store", "chunk", "step", "stall", "drain"};
  text << "group " << e.group << " step " << e.step << " " << kinds[static_cast<int>(e.kind)]
       << " tensor " << static_cast<int>(e.tensor) << " pass " << static_cast<int>(e.pass)
       << " index " << e.index << " chunk " << e.chunk << " stall " << static_cast<int>(e.stall)
       << " start " << e.start << " end " << e.end << " amount " << e.amount << " live "
       << e.tile.live_pes << " at " << e.tile.distinct << " positions in " << e.tile.live_cols
       << " columns, drained " << e.tile.drained;
  if (e.kind == EventKind::load || e.kind == EventKind::store) text << " request " << e.request;
  return text.str();
}

// "" or the first event, event-driven before clocked, that differs.
inline std::string first_difference(const BothEngines& both) {
  const std::size_t most = std::max(both.event_log.size(), both.clocked_log.size());
  for (std::size_t i = 0; i < most; ++i) {
    const std::string a = i < both.event_log.size() ? text_of(both.event_log[i]) : "nothing";
    const std::string b = i < both.clocked_log.size() ? text_of(both.clocked_log[i]) : "nothing";
    if (a != b) return "event " + std::to_string(i) + ": " + a + " | " + b;
  }
  return "";
}

}  // namespace peeksim
