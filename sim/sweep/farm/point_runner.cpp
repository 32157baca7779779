#include "sim/sweep/farm/point_runner.h"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "sim/sweep/farm/point_process.h"

namespace peeksim {

using Clock = std::chrono::steady_clock;

PointRunner::PointRunner(std::size_t jobs, JobMaker make)
    : jobs_(std::max<std::size_t>(jobs, 1)), make_(std::move(make)) {}

PointRunner::~PointRunner() = default;

std::unique_ptr<PointServer> PointRunner::server_for(const PointJob& job) {
  const auto place = std::find_if(idle_.begin(), idle_.end(), [&](const auto& server) {
    return server->trace() == job.trace.get();
  });
  if (place == idle_.end()) {
    idle_.clear();  // they know another trace, which is over
    return std::make_unique<PointServer>(job, make_, store_);
  }
  std::unique_ptr<PointServer> server = std::move(*place);
  idle_.erase(place);
  return server;
}

void PointRunner::start(PointJob job) {
  Running point;
  point.server = server_for(job);
  point.started = Clock::now();
  point.server->run(job.id);
  point.job = std::move(job);
  running_.push_back(std::move(point));
}

std::vector<int> PointRunner::descriptors() const {
  std::vector<int> files;
  for (const Running& point : running_)
    if (!point.end) files.push_back(point.server->descriptor());
  return files;
}

bool PointRunner::full() const {
  return descriptors().size() >= jobs_;
}

std::vector<std::uint64_t> PointRunner::wait(std::chrono::milliseconds most) {
  std::vector<std::uint64_t> ended;
  std::vector<pollfd> files;
  for (const int file : descriptors()) files.push_back({file, POLLIN, 0});
  if (files.empty()) return ended;
  ::poll(files.data(), files.size(), static_cast<int>(most.count()));
  for (Running& point : running_) {
    if (point.end) continue;
    point.end = point.server->receive();
    if (!point.end) continue;
    if (point.server->lasts()) idle_.push_back(std::move(point.server));
    if (point.end->findings) share(point.end->findings);
    ended.push_back(point.job.id);
  }
  return ended;
}

// With whatever runs later points: servers that last, or new copies of this process.
void PointRunner::share(const std::shared_ptr<const std::string>& findings) {
  if (!make_) return keep(read_findings(*findings), store_);
  for (const auto& server : idle_) server->tell(findings);
  for (const Running& point : running_)
    if (point.server) point.server->tell(findings);
}

std::vector<PointOutcome> PointRunner::take_ended() {
  std::vector<PointOutcome> outcomes;
  for (Running& point : running_)
    if (point.end) outcomes.push_back(outcome_of(point));
  running_.erase(std::remove_if(running_.begin(), running_.end(),
                                [](const Running& point) { return point.end.has_value(); }),
                 running_.end());
  return outcomes;
}

PointOutcome PointRunner::outcome_of(Running& point) {
  const PointEnd& end = *point.end;
  if (end.status < 0) throw no_process(-end.status);
  PointOutcome outcome = read_result(end.result, point.job);
  if (!WIFSIGNALED(end.status)) return outcome;
  outcome.failed = true;
  outcome.seconds = std::chrono::duration<double>(Clock::now() - point.started).count();
  const int signal = WTERMSIG(end.status);
  if (signal == SIGALRM && point.job.deadline > 0) {
    char text[64];
    std::snprintf(text, sizeof text, "took longer than its deadline of %g s", point.job.deadline);
    outcome.error = text;
  } else {
    outcome.error = std::string("the point's process was ended by a signal: ") +
                    ::strsignal(signal) + (signal == SIGKILL ? "; was memory short?" : "");
  }
  return outcome;
}

}  // namespace peeksim
