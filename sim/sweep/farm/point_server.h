// A process that runs points, seen from the one that gives them to it. SystemC's kernel elaborates
// once per process, so every point has a process of its own, which a server forks. A server does
// nothing else and stays small: its forks are cheap, and those of several servers go on at a time.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/farm/channel.h"
#include "sim/sweep/farm/point_job.h"
#include "sim/sweep/farm/run_store.h"

namespace peeksim {

// How the process of a point ended, and what it had sent until then.
struct PointEnd {
  int status = 0;                               // of waitpid(2); negative: no process, -errno
  std::string result;                           // for read_result()
  std::shared_ptr<const std::string> findings;  // for read_findings(); null: none
};

// What to throw for a fork that failed with this errno.
Error no_process(int failure);

class PointServer {
 public:
  // Forks a server, a copy of this process: it can make the jobs that `make` makes now, on the
  // trace of `first`, and has the store as it is now. Without `make` it is the process of `first`
  // itself and runs no other point. Throws Error(usage) when the system has no process left.
  PointServer(const PointJob& first, const JobMaker& make, RunStore& store);
  ~PointServer();  // ends it, and the point that it runs
  PointServer(const PointServer&) = delete;
  PointServer& operator=(const PointServer&) = delete;

  bool lasts() const { return lasts_; }  // after its first point
  const HeldTrace* trace() const { return trace_.get(); }

  // What points found out; it learns that with the next point.
  void tell(std::shared_ptr<const std::string> findings);
  // REQUIRES: a point on trace(), and none that runs.
  void run(std::uint64_t id);
  // Reads what has come, without waiting. Something once its point has ended.
  std::optional<PointEnd> receive();
  // Readable when there is something to receive.
  int descriptor() const { return channel_.descriptor(); }

 private:
  int reap();

  bool lasts_;
  std::shared_ptr<const HeldTrace> trace_;  // kept, so that no other one takes its place in memory
  std::vector<std::shared_ptr<const std::string>> untold_;
  pid_t process_ = -1;
  Channel channel_;
  PointEnd end_;  // of the point that runs, as far as it has come
};

}  // namespace peeksim
