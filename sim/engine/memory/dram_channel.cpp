#include "sim/engine/memory/dram_channel.h"

#include <algorithm>

#include "sim/engine/kernel/cycle_time.h"
#include "sim/engine/memory/memory_port.h"
#include "sim/engine/memory/service_start.h"

namespace peeksim {

DramChannel::DramChannel(const sc_core::sc_module_name& name) : Memory(name), socket("socket") {
  socket.register_nb_transport_fw(this, &DramChannel::nb_transport_fw);
  SC_HAS_PROCESS(DramChannel);
  SC_METHOD(serve_stores);
  sensitive << store_turn_;
  dont_initialize();
  SC_METHOD(respond);
  sensitive << completion_;
  dont_initialize();
}

void DramChannel::bind(MemoryPort& port) {
  port.socket.bind(socket);
}

void DramChannel::begin(const DramSpec& spec) {
  channel_ = DramTiming(spec);
  read_bytes_ = written_bytes_ = 0;
}

tlm::tlm_sync_enum DramChannel::nb_transport_fw(int initiator, tlm::tlm_generic_payload& payload,
                                                tlm::tlm_phase& phase, sc_core::sc_time&) {
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
  payload.acquire();
  const Request request{initiator, &payload, current_cycle()};
  if (payload.is_write()) {
    // A load of the same cycle goes first, and it may still come: decide when the cycle is over.
    stores_.push_back(request);
    store_turn_.notify(sc_core::sc_time(0.5, sc_core::SC_NS));
  } else {
    serve(request);
  }
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void DramChannel::serve_stores() {
  guard([this] {
    for (; !stores_.empty(); stores_.pop_front()) serve(stores_.front());
  });
}

void DramChannel::serve(Request request) {
  tlm::tlm_generic_payload& payload = *request.payload;
  const bool moves_data = payload.get_command() != tlm::TLM_IGNORE_COMMAND;
  const Bytes bytes = moves_data ? payload.get_data_length() : 0;
  (payload.is_write() ? written_bytes_ : read_bytes_) += bytes;
  const DramTransfer transfer = channel_.serve(request.at, bytes);
  if (auto* service = payload.get_extension<ServiceStart>()) service->start = transfer.start;
  request.at = transfer.complete;
  served_.push_back(request);
  wake_for_response();
}

void DramChannel::respond() {
  guard([this] {
    while (!served_.empty() && served_.front().at <= current_cycle()) {
      const Request request = served_.front();
      served_.pop_front();
      request.payload->set_response_status(tlm::TLM_OK_RESPONSE);
      tlm::tlm_phase phase = tlm::BEGIN_RESP;
      sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
      socket[request.initiator]->nb_transport_bw(*request.payload, phase, delay);
      request.payload->release();
    }
    wake_for_response();
  });
}

// Also called in the second half of a cycle: a store is complete in a later one.
void DramChannel::wake_for_response() {
  if (!served_.empty()) completion_.notify(until(served_.front().at));
}

const MemoryKind dram_channel_kind = {
    "channel", "one DRAM channel of a bandwidth and a latency, without banks",
    [](const char* name) -> std::unique_ptr<Memory> {
      return std::make_unique<DramChannel>(name);
    }};

}  // namespace peeksim
