// Points in processes of their own give what one run in one process gives, byte by byte, whatever
// earlier points left in the stores.
#include "sim/sweep/farm/point_runner.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>

#include "sim/sweep/farm/point_process.h"
#include "tests/support/fresh_kernel.h"
#include "tests/sweep/results.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

// Points by servers that last, or each by a copy of this process.
enum class Servers { last, do_not };

JobMaker maker_of(const std::vector<PointJob>& jobs, Servers servers) {
  if (servers == Servers::do_not) return {};
  return [&](std::uint64_t id) {
    return *std::find_if(jobs.begin(), jobs.end(),
                         [&](const PointJob& job) { return job.id == id; });
  };
}

std::map<std::uint64_t, PointOutcome> run_all(const std::vector<PointJob>& jobs,
                                              std::size_t at_once, Servers servers) {
  fresh_kernel();  // the children inherit it: no test before this one has used it
  PointRunner runner(at_once, maker_of(jobs, servers));
  std::map<std::uint64_t, PointOutcome> outcomes;
  std::size_t next = 0;
  while (outcomes.size() < jobs.size()) {
    while (next < jobs.size() && !runner.full()) runner.start(jobs[next++]);
    runner.wait(std::chrono::seconds(10));
    if (next < jobs.size() && !runner.full()) runner.start(jobs[next++]);  // before they are taken
    for (PointOutcome& outcome : runner.take_ended()) outcomes[outcome.id] = std::move(outcome);
  }
  CHECK(runner.in_work() == 0);
  return outcomes;
}

// Settings that share masks or dense machines with each other, and some that share neither.
const std::vector<std::vector<std::string>> settings = {
    {},
    {"array.dispatch=packed"},
    {"prediction.threshold=0.25"},
    {"array.rows=2"},
    {"array.rows=2", "array.dispatch=row_skip", "prediction.threshold=0.25"},
    {"prediction.policy=none"},
    {"prediction.policy=oracle"},
    {"prediction.window=[4, 2]"},
    {"prediction.peeks=corner"},
    {"prediction.exclude=[first]"},
    {"prediction.latency=50"},
    {"array.gate_zero_activations=false"},
    {"array.skip_zero_activations=true"},
    {"array.skip_zero_activations=true", "array.dispatch=balanced_fill"},
    {"precision.activation_bytes=2"},
    {"clock_mhz=100"},
    {"dram.bytes_per_cycle=1"},
    {"schedule.loop_order=group_major"},
    {"prediction.layers=[{match: conv2, window: [1, 2], threshold: 1}]"},
};

// Every setting on each of these traces, in this order.
void check_against_single_runs(const SweepFolder& folder,
                               const std::vector<std::shared_ptr<const HeldTrace>>& traces,
                               std::size_t at_once, Servers servers) {
  std::vector<PointJob> jobs;
  for (const auto& trace : traces)
    for (const auto& overrides : settings)
      jobs.push_back({jobs.size(), machine(folder, overrides), trace, 0});
  const auto outcomes = run_all(jobs, at_once, servers);
  for (const PointJob& job : jobs) {
    CAPTURE(job.id);
    const PointOutcome& outcome = outcomes.at(job.id);
    CHECK(outcome.error == "");
    REQUIRE_FALSE(outcome.failed);
    fresh_kernel();
    RunOptions options;
    options.images = job.trace->images();
    CHECK(text_of(outcome.result) ==
          text_of(run_trace(job.machine, job.trace->trace(), {}, options)));
  }
}

}  // namespace

TEST_CASE("a point's result is that of a single run, byte by byte") {
  const SweepFolder folder;
  folder.write_trace("more.h5", 2);
  TraceShelf shelf;
  const auto small = shelf.get(folder.files.path("small.h5"), 0);
  const auto more = shelf.get(folder.files.path("more.h5"), 0);
  const auto first_image = shelf.get(folder.files.path("small.h5"), 1);
  CHECK(small->holds_values());
  for (const std::size_t at_once : {1, 3})
    for (const Servers servers : {Servers::last, Servers::do_not}) {
      CAPTURE(at_once);
      check_against_single_runs(folder, {small, more, first_image, small}, at_once, servers);
    }
}

TEST_CASE("a trace that is too large to hold is read by each process") {
  const SweepFolder folder;
  const auto trace = std::make_shared<const HeldTrace>(folder.files.path("small.h5"), 0, 100);
  CHECK_FALSE(trace->holds_values());
  check_against_single_runs(folder, {trace}, 2, Servers::last);
  check_against_single_runs(folder, {trace}, 2, Servers::do_not);
}

TEST_CASE("live taps that are not held are made by each process that needs them") {
  const SweepFolder folder;
  TraceShelf shelf;
  const auto trace = shelf.get(folder.files.path("small.h5"), 0, HeldTaps::zero);
  CHECK_FALSE(trace->has(HeldTaps::zero_and_live));
  check_against_single_runs(folder, {trace}, 2, Servers::last);
}

TEST_CASE("a point that cannot run is a failure that says why, and the others go on") {
  const SweepFolder folder;
  TraceShelf shelf;
  const auto trace = shelf.get(folder.files.path("small.h5"), 0);
  for (const Servers servers : {Servers::last, Servers::do_not}) {
    const auto outcomes = run_all({{7, machine(folder, {}), trace, 0},
                                   {8, machine(folder, {"buffers.weight_bytes=2"}), trace, 0},
                                   {9, machine(folder, {"array.cols=2"}), trace, 0}},
                                  2, servers);
    CHECK_FALSE(outcomes.at(7).failed);
    CHECK_FALSE(outcomes.at(9).failed);
    CHECK(outcomes.at(8).failed);
    CHECK(outcomes.at(8).kind == ErrorKind::machine);
    CHECK(outcomes.at(8).error.find("of the weight buffer") != std::string::npos);
  }
}

TEST_CASE("a point that passes its deadline is ended and fails, and the next one runs") {
  const SweepFolder folder;
  TraceShelf shelf;
  const auto trace = shelf.get(folder.files.path("small.h5"), 0);
  for (const Servers servers : {Servers::last, Servers::do_not}) {
    const auto outcomes = run_all(
        {{1, machine(folder, {}), trace, 1e-9}, {2, machine(folder, {}), trace, 3600}}, 1, servers);
    CHECK(outcomes.at(1).failed);
    CHECK(outcomes.at(1).error == "took longer than its deadline of 1e-09 s");
    CHECK(outcomes.at(1).seconds > 0);
    CHECK_FALSE(outcomes.at(2).failed);
  }
}

TEST_CASE("a server that is killed fails its point, and another one runs the next") {
  const SweepFolder folder;
  TraceShelf shelf;
  const auto trace = shelf.get(folder.files.path("small.h5"), 0);
  const std::vector<PointJob> jobs = {{1, machine(folder, {}), trace, 0},
                                      {2, machine(folder, {}), trace, 0}};
  fresh_kernel();
  bool hold = true;  // the first server's copy stays as it is
  const JobMaker make = [&](std::uint64_t id) {
    while (hold) ::pause();
    return jobs[id - 1];
  };
  PointRunner runner(1, make);
  runner.start(jobs[0]);
  std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  pid_t server = 0;
  REQUIRE(static_cast<bool>(children >> server));
  ::kill(server, SIGKILL);
  std::vector<PointOutcome> outcomes;
  while ((outcomes = runner.take_ended()).empty()) runner.wait(std::chrono::seconds(10));
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].failed);
  CHECK(outcomes[0].error ==
        "the point's process was ended by a signal: Killed; was memory short?");
  hold = false;
  runner.start(jobs[1]);
  while ((outcomes = runner.take_ended()).empty()) runner.wait(std::chrono::seconds(10));
  CHECK(outcomes[0].id == 2);
  CHECK_FALSE(outcomes[0].failed);
}

TEST_CASE("a job that cannot be made is a failure that says why") {
  const SweepFolder folder;
  TraceShelf shelf;
  const PointJob job = {1, machine(folder, {}), shelf.get(folder.files.path("small.h5"), 0), 0};
  const JobMaker make = [](std::uint64_t) -> PointJob {
    throw Error(ErrorKind::config, "here", "is wrong");
  };
  fresh_kernel();
  PointRunner runner(1, make);
  runner.start(job);
  std::vector<PointOutcome> outcomes;
  while ((outcomes = runner.take_ended()).empty()) runner.wait(std::chrono::seconds(10));
  CHECK(outcomes[0].kind == ErrorKind::config);
  CHECK(outcomes[0].error == "here: is wrong");
}

TEST_CASE("a server that was told what points found out finds nothing new") {
  const SweepFolder folder;
  TraceShelf shelf;
  const PointJob job = {1, machine(folder, {}), shelf.get(folder.files.path("small.h5"), 0), 0};
  fresh_kernel();
  RunStore store;
  PointServer server(
      job, [&](std::uint64_t) { return job; }, store);
  const auto run = [&] {
    server.run(1);
    std::optional<PointEnd> end;
    while (!end) end = server.receive();
    CHECK(end->status == 0);
    return *end;
  };
  const PointEnd first = run();
  REQUIRE(first.findings != nullptr);
  CHECK(run().findings != nullptr);
  server.tell(first.findings);
  const PointEnd last = run();
  CHECK(last.findings == nullptr);
  CHECK(text_of(read_result(last.result, job).result) ==
        text_of(read_result(first.result, job).result));
}

TEST_CASE("what still runs ends with its runner") {
  const SweepFolder folder;
  TraceShelf shelf;
  const auto trace = shelf.get(folder.files.path("small.h5"), 0);
  const std::vector<PointJob> jobs = {{1, machine(folder, {}), trace, 0},
                                      {2, machine(folder, {}), trace, 0}};
  fresh_kernel();
  for (const Servers servers : {Servers::last, Servers::do_not}) {
    {
      PointRunner runner(2, maker_of(jobs, servers));
      runner.wait(std::chrono::hours(1));  // nothing runs: nothing to wait for
      CHECK(runner.take_ended().empty());
      runner.start(jobs[0]);
      CHECK_FALSE(runner.full());
      runner.start(jobs[1]);
      CHECK(runner.full());
      CHECK(runner.descriptors().size() == 2);
    }
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left, not even a dead one
  }
}

TEST_CASE("a point in the middle of its run ends with its runner") {
  const SweepFolder folder;
  TraceShelf shelf;
  const PointJob job = {1, machine(folder, {}), shelf.get(folder.files.path("small.h5"), 0), 0};
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  {
    PointRunner runner(1, [&](std::uint64_t) -> PointJob {
      static_cast<void>(!::write(ends[1], "x", 1));
      for (;;) ::pause();
    });
    runner.start(job);
    char begun;
    REQUIRE(::read(ends[0], &begun, 1) == 1);
  }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  ::close(ends[1]);
  char more;
  CHECK(::read(ends[0], &more, 1) == 0);  // nobody holds the other end
  ::close(ends[0]);
}

TEST_CASE("a shelf of traces makes room for the next one") {
  const SweepFolder folder;
  folder.write_trace("more.h5", 2);
  const std::size_t one = HeldTrace(folder.files.path("small.h5"), 0, 1 << 20).bytes();
  TraceShelf shelf(3 * one);
  const auto first = shelf.get(folder.files.path("small.h5"), 0);
  CHECK(first->holds_values());
  CHECK(shelf.get(folder.files.path("small.h5"), 0) == first);
  CHECK(shelf.get(folder.files.path("small.h5"), 2) == first);  // it has two images
  CHECK(shelf.get(folder.files.path("more.h5"), 0)->holds_values());
  CHECK(shelf.get(folder.files.path("small.h5"), 1) != first);
}

TEST_CASE("live taps are held from the first machine on that asks for them") {
  const SweepFolder folder;
  TraceShelf shelf;
  const std::string path = folder.files.path("small.h5");
  const auto without = shelf.get(path, 0, HeldTaps::zero);
  CHECK(shelf.get(path, 0, HeldTaps::zero) == without);
  const auto with = shelf.get(path, 0, HeldTaps::zero_and_live);
  CHECK(with->has(HeldTaps::zero_and_live));
  CHECK(with->bytes() > without->bytes());
  CHECK(shelf.get(path, 0, HeldTaps::zero) == with);  // both are not kept
}
