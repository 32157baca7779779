#include "sim/sweep/run_sweep.h"

#include <chrono>

#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/farm/point_runner.h"
#include "sim/sweep/farm/running_order.h"
#include "sim/sweep/store/sweep_database.h"

namespace peeksim {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds look_around{200};

// A run whose work the energy table cannot price is a point that failed. Returns whether it did.
bool write(SweepPlan& plan, PointOutcome outcome, SweepDatabase& database) {
  const SweepPoint& point = plan.points()[outcome.id];
  if (!outcome.failed) try {
      database.write(point.key, outcome, plan.energy_table(point, outcome.result.machine).table);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::config) throw;
      outcome.failed = true;
      outcome.kind = error.kind();
      outcome.error = error.what();
    }
  if (outcome.failed) database.write_failure(point.key, outcome);
  return outcome.failed;
}

}  // namespace

std::vector<std::size_t> points_of(const SweepPlan& plan, Shard shard) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = shard.number - 1; i < plan.points().size(); i += shard.of)
    numbers.push_back(i);
  return numbers;
}

SweepProgress run_sweep(SweepPlan& plan, SweepDatabase& database, const SweepOptions& options) {
  const std::vector<std::size_t> numbers = points_of(plan, options.shard);
  database.enter(plan, numbers);
  std::vector<std::size_t> left;
  for (const std::size_t number : numbers)
    if (database.to_run(plan.points()[number].key, options.failed_too)) left.push_back(number);
  RunningOrder order(plan.points(), std::move(left), options.limit);

  SweepProgress progress;
  progress.to_run = order.left();
  const Clock::time_point start = Clock::now();
  TraceShelf traces;
  const auto job_of = [&](std::uint64_t number) {
    const SweepPoint& point = plan.points()[number];
    const MachineSpec machine = plan.machine(point);
    return PointJob{number, machine,
                    traces.get(plan.trace_path(point), plan.images(point), taps_for(machine)),
                    options.deadline};
  };
  PointRunner runner(options.jobs, job_of);
  const auto start_more = [&] {
    while (order.left() > 0 && !runner.full()) runner.start(job_of(order.next()));
  };
  const auto stopped = [&] { return options.interrupted && options.interrupted(); };
  while (progress.ended < progress.to_run) {
    start_more();
    for (const std::uint64_t number : runner.wait(look_around)) order.ended(number);
    // The next ones run while these are read and written; but one job keeps to one processor.
    if (options.jobs > 1 && !stopped()) start_more();
    for (const PointOutcome& outcome : runner.take_ended()) {
      progress.failed += write(plan, outcome, database);
      ++progress.ended;
    }
    progress.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (options.progress) options.progress(progress);
    if (stopped() && progress.ended < progress.to_run)
      throw Error(ErrorKind::interrupted, database.path(),
                  "interrupted: " + std::to_string(progress.to_run - progress.ended) +
                      " points are left to run",
                  "the same command goes on where it stopped");
  }
  return progress;
}

}  // namespace peeksim
