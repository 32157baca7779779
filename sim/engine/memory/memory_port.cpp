#include "sim/engine/memory/memory_port.h"

#include "sim/base/error.h"
#include "sim/engine/kernel/cycle_time.h"
#include "sim/engine/memory/transfer_data.h"

namespace peeksim {

MemoryPort::Transfer* MemoryPort::Pool::allocate() {
  if (idle_.empty()) {
    all_.push_back(std::make_unique<Transfer>(this));
    return all_.back().get();
  }
  Transfer* transfer = idle_.back();
  idle_.pop_back();
  return transfer;
}

void MemoryPort::Pool::free(tlm::tlm_generic_payload* transfer) {
  transfer->reset();
  idle_.push_back(static_cast<Transfer*>(transfer));
}

MemoryPort::MemoryPort(const sc_core::sc_module_name& name, Completion completed)
    : Module(name),
      socket("socket"),
      completed_(std::move(completed)),
      later_(this, &MemoryPort::take_phase) {
  socket.register_nb_transport_bw(this, &MemoryPort::nb_transport_bw);
}

void MemoryPort::send(tlm::tlm_command command, std::uint64_t address, Bytes bytes, int tag) {
  Transfer* transfer = pool_.allocate();
  transfer->acquire();
  transfer->tag = tag;
  transfer->bytes = bytes;
  transfer->service->start = current_cycle();
  // The data length of a TLM transaction is at least 1; 0 bytes are sent as its "ignore" command.
  const Bytes length = bytes > 0 ? bytes : 1;
  transfer->set_command(bytes > 0 ? command : tlm::TLM_IGNORE_COMMAND);
  transfer->set_address(address);
  transfer->set_data_ptr(transfer_data(length));
  transfer->set_data_length(static_cast<unsigned>(length));
  transfer->set_streaming_width(static_cast<unsigned>(length));
  transfer->set_byte_enable_ptr(nullptr);
  transfer->set_dmi_allowed(false);
  transfer->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);

  requesting_ = transfer;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  switch (socket->nb_transport_fw(*transfer, phase, delay)) {
    case tlm::TLM_ACCEPTED:
      break;
    case tlm::TLM_UPDATED:
      if (phase == tlm::BEGIN_RESP) end_response(*transfer, delay);
      nb_transport_bw(*transfer, phase, delay);
      break;
    case tlm::TLM_COMPLETED:
      phase = tlm::BEGIN_RESP;
      nb_transport_bw(*transfer, phase, delay);
      break;
  }
}

tlm::tlm_sync_enum MemoryPort::nb_transport_bw(tlm::tlm_generic_payload& payload,
                                               tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  const bool response = phase == tlm::BEGIN_RESP;
  if (delay == sc_core::SC_ZERO_TIME)
    take_phase(payload, phase);
  else
    later_.notify(payload, phase, delay);
  return response ? tlm::TLM_COMPLETED : tlm::TLM_ACCEPTED;
}

// A response that came as the return of a call has no return of its own: END_RESP is a call.
void MemoryPort::end_response(tlm::tlm_generic_payload& payload, sc_core::sc_time delay) {
  tlm::tlm_phase phase = tlm::END_RESP;
  socket->nb_transport_fw(payload, phase, delay);
}

void MemoryPort::take_phase(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase) {
  guard([&] {
    // A response without END_REQ implies it.
    if (phase == tlm::END_REQ || phase == tlm::BEGIN_RESP) accept_request(payload);
    if (phase == tlm::BEGIN_RESP) complete(payload);
  });
}

void MemoryPort::accept_request(const tlm::tlm_generic_payload& payload) {
  if (requesting_ != &payload) return;
  requesting_ = nullptr;
  ready_.notify(sc_core::SC_ZERO_TIME);
}

void MemoryPort::complete(tlm::tlm_generic_payload& payload) {
  if (payload.is_response_error())
    throw Error(ErrorKind::internal, name(), "the memory answered " + payload.get_response_string(),
                "bind a memory of at least 1 GiB that accepts whole-block transfers");
  const auto& transfer = static_cast<const Transfer&>(payload);
  completed_({transfer.tag, transfer.bytes, transfer.service->start});
  payload.release();
}

}  // namespace peeksim
