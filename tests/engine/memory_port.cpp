// A DMA engine's port with memories of every kind: it keeps the TLM-2.0 base protocol.
#include "sim/engine/memory/memory_port.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/error.h"
#include "sim/engine/memory/dram_channel.h"
#include "sim/schedule/plan.h"
#include "tests/engine/script.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/test_memory.h"

using namespace peeksim;

namespace {

const Answer all_answers[] = {Answer::phases,  Answer::response_only,    Answer::annotated,
                              Answer::updated, Answer::updated_response, Answer::completed};

// Sends transfers one after another, each as soon as the port is ready.
struct Bench {
  using Completions = std::vector<std::pair<int, Cycle>>;

  MemoryPort* port = nullptr;
  TestMemory* memory = nullptr;
  Completions completed;
  std::vector<Bytes> sizes, completed_bytes;
  std::vector<Cycle> starts;
  std::vector<bool> ready_after_send;

  Bench(const TestMemoryBehavior& behavior, std::vector<Bytes> bytes) : sizes(std::move(bytes)) {
    fresh_kernel();
    port = &leave_behind<MemoryPort>("port", [this](const MemoryPort::Completed& transfer) {
      completed.push_back({transfer.tag, current_cycle()});
      completed_bytes.push_back(transfer.bytes);
      starts.push_back(transfer.start);
    });
    memory = &leave_behind<TestMemory>("memory", behavior);
    port->socket.bind(memory->socket);
    leave_behind<Script>("start", std::vector<Script::Action>{{0, [this] { send(); }}});
    leave_behind<OnEvent>("next", port->ready_event(), [this] { send(); });
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void send() {
    while (port->ready() && sent_ < static_cast<int>(sizes.size())) {
      const Bytes bytes = sizes[static_cast<std::size_t>(sent_)];
      port->send(tlm::TLM_READ_COMMAND, 64 * static_cast<std::uint64_t>(sent_), bytes, sent_);
      ++sent_;
      ready_after_send.push_back(port->ready());
    }
  }
  std::vector<Cycle> request_times() const {
    std::vector<Cycle> times;
    for (const TestMemory::Request& request : memory->requests()) times.push_back(request.at);
    return times;
  }

 private:
  int sent_ = 0;
};

}  // namespace

TEST_CASE("the next request leaves when END_REQ comes, and responses come whenever they do") {
  Bench bench({Answer::phases, 3, 20}, {8, 8, 8});
  sc_core::sc_start();
  CHECK(bench.request_times() == std::vector<Cycle>{0, 3, 6});
  CHECK(bench.completed == Bench::Completions{{0, 20}, {1, 23}, {2, 26}});
  CHECK(bench.ready_after_send == std::vector<bool>{false, false, false});
}

TEST_CASE("a delay on END_REQ is kept") {
  Bench bench({Answer::updated, 3, 20}, {8, 8, 8});
  sc_core::sc_start();
  CHECK(bench.request_times() == std::vector<Cycle>{0, 3, 6});
  CHECK(bench.completed == Bench::Completions{{0, 20}, {1, 23}, {2, 26}});
}

TEST_CASE("a request that is accepted at once leaves the port ready") {
  Bench bench({Answer::updated, 0, 20}, {8, 8, 8});
  sc_core::sc_start();
  CHECK(bench.request_times() == std::vector<Cycle>{0, 0, 0});
  CHECK(bench.ready_after_send == std::vector<bool>{true, true, true});
  CHECK(bench.completed == Bench::Completions{{0, 20}, {1, 20}, {2, 20}});
}

TEST_CASE("a response without END_REQ implies it") {
  for (const Answer answer : {Answer::response_only, Answer::updated_response, Answer::completed}) {
    CAPTURE(static_cast<int>(answer));
    Bench bench({answer, 0, 20}, {8, 8, 8});
    sc_core::sc_start();
    CHECK(bench.request_times() == std::vector<Cycle>{0, 20, 40});
    CHECK(bench.completed == Bench::Completions{{0, 20}, {1, 40}, {2, 60}});
  }
}

TEST_CASE("a response that is announced ahead of time counts when its time has come") {
  Bench bench({Answer::annotated, 5, 20}, {8, 8});
  sc_core::sc_start();
  CHECK(bench.completed == Bench::Completions{{0, 20}, {1, 40}});
}

TEST_CASE("every answer without delay completes a transfer in the cycle of its request") {
  for (const Answer answer : all_answers) {
    CAPTURE(static_cast<int>(answer));
    Bench bench({answer, 0, 0}, {8, 0, 8});
    sc_core::sc_start();
    CHECK(bench.completed == Bench::Completions{{0, 0}, {1, 0}, {2, 0}});
    CHECK(bench.port->ready());
  }
}

TEST_CASE("every response is ended, however it came") {
  for (const Answer answer : all_answers) {
    CAPTURE(static_cast<int>(answer));
    Bench bench({answer, 2, 9}, {8, 8});
    sc_core::sc_start();
    CHECK(bench.completed.size() == 2);
    CHECK(bench.memory->open_responses() == 0);
  }
}

TEST_CASE("a transfer whose memory reports no start is taken to start at its request") {
  for (const Answer answer : all_answers) {
    CAPTURE(static_cast<int>(answer));
    Bench bench({answer, 2, 9}, {8, 8});
    sc_core::sc_start();
    CHECK(bench.starts == bench.request_times());
  }
}

TEST_CASE("the DRAM channel reports when it began to serve, also for a transfer that is reused") {
  fresh_kernel();
  using Starts = std::vector<std::pair<int, Cycle>>;
  auto& starts = leave_behind<Starts>();
  auto& port = leave_behind<MemoryPort>("port", [&](const MemoryPort::Completed& transfer) {
    starts.push_back({transfer.tag, transfer.start});
  });
  auto& dram = leave_behind<DramChannel>("dram");
  dram.begin({40, 10});
  port.socket.bind(dram.socket);
  const auto send = [&](int tag, Bytes bytes) { port.send(tlm::TLM_READ_COMMAND, 0, bytes, tag); };
  leave_behind<Script>("requests", std::vector<Script::Action>{{5,
                                                                [&] {
                                                                  send(0, 16);
                                                                  send(1, 8);
                                                                }},
                                                               {40, [&] { send(2, 8); }}});
  sc_core::sc_start();
  CHECK(starts == Starts{{0, 5}, {1, 9}, {2, 40}});
}

TEST_CASE("a transfer carries its command, address and length") {
  Bench bench({Answer::phases, 0, 5}, {8, 100});
  sc_core::sc_start();
  const std::vector<TestMemory::Request>& requests = bench.memory->requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].command == tlm::TLM_READ_COMMAND);
  CHECK(requests[0].address == 0);
  CHECK(requests[0].length == 8);
  CHECK(requests[1].address == 64);
  CHECK(requests[1].length == 100);
  CHECK(bench.completed_bytes == std::vector<Bytes>{8, 100});
}

TEST_CASE("a transfer of 0 bytes is an ignore command and is still answered") {
  Bench bench({Answer::phases, 0, 5}, {0});
  sc_core::sc_start();
  REQUIRE(bench.memory->requests().size() == 1);
  CHECK(bench.memory->requests()[0].command == tlm::TLM_IGNORE_COMMAND);
  CHECK(bench.memory->requests()[0].length == 1);
  CHECK(bench.completed == Bench::Completions{{0, 5}});
  CHECK(bench.completed_bytes == std::vector<Bytes>{0});
}

TEST_CASE("a memory may touch every byte of a transfer, though transfers share them") {
  Bench bench({Answer::phases, 1, 100}, {16, 8, 4096, 5000000, 16});
  sc_core::sc_start();  // the memory fills what it answers
  const std::vector<TestMemory::Request>& requests = bench.memory->requests();
  REQUIRE(requests.size() == 5);
  CHECK(bench.completed.size() == 5);
  CHECK(requests[0].data == requests[1].data);
  CHECK(requests[3].data == requests[4].data);
  for (const TestMemory::Request& request : requests)
    CHECK(request.data[request.length - 1] == 0xa5);
}

TEST_CASE("the largest transfers take no memory on the DRAM channel") {
  const auto resident_bytes = [] {
    long size = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident * ::sysconf(_SC_PAGESIZE);
  };
  fresh_kernel();
  auto& sizes = leave_behind<std::vector<Bytes>>();
  auto& port = leave_behind<MemoryPort>(
      "port", [&](const MemoryPort::Completed& transfer) { sizes.push_back(transfer.bytes); });
  auto& dram = leave_behind<DramChannel>("dram");
  dram.begin({40960, 10});
  port.socket.bind(dram.socket);
  leave_behind<Script>(
      "requests",
      std::vector<Script::Action>{{0, [&] {
                                     port.send(tlm::TLM_READ_COMMAND, 0, max_transfer_bytes, 0);
                                     port.send(tlm::TLM_READ_COMMAND, 0, max_transfer_bytes, 1);
                                   }}});
  const long before = resident_bytes();
  sc_core::sc_start();
  CHECK(sizes == std::vector<Bytes>{max_transfer_bytes, max_transfer_bytes});
  CHECK(dram.read_bytes() == 2 * max_transfer_bytes);
  CHECK(resident_bytes() - before < long{64} << 20);
}

TEST_CASE("an error response keeps its type on the way to the caller, however it comes") {
  for (const Answer answer : all_answers) {
    for (const Cycle latency : {Cycle{0}, Cycle{9}}) {
      CAPTURE(static_cast<int>(answer));
      CAPTURE(latency);
      Bench bench({answer, 0, latency, tlm::TLM_ADDRESS_ERROR_RESPONSE}, {8});
      sc_core::sc_start();
      CHECK(bench.completed.empty());
      try {
        bench.port->rethrow_failure();
        FAIL_CHECK("no error was thrown");
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::internal);
        const std::string message = error.what();
        CHECK(message.find("port: the memory answered TLM_ADDRESS_ERROR_RESPONSE; ") == 0);
        CHECK(message.find('\n') == std::string::npos);
      }
    }
  }
}
