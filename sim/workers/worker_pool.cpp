#include "sim/workers/worker_pool.h"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace peeksim {

namespace {

using Clock = std::chrono::steady_clock;

// Why a worker that ended with this status has not replied.
std::string reason(int status, double deadline) {
  if (!WIFSIGNALED(status)) return "the worker process ended before it had a result";
  const int signal = WTERMSIG(status);
  if (signal == SIGALRM && deadline > 0) {
    char text[64];
    std::snprintf(text, sizeof text, "took longer than its deadline of %g s", deadline);
    return text;
  }
  return std::string("the worker process was ended by a signal: ") + ::strsignal(signal) +
         (signal == SIGKILL ? "; was memory short?" : "");
}

}  // namespace

WorkerPool::WorkerPool(std::size_t jobs, JobRunner& runner)
    : runner_(runner), places_(std::max<std::size_t>(jobs, 1)) {}

std::optional<std::size_t> WorkerPool::idle() const {
  const auto found =
      std::find_if(places_.begin(), places_.end(), [](const Place& place) { return !place.busy; });
  if (found == places_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - places_.begin());
}

std::size_t WorkerPool::in_flight() const {
  return std::count_if(places_.begin(), places_.end(),
                       [](const Place& place) { return place.busy; });
}

void WorkerPool::start(std::size_t worker, std::uint64_t id, const std::string& job,
                       double deadline) {
  Place& place = places_[worker];
  if (!place.worker || !place.worker->send(job, deadline)) {  // it may have died while it was idle
    place.worker.reset();
    place.worker = std::make_unique<Worker>(runner_);
    place.worker->send(job, deadline);  // if that fails, wait() finds the worker gone
  }
  place.id = id;
  place.deadline = deadline;
  place.started = Clock::now();
  place.busy = true;
}

std::vector<JobOutcome> WorkerPool::wait(std::chrono::milliseconds timeout) {
  std::vector<JobOutcome> outcomes;
  std::vector<pollfd> files;
  for (const int file : descriptors()) files.push_back({file, POLLIN, 0});
  if (files.empty()) return outcomes;
  ::poll(files.data(), files.size(), static_cast<int>(timeout.count()));
  for (Place& place : places_) {
    if (!place.busy) continue;
    std::optional<JobOutcome> outcome = outcome_at(place);
    if (!outcome) continue;
    place.busy = false;
    if (place.outdated) place.worker.reset();
    place.outdated = false;
    outcomes.push_back(std::move(*outcome));
  }
  return outcomes;
}

std::optional<JobOutcome> WorkerPool::outcome_at(Place& place) {
  Worker& worker = *place.worker;
  if (std::optional<Message> reply = worker.receive()) {
    if (reply->header.last) place.worker.reset();
    return JobOutcome{place.id, reply->header.failed, reply->header.kind, std::move(reply->text),
                      reply->header.seconds};
  }
  if (!worker.gone()) return std::nullopt;
  const std::string error = reason(worker.status(), place.deadline);
  place.worker.reset();
  const double seconds = std::chrono::duration<double>(Clock::now() - place.started).count();
  return JobOutcome{place.id, true, ErrorKind::internal, error, seconds};
}

void WorkerPool::renew() {
  for (Place& place : places_) {
    place.outdated = place.busy;
    if (!place.busy) place.worker.reset();
  }
}

std::vector<int> WorkerPool::descriptors() const {
  std::vector<int> files;
  for (const Place& place : places_)
    if (place.busy) files.push_back(place.worker->socket());
  return files;
}

}  // namespace peeksim
