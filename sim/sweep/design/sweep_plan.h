// The plan of a sweep: all of its design points, each a machine and a trace, checked before the
// first one runs. A point is stored as its choice on each axis and its machine is built on demand,
// so that a plan of many points stays small.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/cost/energy_table.h"
#include "sim/run/machine_binder.h"
#include "sim/sweep/design/expression.h"
#include "sim/sweep/design/sampling.h"
#include "sim/sweep/design/sweep_spec.h"
#include "sim/trace/trace.h"

namespace peeksim {

struct SweepPoint {
  std::string key;                     // MachineIdentity::point_key()
  std::size_t machine = 0, trace = 0;  // in the spec
  // Ordinals of distinct prediction settings and dense machines: points on the same trace share the
  // masks of equal settings and the counters of equal dense machines.
  std::size_t prediction = 0, dense = 0;
  Combination choices;  // on the spec's axes
};

// An energy table and the SHA-256 of its file.
struct PricedTable {
  EnergyTable table;
  std::string sha256;
};

// A cache of energy tables by the machines that name them.
class EnergyTables {
 public:
  // Throws Error(config) as energy_table_of. The reference stays valid.
  const PricedTable& of(const MachineSpec& machine, const std::string& machine_path);

 private:
  std::map<std::string, PricedTable> by_name_;
};

// Callbacks while a plan is made: its progress, and whether it should stop.
struct PlanWatch {
  std::function<void(std::size_t points)> progress;  // checked so far; empty: not called
  std::function<bool()> interrupted;                 // empty: never
};

class SweepPlan {
 public:
  // Reads the machines, opens the traces, draws the points, builds each point's machine and plans
  // every layer on it. Throws Error: whatever is wrong with any of it, a sweep without points, two
  // points that are the same, more than ten million points.
  explicit SweepPlan(SweepSpec spec, const PlanWatch& watch = {});

  const SweepSpec& spec() const { return spec_; }
  const std::vector<SweepPoint>& points() const { return points_; }
  std::size_t combinations() const { return combinations_; }  // before `where`
  std::size_t infeasible() const { return infeasible_; }      // left out by `infeasible: skip`
  // Oddities that are not errors, one line each.
  const std::vector<std::string>& warnings() const { return warnings_; }
  // What the points are priced with, "45nm (pJ), DRAM: generic".
  const std::set<std::string>& prices() const { return prices_; }

  // With thresholds as values, whatever their unit.
  MachineSpec machine(const SweepPoint& point) const;
  // One of the spec's machines as in its file; nothing when the file is incomplete without keys
  // that the axes set.
  std::optional<MachineSpec> base_machine(std::size_t number) const;
  const PricedTable& energy_table(const SweepPoint& point, const MachineSpec& machine);
  const std::string& trace_path(const SweepPoint& point) const { return spec_.traces[point.trace]; }
  const std::vector<std::unique_ptr<Trace>>& traces() const { return traces_; }
  const Trace& trace(const SweepPoint& point) const { return *traces_[point.trace]; }
  int images(const SweepPoint& point) const;
  // Whether the machine of any point skips zero activations.
  bool skips_zero_activations() const { return skips_zero_activations_; }

  // Columns and texts: machine and trace where there are several, then the axes.
  std::vector<std::pair<std::string, std::string>> shown(const SweepPoint& point) const;

 private:
  MachineSpec drawn_machine(const SweepPoint& point) const;  // thresholds as they were written
  void open_traces();
  void draw_points(const PlanWatch& watch);
  bool take(const Combination& chosen, std::map<std::string, std::size_t>& by_key);
  void warn_about_what_is_missing();
  void check_point(SweepPoint& point, const MachineSpec& machine);
  void require_runnable(const SweepPoint& point, const MachineSpec& machine);
  // drawn: with thresholds as they were written.
  void collect_warnings(const SweepPoint& point, const MachineSpec& drawn,
                        const MachineSpec& machine);
  std::string describe(const SweepPoint& point) const;

  SweepSpec spec_;
  Vocabulary vocabulary_;
  std::vector<MachineTemplate> templates_;
  std::vector<std::unique_ptr<Trace>> traces_;
  mutable MachineBinder binder_;  // what it has open decides nothing
  EnergyTables tables_;
  std::vector<SweepPoint> points_;
  std::vector<Expression> conditions_;
  std::size_t combinations_ = 0, infeasible_ = 0;
  std::string first_infeasible_;  // why it is so
  bool skips_zero_activations_ = false;
  std::vector<std::string> warnings_;
  std::set<std::string> prices_;
  std::map<std::string, std::size_t> predictions_, dense_machines_;  // numbers by digest
  std::set<std::string> planned_;                               // settings that have been planned
  std::set<std::pair<std::size_t, std::size_t>> warned_about_;  // prediction settings, trace
};

}  // namespace peeksim
