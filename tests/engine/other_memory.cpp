// Another TLM-2.0 memory in place of the built-in DRAM channel, in both engines.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/engine/memory/memory.h"
#include "sim/engine/memory/memory_port.h"
#include "tests/support/both_engines.h"
#include "tests/support/random_case.h"
#include "tests/support/test_memory.h"

using namespace peeksim;

namespace {

// TestMemory as a row of the table of memories. A row makes its memory without arguments, so its
// behavior is set before.
class BoundTestMemory : public Memory {
 public:
  static TestMemoryBehavior behavior;
  static BoundTestMemory* last;  // that was made

  explicit BoundTestMemory(const char* name) : Memory(name), memory("target", behavior) {
    last = this;
  }
  void bind(MemoryPort& port) override { port.socket.bind(memory.socket); }
  void begin(const DramSpec&) override { first_ = memory.requests().size(); }
  Bytes read_bytes() const override { return bytes(tlm::TLM_READ_COMMAND); }
  Bytes written_bytes() const override { return bytes(tlm::TLM_WRITE_COMMAND); }

  TestMemory memory;

 private:
  Bytes bytes(tlm::tlm_command command) const {
    Bytes sum = 0;
    for (std::size_t i = first_; i < memory.requests().size(); ++i)
      if (memory.requests()[i].command == command) sum += memory.requests()[i].length;
    return sum;
  }
  std::size_t first_ = 0;
};
TestMemoryBehavior BoundTestMemory::behavior;
BoundTestMemory* BoundTestMemory::last = nullptr;

const MemoryKind test_memory_kind = {"memory", "for tests",
                                     [](const char* name) -> std::unique_ptr<Memory> {
                                       return std::make_unique<BoundTestMemory>(name);
                                     }};

struct System {
  TestMemory* memory = nullptr;  // none: the built-in DRAM
  Engine* engine = nullptr;

  explicit System(const std::string& kind = "event") : engine(&fresh_engine(kind)) {}
  explicit System(const TestMemoryBehavior& behavior, const std::string& kind = "event") {
    BoundTestMemory::behavior = behavior;
    EngineOptions options;
    options.memories = {&test_memory_kind};
    engine = &fresh_engine(kind, options);
    memory = &BoundTestMemory::last->memory;
  }

  Counters run(const MachineSpec& machine, const Layer& layer, const LayerValues& values) const {
    return simulate(*engine, machine, layer, values);
  }
  Counters run(const MachineSpec& machine, const Layer& layer, const LayerValues& values,
               EventCollector& collector) const {
    const Counters counters =
        simulate(*engine, machine, set_up_layer(machine, layer, true), values, collector);
    sort_events(collector.events);
    return counters;
  }
};

const std::vector<std::string> both_engines = {"event", "clocked"};

// One step: loads of 16 and 2 bytes, four tiles of one cycle and four rows, a store of 32 bytes.
// From the start s of the step: the tiles end at s+1, +5, +9 and +13, each after the drain of the
// one before; the last drain ends and the store is requested at s+17.
Layer small_layer() {
  Layer layer;
  layer.name = "small";
  layer.H = layer.W = 4;
  layer.K = 2;
  return layer;
}

MachineSpec small_machine() {
  MachineSpec machine;
  machine.name = "small";
  machine.array.rows = 4;
  machine.array.cols = 2;
  machine.prediction.policy = "none";
  machine.dram = {40, 10};
  return machine;
}

Counters run_small(const System& system) {
  return system.run(small_machine(), small_layer(), {std::vector<float>(32, 1.0f), {}});
}

void check_small(const Counters& n, Cycle start, Cycle store_completion) {
  CHECK(n.cycles == store_completion);
  CHECK(n.array_busy == 4);
  CHECK(n.drain_stall == 9);
  CHECK(n.memory_stall == start);
  CHECK(n.tail == store_completion - (start + 13));
  CHECK(n.dram_read_bytes == 18);
  CHECK(n.dram_write_bytes == 32);
}

}  // namespace

TEST_CASE("the built-in DRAM: loads share the channel, latencies overlap") {
  // 0..4 and 4..5 on the channel, complete at 14 and 15; the store at 32..40.
  check_small(run_small(System()), 15, 50);
}

TEST_CASE("a memory that accepts after 3 cycles delays the second load by those") {
  for (const std::string& engine : both_engines) {
    check_small(run_small(System({Answer::phases, 3, 20}, engine)), 23, 60);
    check_small(run_small(System({Answer::updated, 3, 20}, engine)), 23, 60);
  }
}

TEST_CASE("in the log a transfer starts at its request when the memory reports no start") {
  for (const std::string& engine : both_engines) {
    const System system({Answer::phases, 3, 20}, engine);
    EventCollector log(EventDetail::log);
    system.run(small_machine(), small_layer(), {std::vector<float>(32, 1.0f), {}}, log);
    std::vector<std::vector<Cycle>> transfers;
    for (const Event& event : log.events)
      if (event.kind != EventKind::tile)
        transfers.push_back({event.request, event.start, event.end});
    CHECK(transfers == std::vector<std::vector<Cycle>>{{0, 0, 20}, {3, 3, 23}, {40, 40, 60}});
  }
}

TEST_CASE("a memory that accepts at once serves both loads together") {
  for (const std::string& engine : both_engines) {
    check_small(run_small(System({Answer::phases, 0, 20}, engine)), 20, 57);
    check_small(run_small(System({Answer::updated, 0, 20}, engine)), 20, 57);
  }
}

TEST_CASE("a memory that answers without END_REQ serves one load after another") {
  for (const std::string& engine : both_engines)
    for (const Answer answer : {Answer::response_only, Answer::updated_response, Answer::completed})
      check_small(run_small(System({answer, 0, 20}, engine)), 40, 77);
}

TEST_CASE("a memory without latency adds no cycles") {
  for (const std::string& engine : both_engines)
    for (const Answer answer : {Answer::phases, Answer::response_only, Answer::annotated,
                                Answer::updated, Answer::updated_response, Answer::completed})
      check_small(run_small(System({answer, 0, 0}, engine)), 0, 17);
}

TEST_CASE("the memory sees each tensor in a region of its own, loads before the store") {
  for (const std::string& engine : both_engines) {
    const System system({Answer::phases, 0, 20}, engine);
    run_small(system);
    const std::vector<TestMemory::Request>& requests = system.memory->requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].command == tlm::TLM_READ_COMMAND);
    CHECK(requests[1].command == tlm::TLM_READ_COMMAND);
    CHECK(requests[2].command == tlm::TLM_WRITE_COMMAND);
    CHECK(requests[0].length == 16);
    CHECK(requests[1].length == 2);
    CHECK(requests[2].length == 32);
    CHECK(requests[2].at == 37);
    constexpr std::uint64_t region = std::uint64_t{256} << 20;
    CHECK(requests[0].address == 0);
    CHECK(requests[1].address == region);
    CHECK(requests[2].address == 3 * region);
  }
}

TEST_CASE("another memory changes time and nothing else, in both engines alike") {
  int ran = 0;
  for (int seed = 80001; seed <= 80100; ++seed) {
    CAPTURE(seed);
    RandomCase random(static_cast<std::uint64_t>(seed));
    const Layer layer = random.layer();
    MachineSpec machine = random.machine();
    machine.buffers.ifmap_bytes = machine.buffers.ofmap_bytes = 65536;
    machine.buffers.weight_bytes = random.pick<Bytes>({1000, 65536});
    const LayerValues values{random.ofmap(layer), {}};
    TestMemoryBehavior behavior;
    behavior.answer =
        random.pick<Answer>({Answer::phases, Answer::response_only, Answer::annotated,
                             Answer::updated, Answer::updated_response, Answer::completed});
    behavior.accept = random.from(0, 5);
    behavior.latency = behavior.accept + random.from(0, 50);

    const Counters expected = System().run(machine, layer, values);
    const System other(behavior);
    EventCollector event_log(EventDetail::all), clocked_log(EventDetail::all);
    Counters n = other.run(machine, layer, values, event_log);
    CHECK(other.memory->open_responses() == 0);
    const System clocked(behavior, "clocked");
    const Counters on_clocked = clocked.run(machine, layer, values, clocked_log);
    CHECK(difference(n, on_clocked) == "");
    CHECK(first_difference({n, on_clocked, event_log.events, clocked_log.events, {}}) == "");
    CHECK(n.array_busy == expected.array_busy);
    n.cycles = expected.cycles;
    n.predict_stall = expected.predict_stall;
    n.drain_stall = expected.drain_stall;
    n.memory_stall = expected.memory_stall;
    n.tail = expected.tail;
    CHECK(n == expected);
    ++ran;
  }
  CHECK(ran == 100);
}

TEST_CASE("an error response reaches the caller as an error with its text") {
  for (const Answer answer : {Answer::phases, Answer::response_only, Answer::annotated,
                              Answer::updated, Answer::updated_response, Answer::completed}) {
    CAPTURE(static_cast<int>(answer));
    const System system({answer, 1, 20, tlm::TLM_GENERIC_ERROR_RESPONSE});
    try {
      run_small(system);
      FAIL_CHECK("no error was thrown");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::internal);
      CHECK(std::string(error.what())
                .find("loader.memory: the memory answered TLM_GENERIC_ERROR_RESPONSE; ") == 0);
    }
  }
}

TEST_CASE("a memory that never answers ends the run with an error") {
  const System system({Answer::silent, 0, 0});
  try {
    run_small(system);
    FAIL_CHECK("no error was thrown");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::internal);
    CHECK(std::string(error.what()).find("0 of 4 tiles done") != std::string::npos);
  }
}

TEST_CASE("an engine with several memories uses the one that the job names") {
  for (const std::string& kind : both_engines) {
    BoundTestMemory::behavior = {Answer::phases, 0, 20};
    EngineOptions options;
    options.memories = {&memories().front(), &test_memory_kind};
    Engine& engine = fresh_engine(kind, options);
    const MachineSpec machine = small_machine();
    const LayerSetup setup = set_up_layer(machine, small_layer(), true);
    const LayerValues values{std::vector<float>(32, 1.0f), {}};
    Job job(machine, setup, values);
    Observer nobody;
    check_small(engine.simulate(job, nobody).front(), 15, 50);
    job.memory = &test_memory_kind;
    check_small(engine.simulate(job, nobody).front(), 20, 57);
    job.memory = &memories().front();
    check_small(engine.simulate(job, nobody).front(), 15, 50);
  }
}
