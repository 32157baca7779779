#include "sim/sweep/farm/point_runner.h"

#include "sim/sweep/store/point_rows.h"

namespace peeksim {

PointRunner::PointRunner(SweepPlan& plan) : plan_(plan), runs_(find_engine("event")) {}

bool PointRunner::prepare(std::size_t number) {
  const SweepPoint& point = plan_.points()[number];
  if (trace_ && prepared_ == point.trace) return false;
  trace_.reset();  // room for the next one
  trace_ = std::make_shared<CachedTrace>(
      plan_.trace_path(point), plan_.images(point), CachedTrace::default_bytes / 2,
      plan_.skips_zero_activations() ? CachedTaps::zero_and_live : CachedTaps::zero);
  prepared_ = point.trace;
  return true;
}

std::string PointRunner::run(const std::string& job) {
  const SweepPoint& point = plan_.points()[std::stoull(job)];
  const MachineSpec machine = plan_.machine(point);
  const EnergyTable& table = plan_.energy_table(point, machine).table;
  return serialize(rows_of(price_run(runs_.run(machine, *trace_), table)));
}

}  // namespace peeksim
