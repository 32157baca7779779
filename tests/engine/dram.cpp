// The DRAM module alone, with plain TLM-2.0 initiators: what is served first, and when.
#include "sim/engine/memory/dram_channel.h"

#include <doctest/doctest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <map>
#include <string>

#include "tests/engine/script.h"
#include "tests/support/fresh_kernel.h"

using namespace peeksim;

namespace {

constexpr auto load = tlm::TLM_READ_COMMAND;
constexpr auto store = tlm::TLM_WRITE_COMMAND;

// Sends transactions and notes the cycle of each response by name.
class Initiator : public sc_core::sc_module, public tlm::tlm_mm_interface {
 public:
  explicit Initiator(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {
    socket.register_nb_transport_bw(this, &Initiator::nb_transport_bw);
  }

  tlm_utils::simple_initiator_socket<Initiator> socket;
  std::map<std::string, Cycle> completed;

  void send(tlm::tlm_command command, unsigned bytes, const std::string& name) {
    auto& payload = leave_behind<tlm::tlm_generic_payload>(this);
    payload.acquire();
    payload.set_command(bytes > 0 ? command : tlm::TLM_IGNORE_COMMAND);
    payload.set_data_length(bytes > 0 ? bytes : 1);
    names_[&payload] = name;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    CHECK(socket->nb_transport_fw(payload, phase, delay) == tlm::TLM_UPDATED);
    CHECK(phase == tlm::END_REQ);
    CHECK(delay == sc_core::SC_ZERO_TIME);
  }

  void free(tlm::tlm_generic_payload*) override {}

 private:
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
    CHECK(phase == tlm::BEGIN_RESP);
    CHECK(delay == sc_core::SC_ZERO_TIME);
    CHECK(payload.is_response_ok());
    CHECK(completed.count(names_[&payload]) == 0);
    completed[names_[&payload]] = current_cycle();
    payload.release();
    return tlm::TLM_COMPLETED;
  }

  std::map<tlm::tlm_generic_payload*, std::string> names_;
};

// One DRAM, a loading and a storing initiator.
struct Bench {
  DramChannel* dram = nullptr;
  Initiator* loader = nullptr;
  Initiator* storer = nullptr;

  explicit Bench(const DramSpec& spec, const std::string& order = "dls") {
    fresh_kernel();
    for (const char block : order) {
      if (block == 'd') dram = &leave_behind<DramChannel>("dram");
      if (block == 'l') loader = &leave_behind<Initiator>("loader");
      if (block == 's') storer = &leave_behind<Initiator>("storer");
    }
    loader->socket.bind(dram->socket);
    storer->socket.bind(dram->socket);
    dram->begin(spec);
  }

  // A script that makes one request; its name in the results is its name.
  void request(Initiator& by, Cycle at, tlm::tlm_command command, unsigned bytes,
               const std::string& name) {
    leave_behind<Script>(name.c_str(),
                         std::vector<Script::Action>{
                             {at, [&by, command, bytes, name] { by.send(command, bytes, name); }}});
  }
};

}  // namespace

TEST_CASE("a transfer holds the channel for its bytes and is answered a latency later") {
  Bench bench({40, 10});
  bench.request(*bench.loader, 5, load, 17, "load");
  sc_core::sc_start();
  CHECK(bench.loader->completed.at("load") == 5 + 5 + 10);
  CHECK(bench.dram->read_bytes() == 17);
  CHECK(bench.dram->written_bytes() == 0);
}

TEST_CASE(
    "of a load and a store of the same cycle the load goes first, whichever is requested first") {
  for (const std::string order : {"dls", "dsl", "lds", "lsd", "sdl", "sld"}) {
    for (const bool store_first : {false, true}) {
      CAPTURE(order);
      CAPTURE(store_first);
      Bench bench({40, 10}, order);
      if (store_first) bench.request(*bench.storer, 5, store, 8, "store");
      bench.request(*bench.loader, 5, load, 16, "load");
      if (!store_first) bench.request(*bench.storer, 5, store, 8, "store");
      sc_core::sc_start();
      CHECK(bench.loader->completed.at("load") == 5 + 4 + 10);
      CHECK(bench.storer->completed.at("store") == 9 + 2 + 10);
      CHECK(bench.dram->read_bytes() == 16);
      CHECK(bench.dram->written_bytes() == 8);
    }
  }
}

TEST_CASE("a load goes before a store of the same cycle even some deltas later") {
  Bench bench({40, 0});
  sc_core::sc_event& delta = leave_behind<sc_core::sc_event>();
  int deltas = 0;
  bench.request(*bench.storer, 5, store, 8, "store");
  leave_behind<OnEvent>("next", delta, [&] {
    if (++deltas < 5) delta.notify(sc_core::SC_ZERO_TIME);
    if (deltas == 5) bench.loader->send(load, 16, "load");
  });
  leave_behind<Script>(
      "first", std::vector<Script::Action>{{5, [&] { delta.notify(sc_core::SC_ZERO_TIME); }}});
  sc_core::sc_start();
  CHECK(deltas == 5);
  CHECK(bench.loader->completed.at("load") == 9);
  CHECK(bench.storer->completed.at("store") == 11);
}

TEST_CASE("a store that was requested a cycle earlier goes first") {
  Bench bench({40, 10});
  bench.request(*bench.loader, 5, load, 16, "load");
  bench.request(*bench.storer, 4, store, 8, "store");
  sc_core::sc_start();
  CHECK(bench.storer->completed.at("store") == 4 + 2 + 10);
  CHECK(bench.loader->completed.at("load") == 6 + 4 + 10);
}

TEST_CASE("transfers of one kind and one cycle keep the order of their requests") {
  Bench bench({40, 1});
  leave_behind<Script>("requests",
                       std::vector<Script::Action>{{5, [&] {
                                                      bench.storer->send(store, 4, "s0");
                                                      bench.loader->send(load, 8, "l0");
                                                      bench.storer->send(store, 8, "s1");
                                                      bench.loader->send(load, 4, "l1");
                                                    }}});
  sc_core::sc_start();
  CHECK(bench.loader->completed == std::map<std::string, Cycle>{{"l0", 8}, {"l1", 9}});
  CHECK(bench.storer->completed == std::map<std::string, Cycle>{{"s0", 10}, {"s1", 12}});
}

TEST_CASE("a load of 0 bytes on a memory without latency is complete in the same cycle") {
  Bench bench({40, 0});
  bench.request(*bench.loader, 7, load, 0, "nothing");
  sc_core::sc_start();
  CHECK(bench.loader->completed.at("nothing") == 7);
  CHECK(bench.dram->read_bytes() == 0);
}

TEST_CASE("a load of 0 bytes waits its turn and its latency") {
  Bench bench({40, 3});
  leave_behind<Script>("requests", std::vector<Script::Action>{{5, [&] {
                                                                  bench.loader->send(load, 8, "l0");
                                                                  bench.loader->send(load, 0,
                                                                                     "nothing");
                                                                  bench.loader->send(load, 4, "l1");
                                                                }}});
  sc_core::sc_start();
  CHECK(bench.loader->completed ==
        std::map<std::string, Cycle>{{"l0", 10}, {"nothing", 10}, {"l1", 11}});
  CHECK(bench.dram->read_bytes() == 12);
}

TEST_CASE("any number of transfers may be in flight") {
  Bench bench({10, 1000});
  leave_behind<Script>("requests", std::vector<Script::Action>{{0, [&] {
                                                                  for (int i = 0; i < 100; ++i)
                                                                    bench.loader->send(
                                                                        load, 1, std::to_string(i));
                                                                }}});
  sc_core::sc_start();
  REQUIRE(bench.loader->completed.size() == 100);
  for (const auto& [name, cycle] : bench.loader->completed) CHECK(cycle == std::stoi(name) + 1001);
}

TEST_CASE("begin() forgets the traffic and the busy channel of the run before") {
  Bench bench({40, 10});
  leave_behind<Script>("requests",
                       std::vector<Script::Action>{{5, [&] {
                                                      bench.loader->send(load, 4000, "before");
                                                      bench.dram->begin({40, 10});
                                                      bench.loader->send(load, 4, "after");
                                                    }}});
  sc_core::sc_start(cycles(100));
  CHECK(bench.dram->read_bytes() == 4);
}
