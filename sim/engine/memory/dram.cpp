#include "sim/engine/memory/dram.h"

#include <algorithm>

#include "sim/engine/kernel/cycle_time.h"
#include "sim/engine/memory/service_start.h"

namespace peeksim {

Dram::Dram(const sc_core::sc_module_name& name, const DramSpec& spec)
    : Module(name), socket("socket"), spec_(spec), channel_(spec) {
  socket.register_nb_transport_fw(this, &Dram::nb_transport_fw);
  SC_HAS_PROCESS(Dram);
  SC_METHOD(serve_stores);
  sensitive << store_turn_;
  dont_initialize();
  SC_METHOD(respond);
  sensitive << completion_;
  dont_initialize();
}

void Dram::begin() {
  channel_ = DramChannel(spec_);
  read_bytes_ = written_bytes_ = 0;
}

tlm::tlm_sync_enum Dram::nb_transport_fw(int initiator, tlm::tlm_generic_payload& payload,
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

void Dram::serve_stores() {
  for (; !stores_.empty(); stores_.pop_front()) serve(stores_.front());
}

void Dram::serve(Request request) {
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

void Dram::respond() {
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
void Dram::wake_for_response() {
  if (served_.empty()) return;
  const sc_core::sc_time at = cycles(served_.front().at);
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  completion_.notify(at > now ? at - now : sc_core::SC_ZERO_TIME);
}

}  // namespace peeksim
