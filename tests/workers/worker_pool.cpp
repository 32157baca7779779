// Workers run jobs one after another. When a worker ends, only its own job fails.
#include "sim/workers/worker_pool.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <new>
#include <stdexcept>

#include <doctest/doctest.h>

using namespace peeksim;

namespace {

// Replies with its process and the number of jobs that it has run; some jobs do something else.
class CountingRunner : public JobRunner {
 public:
  std::string run(const std::string& job) override {
    ++jobs_;
    if (job == "fail") throw Error(ErrorKind::config, "here", "is wrong");
    if (job == "no memory") throw std::bad_alloc();
    if (job == "no such size") throw std::length_error("vector");
    if (job == "exhaust") exhausted_ = true;
    if (job == "exit") ::_exit(0);
    while (job == "wait") ::pause();
    if (job == "what is there") return there;
    return std::to_string(::getpid()) + " " + std::to_string(jobs_);
  }
  bool exhausted() const override { return exhausted_; }

  std::string there = "nothing";

 private:
  int jobs_ = 0;
  bool exhausted_ = false;
};

struct Done {
  pid_t process = 0;
  int jobs = 0;
};

Done done(const JobOutcome& outcome) {
  CHECK_FALSE(outcome.failed);
  std::size_t end = 0;
  const pid_t process = std::stoi(outcome.text, &end);
  return {process, std::stoi(outcome.text.substr(end))};
}

JobOutcome next_outcome(WorkerPool& pool) {
  std::vector<JobOutcome> outcomes;
  while (outcomes.empty()) outcomes = pool.wait(std::chrono::seconds(10));
  REQUIRE(outcomes.size() == 1);
  return outcomes[0];
}

JobOutcome run(WorkerPool& pool, const std::string& job, double deadline = 0) {
  static std::uint64_t id = 0;
  pool.start(*pool.idle(), ++id, job, deadline);
  const JobOutcome outcome = next_outcome(pool);
  CHECK(outcome.id == id);
  return outcome;
}

bool no_child_is_left() {
  return ::waitpid(-1, nullptr, WNOHANG) == -1;  // not even a dead one
}

}  // namespace

TEST_CASE("a worker runs several jobs, in a process of its own") {
  CountingRunner runner;
  WorkerPool pool(1, runner);
  const Done first = done(run(pool, "")), second = done(run(pool, ""));
  CHECK(first.process != ::getpid());
  CHECK(second.process == first.process);
  CHECK(second.jobs == 2);
}

TEST_CASE("as many jobs are in flight as there are workers") {
  CountingRunner runner;
  WorkerPool pool(2, runner);
  CHECK(pool.wait(std::chrono::hours(1)).empty());  // nothing is in flight: nothing to wait for
  CHECK(pool.descriptors().empty());
  pool.start(*pool.idle(), 7, "wait");
  CHECK(pool.idle() == 1);
  pool.start(*pool.idle(), 8, "");
  CHECK_FALSE(pool.idle());
  CHECK(pool.in_flight() == 2);
  CHECK(pool.descriptors().size() == 2);
  CHECK(next_outcome(pool).id == 8);
  CHECK(pool.idle() == 1);
  CHECK(pool.in_flight() == 1);
}

TEST_CASE("a job that cannot be done is a failure that says why, and the worker goes on") {
  CountingRunner runner;
  WorkerPool pool(1, runner);
  const Done before = done(run(pool, ""));
  const JobOutcome wrong = run(pool, "fail"), memory = run(pool, "no memory");
  CHECK(wrong.failed);
  CHECK(wrong.kind == ErrorKind::config);
  CHECK(wrong.text == "here: is wrong");
  CHECK(memory.failed);
  CHECK(memory.kind == ErrorKind::memory);
  CHECK(memory.text == out_of_memory().what());
  const JobOutcome size = run(pool, "no such size");
  CHECK(size.failed);
  CHECK(size.kind == ErrorKind::memory);
  CHECK(done(run(pool, "")).process == before.process);
}

TEST_CASE("an exhausted worker is replaced after its reply") {
  CountingRunner runner;
  WorkerPool pool(1, runner);
  const Done last = done(run(pool, "exhaust")), next = done(run(pool, ""));
  CHECK(last.jobs == 1);
  CHECK(next.process != last.process);
  CHECK(next.jobs == 1);
}

TEST_CASE("a job that misses its deadline fails, and another worker runs the next one") {
  CountingRunner runner;
  WorkerPool pool(1, runner);
  const Done before = done(run(pool, "", 3600));
  const JobOutcome late = run(pool, "wait", 1e-9);
  CHECK(late.failed);
  CHECK(late.kind == ErrorKind::internal);
  CHECK(late.text == "took longer than its deadline of 1e-09 s");
  CHECK(late.seconds > 0);
  CHECK(done(run(pool, "", 3600)).process != before.process);
}

TEST_CASE("a worker that is killed fails its job and no other, and is replaced") {
  CountingRunner runner;
  WorkerPool pool(2, runner);
  const Done killed = done(run(pool, ""));
  pool.start(0, 1, "wait");
  pool.start(1, 2, "wait");
  ::kill(killed.process, SIGKILL);
  const JobOutcome outcome = next_outcome(pool);
  CHECK(outcome.id == 1);
  CHECK(outcome.failed);
  CHECK(outcome.text == "the worker process was ended by a signal: Killed; was memory short?");
  CHECK(pool.in_flight() == 1);
  CHECK(done(run(pool, "")).jobs == 1);
}

TEST_CASE("a worker that ends by itself fails its job") {
  CountingRunner runner;
  WorkerPool pool(1, runner);
  const JobOutcome outcome = run(pool, "exit");
  CHECK(outcome.failed);
  CHECK(outcome.text == "the worker process ended before it had a result");
}

TEST_CASE("a worker that was killed while it was idle fails no job") {
  CountingRunner runner;
  WorkerPool pool(1, runner);
  const Done first = done(run(pool, ""));
  ::kill(first.process, SIGKILL);
  ::waitid(P_PID, first.process, nullptr, WEXITED | WNOWAIT);  // it is really gone
  CHECK(done(run(pool, "")).jobs == 1);
}

TEST_CASE("renewed workers have their parent's current memory, busy ones after their job") {
  CountingRunner runner;
  WorkerPool pool(2, runner);
  CHECK(run(pool, "what is there").text == "nothing");
  pool.start(0, 1, "what is there");
  runner.there = "a trace";
  pool.renew();
  CHECK(next_outcome(pool).text == "nothing");
  CHECK(run(pool, "what is there").text == "a trace");
}

TEST_CASE("a pool ends the workers that are still running") {
  CountingRunner runner;
  {
    WorkerPool pool(2, runner);
    run(pool, "");
    pool.start(0, 1, "wait");
    pool.start(1, 2, "wait");
  }
  CHECK(no_child_is_left());
}
