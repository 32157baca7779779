#include "sim/sweep/point_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "sim/sweep/point_process.h"

namespace peeksim {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int pipe_bytes = 1 << 20;  // a message of usual size is sent in one go

bool write_whole(int file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(file, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

[[noreturn]] void be_child(const PointJob& job, RunStore& store, int file, pid_t parent,
                           Clock::time_point start) {
  // Ctrl-C is the parent's to answer. A child does not outlive its parent, however that ends.
  for (const int signal : {SIGINT, SIGHUP, SIGTERM, SIGPIPE}) ::signal(signal, SIG_IGN);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  // No destructor of the parent's runs.
  ::_exit(write_whole(file, run_point(job, store, start)) ? 0 : 1);
}

}  // namespace

struct PointRunner::Child {
  PointJob job;
  pid_t process = -1;
  int pipe = -1;
  std::string message;
  Clock::time_point started;
  bool ended = false;
  bool late = false;

  // Reads what is there; at the end of the message the child has ended, or is about to.
  void read() {
    char buffer[65536];
    for (;;) {
      const ssize_t n = ::read(pipe, buffer, sizeof buffer);
      if (n > 0) {
        message.append(buffer, static_cast<std::size_t>(n));
      } else if (n == 0) {
        ended = true;
        return;
      } else if (errno != EINTR) {
        return;
      }
    }
  }

  void kill() const { ::kill(process, SIGKILL); }

  // Returns the signal that ended it, or 0.
  int reap() const {
    ::close(pipe);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
};

PointRunner::PointRunner(std::size_t jobs) : jobs_(std::max<std::size_t>(jobs, 1)) {}

PointRunner::~PointRunner() {
  for (const auto& child : children_) child->kill();
  for (const auto& child : children_) child->reap();
}

void PointRunner::start(PointJob job) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw Error(ErrorKind::usage, "", std::string("no pipe for a point: ") + std::strerror(errno),
                "give fewer --jobs");
  ::fcntl(ends[1], F_SETPIPE_SZ, pipe_bytes);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  auto child = std::make_unique<Child>();
  child->job = std::move(job);
  child->started = Clock::now();
  child->process = ::fork();
  if (child->process < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw Error(ErrorKind::usage, "",
                std::string("no process for a point: ") + std::strerror(errno),
                "give fewer --jobs");
  }
  if (child->process == 0) be_child(child->job, store_, ends[1], parent, child->started);
  ::close(ends[1]);
  child->pipe = ends[0];
  children_.push_back(std::move(child));
}

std::vector<int> PointRunner::descriptors() const {
  std::vector<int> files;
  for (const auto& child : children_) files.push_back(child->pipe);
  return files;
}

bool PointRunner::full() const {
  const auto running = std::count_if(children_.begin(), children_.end(),
                                     [](const auto& child) { return !child->ended; });
  return static_cast<std::size_t>(running) >= jobs_;
}

std::vector<PointOutcome> PointRunner::take_ended() {
  std::vector<PointOutcome> outcomes;
  for (const auto& child : children_)
    if (child->ended) outcomes.push_back(outcome_of(*child));
  children_.erase(std::remove_if(children_.begin(), children_.end(),
                                 [](const auto& child) { return child->ended; }),
                  children_.end());
  return outcomes;
}

void PointRunner::wait(std::chrono::milliseconds most) {
  if (children_.empty()) return;
  const auto seconds = [](double s) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
  };
  Clock::time_point until = Clock::now() + most;
  for (const auto& child : children_)
    if (child->job.deadline > 0)
      until = std::min(until, child->started + seconds(child->job.deadline));
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  std::vector<pollfd> files;
  for (const auto& child : children_) files.push_back({child->pipe, POLLIN, 0});
  ::poll(files.data(), files.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
  for (std::size_t i = 0; i < files.size(); ++i)
    if (files[i].revents != 0) children_[i]->read();
  for (const auto& child : children_) {
    if (child->ended || child->job.deadline <= 0) continue;
    if (Clock::now() < child->started + seconds(child->job.deadline)) continue;
    child->kill();
    child->ended = child->late = true;
  }
}

PointOutcome PointRunner::outcome_of(Child& child) {
  const int signal = child.reap();
  RunFindings findings;
  PointOutcome outcome = read_message(child.message, child.job, findings);
  keep(std::move(findings), store_);
  // One that ended in time is not late because this process looked late.
  if (child.job.deadline > 0 && outcome.seconds > child.job.deadline) child.late = true;
  if (child.late || signal != 0)
    outcome.seconds = std::chrono::duration<double>(Clock::now() - child.started).count();
  if (child.late) {
    char text[64];
    std::snprintf(text, sizeof text, "took longer than its deadline of %g s", child.job.deadline);
    outcome.failed = true;
    outcome.error = text;
  } else if (signal != 0) {
    outcome.failed = true;
    outcome.error = std::string("the point's process was ended by a signal: ") +
                    ::strsignal(signal) + (signal == SIGKILL ? "; was memory short?" : "");
  }
  return outcome;
}

}  // namespace peeksim
