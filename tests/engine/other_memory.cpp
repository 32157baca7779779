// Another TLM-2.0 memory in place of the built-in DRAM channel.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/engine/memory/memory_port.h"
#include "sim/engine/simulate_layer.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/random_case.h"
#include "tests/support/test_memory.h"

using namespace peeksim;

namespace {

struct System {
  TestMemory* memory = nullptr;  // none: the built-in DRAM
  Accelerator* accelerator = nullptr;

  explicit System(const MachineSpec& machine) {
    fresh_kernel();
    accelerator = &leave_behind<Accelerator>(machine);
  }
  System(const MachineSpec& machine, const TestMemoryBehavior& behavior) {
    fresh_kernel();
    memory = &leave_behind<TestMemory>("memory", behavior);
    Accelerator::Options options;
    options.bind_memory = [this](MemoryPort& port) { port.socket.bind(memory->socket); };
    accelerator = &leave_behind<Accelerator>(machine, options);
  }

  Counters run(const MachineSpec& machine, const Layer& layer, const LayerValues& values,
               EventLog* log = nullptr) const {
    return simulate_layer(*accelerator, machine, set_up_layer(machine, layer, false), values, log);
  }
};

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
  machine.dram = {4, 10};
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
  check_small(run_small(System(small_machine())), 15, 50);
}

TEST_CASE("a memory that accepts after 3 cycles delays the second load by those") {
  check_small(run_small(System(small_machine(), {Answer::phases, 3, 20})), 23, 60);
  check_small(run_small(System(small_machine(), {Answer::updated, 3, 20})), 23, 60);
}

TEST_CASE("in the log a transfer of a memory that tells nothing starts at its request") {
  const System system(small_machine(), {Answer::phases, 3, 20});
  EventLog log;
  system.run(small_machine(), small_layer(), {std::vector<float>(32, 1.0f), {}}, &log);
  std::vector<std::vector<Cycle>> transfers;
  for (const Event& event : log)
    if (event.kind != EventKind::tile) transfers.push_back({event.request, event.start, event.end});
  CHECK(transfers == std::vector<std::vector<Cycle>>{{0, 0, 20}, {3, 3, 23}, {40, 40, 60}});
}

TEST_CASE("a memory that accepts at once serves both loads together") {
  check_small(run_small(System(small_machine(), {Answer::phases, 0, 20})), 20, 57);
  check_small(run_small(System(small_machine(), {Answer::updated, 0, 20})), 20, 57);
}

TEST_CASE("a memory that answers without END_REQ serves one load after another") {
  for (const Answer answer : {Answer::response_only, Answer::updated_response, Answer::completed})
    check_small(run_small(System(small_machine(), {answer, 0, 20})), 40, 77);
}

TEST_CASE("a memory that takes no time costs none") {
  for (const Answer answer : {Answer::phases, Answer::response_only, Answer::annotated,
                              Answer::updated, Answer::updated_response, Answer::completed})
    check_small(run_small(System(small_machine(), {answer, 0, 0})), 0, 17);
}

TEST_CASE("the memory sees each tensor in a region of its own, loads before the store") {
  const System system(small_machine(), {Answer::phases, 0, 20});
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

TEST_CASE("another memory changes time and nothing else") {
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

    const Counters expected = System(machine).run(machine, layer, values);
    const System other(machine, behavior);
    Counters n = other.run(machine, layer, values);
    CHECK(other.memory->open_responses() == 0);
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
    const System system(small_machine(), {answer, 1, 20, tlm::TLM_GENERIC_ERROR_RESPONSE});
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
  const System system(small_machine(), {Answer::silent, 0, 0});
  try {
    run_small(system);
    FAIL_CHECK("no error was thrown");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::internal);
    CHECK(std::string(error.what()).find("0 of 4 tiles done") != std::string::npos);
  }
}
