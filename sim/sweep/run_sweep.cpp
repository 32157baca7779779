#include "sim/sweep/run_sweep.h"

#include <chrono>

#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/farm/point_runner.h"
#include "sim/sweep/farm/work_queue.h"
#include "sim/sweep/store/sweep_database.h"

namespace peeksim {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;
constexpr Milliseconds write_interval{100};  // a transaction costs as much as several points in it

// Runs points and writes their results.
class SweepRun {
 public:
  SweepRun(SweepPlan& plan, SweepDatabase& database, const SweepOptions& options,
           std::vector<std::size_t> numbers)
      : plan_(plan),
        database_(database),
        options_(options),
        queue_(plan.points(), std::move(numbers), options.limit),
        runner_(plan),
        pool_(options.jobs, runner_) {
    progress_.to_run = queue_.left();
  }

  SweepProgress run() {
    while (progress_.ended < progress_.to_run) {
      start_more();
      std::vector<JobOutcome> ended = pool_.wait(time_to_wait());
      const bool stopped = options_.interrupted && options_.interrupted();
      if (!stopped) start_more();  // workers continue while this process writes
      for (JobOutcome& outcome : ended)
        unwritten_.push_back({plan_.points()[outcome.id].key, std::move(outcome)});
      if (stopped || queue_.left() + pool_.in_flight() == 0 || time_to_wait().count() == 0) write();
      if (options_.progress) options_.progress(progress_);
      if (stopped && progress_.ended < progress_.to_run)
        throw Error(ErrorKind::interrupted, database_.path(),
                    "interrupted: " + std::to_string(progress_.to_run - progress_.ended) +
                        " points are left to run",
                    "the same command goes on where it stopped");
    }
    return progress_;
  }

 private:
  void start_more() {
    while (queue_.left() > 0) {
      const std::optional<std::size_t> worker = pool_.idle();
      if (!worker) return;
      const std::size_t number = queue_.next(*worker);
      if (runner_.prepare(number)) pool_.renew();
      pool_.start(*worker, number, std::to_string(number), options_.deadline);
    }
  }

  Milliseconds time_to_wait() const {
    if (unwritten_.empty()) return poll_interval;
    const auto left = written_ + write_interval - Clock::now();
    return std::max(std::chrono::duration_cast<Milliseconds>(left), Milliseconds(0));
  }

  void write() {
    if (!unwritten_.empty()) database_.write(unwritten_);
    for (const FinishedPoint& point : unwritten_) progress_.failed += point.outcome.failed;
    progress_.ended += unwritten_.size();
    unwritten_.clear();
    written_ = Clock::now();
    progress_.seconds = std::chrono::duration<double>(written_ - begun_).count();
  }

  SweepPlan& plan_;
  SweepDatabase& database_;
  const SweepOptions& options_;
  WorkQueue queue_;
  PointRunner runner_;
  WorkerPool pool_;
  SweepProgress progress_;
  std::vector<FinishedPoint> unwritten_;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point written_ = begun_;  // last
};

}  // namespace

std::vector<std::size_t> points_of(const SweepPlan& plan, Shard shard) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = shard.index - 1; i < plan.points().size(); i += shard.count)
    numbers.push_back(i);
  return numbers;
}

SweepProgress run_sweep(SweepPlan& plan, SweepDatabase& database, const SweepOptions& options) {
  const std::vector<std::size_t> numbers = points_of(plan, options.shard);
  database.enter(plan, numbers);
  std::vector<std::size_t> left;
  for (const std::size_t number : numbers)
    if (database.to_run(plan.points()[number].key, options.retry_failed)) left.push_back(number);
  return SweepRun(plan, database, options, std::move(left)).run();
}

}  // namespace peeksim
