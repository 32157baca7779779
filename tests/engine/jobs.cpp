// Jobs run one after another in one process: any machines, several images, and after a failure.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/engine/kernel/cycle_time.h"
#include "tests/support/both_engines.h"
#include "tests/support/error_message.h"
#include "tests/support/layer_values.h"
#include "tests/support/random_case.h"

using namespace peeksim;

namespace {

const std::vector<std::string> engine_names = {"event", "clocked"};

Layer small_layer() {
  Layer layer;
  layer.name = "small";
  layer.C = 2, layer.H = layer.W = 6, layer.K = 5;
  layer.activation = Activation::relu;
  return layer;
}

MachineSpec small_machine() {
  MachineSpec machine;
  machine.name = "small";
  machine.array.rows = machine.array.cols = 4;
  machine.prediction.latency = 3;
  return machine;
}

LayerValues small_values(int seed) {
  return {RandomCase(static_cast<std::uint64_t>(seed)).ofmap(small_layer()), {}};
}

// A job on the small machine that nobody observes.
struct SmallJob {
  const MachineSpec machine = small_machine();
  const LayerSetup setup = set_up_layer(machine, small_layer(), false);
  const LayerValues values = small_values(1);

  Counters on(Engine& engine) const {
    Observer nobody;
    return simulate(engine, machine, setup, values, nobody);
  }
};

// Throws, which ends the job, after some events.
struct Impatient : Observer {
  EventDetail detail(int) const override { return EventDetail::log; }
  void on_event(const Event&) override {
    if (--patience == 0) throw Error(ErrorKind::output, "observer", "the disk is full");
  }
  int patience = 3;
};

}  // namespace

TEST_CASE("one engine runs random machines one after another as fresh ones do") {
  for (const std::string& name : engine_names) {
    CAPTURE(name);
    std::vector<Counters> fresh;
    std::vector<RandomCase> cases;
    std::vector<int> seeds;
    const auto run = [&](Engine& engine, int seed) {
      RandomCase random(static_cast<std::uint64_t>(seed));
      const Layer layer = random.layer();
      MachineSpec machine = random.machine();
      machine.buffers.ifmap_bytes = machine.buffers.ofmap_bytes = 65536;
      machine.buffers.weight_bytes = random.pick<Bytes>({301, 1000, 65536});
      const LayerValues values{random.ofmap(layer), {}};
      return simulate(engine, machine, layer, values);
    };
    constexpr int first = 4200, count = 40;
    for (int seed = first; seed < first + count; ++seed)
      fresh.push_back(run(fresh_engine(name), seed));
    Engine& engine = fresh_engine(name);
    for (int seed = first; seed < first + count; ++seed) {
      CAPTURE(seed);
      CHECK(difference(run(engine, seed), fresh[seed - first]) == "");
    }
  }
}

TEST_CASE("a job of three images gives the counters and events of three jobs of one") {
  for (const std::string& name : engine_names) {
    CAPTURE(name);
    const MachineSpec machine = small_machine();
    const LayerSetup setup = set_up_layer(machine, small_layer(), false);
    const std::vector<LayerValues> values = {small_values(1), small_values(2), small_values(3)};
    EventCollector together(EventDetail::all);
    const std::vector<Counters> counters = fresh_engine(name).simulate(
        {machine, setup, {{&values[0], nullptr}, {&values[1], nullptr}, {&values[2], nullptr}}},
        together);
    sort_events(together.events);
    REQUIRE(counters.size() == 3);
    std::size_t place = 0;
    for (int image = 0; image < 3; ++image) {
      EventCollector alone(EventDetail::all);
      CHECK(simulate(fresh_engine(name), machine, setup, values[image], alone) == counters[image]);
      sort_events(alone.events);
      for (const Event& event : alone.events) {
        REQUIRE(place < together.events.size());
        CHECK(together.events[place].image == image);
        CHECK(text_of(together.events[place++]) == text_of(event));
      }
    }
    CHECK(place == together.events.size());
  }
}

TEST_CASE("groups that share a simulation have the counters of groups that are each watched") {
  for (const char* policy : {"none", "peek", "oracle"}) {
    for (const char* dispatch : {"gate", "row_skip", "packed", "balanced", "balanced_fill"}) {
      CAPTURE(policy);
      CAPTURE(dispatch);
      MachineSpec machine = small_machine();
      machine.prediction.policy = policy;
      machine.array.dispatch = dispatch;
      Layer layer = small_layer();
      layer.groups = layer.C = layer.K = 40;  // some of which do the same
      const LayerSetup setup = set_up_layer(machine, layer, false);
      LayerValues values;
      values.ofmap = RandomCase(7).ofmap(layer);
      tell_ifmap(machine, layer, RandomCase(8).ifmap(layer), values);
      Observer nobody;
      EventCollector everything(EventDetail::all);
      const Counters shared = simulate(fresh_engine("event"), machine, setup, values, nobody);
      const Counters each = simulate(fresh_engine("event"), machine, setup, values, everything);
      CHECK(difference(shared, each) == "");
      std::set<int> groups;
      for (const Event& event : everything.events) groups.insert(event.group);
      CHECK(groups.size() == 40);
    }
  }
}

TEST_CASE(
    "an observer that wants nothing is told nothing, one that wants the log no more than it") {
  for (const std::string& name : engine_names) {
    CAPTURE(name);
    const MachineSpec machine = small_machine();
    const LayerSetup setup = set_up_layer(machine, small_layer(), false);
    EventCollector none(EventDetail::none), log(EventDetail::log), all(EventDetail::all);
    Engine& engine = fresh_engine(name);
    for (EventCollector* collector : {&none, &log, &all})
      simulate(engine, machine, setup, small_values(1), *collector);
    CHECK(none.events.empty());
    std::size_t logged = 0;
    for (const Event& event : all.events) logged += event.kind <= EventKind::store;
    CHECK(log.events.size() == logged);
    CHECK(all.events.size() > logged);
    for (const Event& event : log.events) CHECK(event.kind <= EventKind::store);
  }
}

TEST_CASE("good, bad, good: after a job that failed the process has to be replaced") {
  for (const std::string& name : engine_names) {
    CAPTURE(name);
    const SmallJob job;
    Engine& engine = fresh_engine(name);
    const Counters good = job.on(engine);
    CHECK_FALSE(engine.exhausted());
    Impatient impatient;
    CHECK(message_of(ErrorKind::output, [&] {
            simulate(engine, job.machine, job.setup, job.values, impatient);
          }) == "observer: the disk is full");
    for (int again = 0; again < 2; ++again)
      CHECK(contains(message_of(ErrorKind::internal, [&] { job.on(engine); }),
                     "its kernel cannot go on; simulate in a new process"));
    CHECK(engine.exhausted());
    CHECK(job.on(fresh_engine(name)) == good);
  }
}

TEST_CASE("an engine is exhausted at half of the kernel's time; a job may use the other half") {
  for (const std::string& name : engine_names) {
    CAPTURE(name);
    const SmallJob job;
    Engine& engine = fresh_engine(name);
    const Counters early = job.on(engine);
    const auto pass_until = [](Cycle cycle) {
      sc_core::sc_start(cycles(cycle) - sc_core::sc_time_stamp(), sc_core::SC_RUN_TO_TIME);
    };
    const auto half = static_cast<Cycle>(sc_core::sc_max_time().value() / 2 / ticks_per_cycle());
    pass_until(half);
    CHECK_FALSE(engine.exhausted());
    pass_until(half + 1);
    CHECK(engine.exhausted());
    CHECK(job.on(engine) == early);
  }
}

TEST_CASE("a layer that outlasts the kernel's time is an error that names it") {
  for (const std::string& name : engine_names) {
    CAPTURE(name);
    const SmallJob job;
    const Cycle needed = job.on(fresh_engine(name)).cycles;
    const auto last = static_cast<Cycle>(sc_core::sc_max_time().value() / ticks_per_cycle());
    for (Cycle left = needed; left >= 0; left -= left > 2 ? left / 3 : 1) {
      CAPTURE(left);
      Engine& engine = fresh_engine(name);
      engine.exhausted();  // makes the kernel
      sc_core::sc_start(cycles(last - left) - sc_core::sc_time_stamp(), sc_core::SC_RUN_TO_TIME);
      CHECK(
          contains(message_of(ErrorKind::machine, [&] { job.on(engine); }),
                   "layer 'small': outlasts the simulated clock, of 9.2e15 cycles for a layer and "
                   "1.8e16 for all that a process simulates; take fewer images, smaller layers "
                   "or a faster machine"));
      CHECK(engine.exhausted());
    }
  }
}

TEST_CASE("more loads than are numbered are an error that names the layer") {
  MachineSpec machine = small_machine();
  machine.array.cols = 1;
  machine.buffers.weight_bytes = 2;  // one tap: a load for each
  Layer layer = small_layer();
  layer.C = layer.H = layer.W = layer.K = 1, layer.R = layer.S = 1 << 15;
  layer.pad_top = layer.pad_left = layer.R - 1;
  const LayerValues values{{1.0f}, {}};
  CHECK(contains(message_of(ErrorKind::machine,
                            [&] { simulate(fresh_engine("event"), machine, layer, values); }),
                 "layer 'small': needs more than 2^29 loads of streamed weights; "));
}

TEST_CASE("cycles that add up over groups to more than is counted name the layer") {
  MachineSpec machine = small_machine();
  machine.prediction.policy = "none";
  machine.array.rows = machine.array.cols = 1;
  machine.buffers.weight_bytes = 2;  // one tap: a load for each
  machine.dram.latency = 1000000;
  Layer layer = small_layer();
  layer.groups = layer.C = layer.K = 1 << 22;
  layer.H = layer.W = 1, layer.R = layer.S = 1 << 9;
  layer.pad_top = layer.pad_left = layer.R - 1;
  const LayerValues values{std::vector<float>(static_cast<std::size_t>(layer.outputs())), {}};
  CHECK(contains(message_of(ErrorKind::machine,
                            [&] { simulate(fresh_engine("event"), machine, layer, values); }),
                 "layer 'small': cycles becomes larger than 2^58, the most that is counted"));
}

TEST_CASE("a failed value check leaves the kernel unusable, like every failure") {
  MachineSpec machine = small_machine();
  machine.prediction.policy = "none";
  const Layer layer = small_layer();
  const LayerSetup setup = set_up_layer(machine, layer, false);
  LayerValues values{std::vector<float>(static_cast<std::size_t>(layer.outputs()), 1.0f), {}};
  values.operands.ifmap.assign(static_cast<std::size_t>(layer.C * layer.H * layer.W), 1.0f);
  values.operands.weight.assign(static_cast<std::size_t>(layer.K * layer.L()), 0.5f);
  values.check = true;
  Observer nobody;
  Engine& engine = fresh_engine("clocked");
  const Counters good = simulate(engine, machine, setup, values, nobody);
  LayerValues wrong = values;
  wrong.ofmap[7] = 2;
  CHECK_THROWS_AS(simulate(engine, machine, setup, wrong, nobody), Error);
  CHECK_THROWS_AS(simulate(engine, machine, setup, values, nobody), Error);
  CHECK(simulate(fresh_engine("clocked"), machine, setup, values, nobody) == good);
}
