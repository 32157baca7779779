// Runs points, each in a process of its own, some at a time. The process that owns the runner never
// touches SystemC: that is for the servers' children, which inherit the trace and everything that
// earlier points found out, and send back what they found.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/farm/point_server.h"

namespace peeksim {

class PointRunner {
 public:
  // As many points as `jobs` at a time. With `make`, which makes in a copy of this process the same
  // job of an id that start() gets here, servers last from point to point. Without it each point
  // has a new copy of this process.
  explicit PointRunner(std::size_t jobs, JobMaker make = {});
  ~PointRunner();  // ends what still runs
  PointRunner(const PointRunner&) = delete;
  PointRunner& operator=(const PointRunner&) = delete;

  // Points that run, or whose outcome has not been taken.
  std::size_t in_work() const { return running_.size(); }
  bool full() const;  // as many run as may

  // Starts a point. REQUIRES: !full(). Throws Error(usage) when the system has no process left.
  void start(PointJob job);

  // Waits until a point has ended, a signal came, or this much time is over. Returns at once when
  // nothing runs. Returns the ids of points that have ended meanwhile.
  std::vector<std::uint64_t> wait(std::chrono::milliseconds most);

  // The outcomes of all points that have ended, failed ones too, in the order of their starts.
  // Apart from wait(), so that others can start before this process has read what came back.
  // Throws Error(usage) when the system had no process for one.
  std::vector<PointOutcome> take_ended();

  // Readable when wait() has something to return or to read: for callers that wait for more.
  std::vector<int> descriptors() const;

 private:
  struct Running {
    PointJob job;
    std::chrono::steady_clock::time_point started;
    std::unique_ptr<PointServer> server;  // null: its point has ended, and it is idle
    std::optional<PointEnd> end;
  };

  std::unique_ptr<PointServer> server_for(const PointJob& job);
  void share(const std::shared_ptr<const std::string>& findings);
  PointOutcome outcome_of(Running& point);

  std::size_t jobs_;
  JobMaker make_;
  RunStore store_;  // for copies of this process; servers that last have their own
  std::vector<std::unique_ptr<PointServer>> idle_;  // servers that last
  std::vector<Running> running_;                    // in the order of their starts
};

}  // namespace peeksim
