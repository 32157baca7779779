// A DMA engine's TLM-2.0 port to memory: non-blocking transport, base protocol, any number of
// transfers outstanding. Any TLM-2.0 memory can be bound to the socket.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "sim/base/units.h"
#include "sim/engine/kernel/module.h"
#include "sim/engine/memory/service_start.h"

namespace peeksim {

class MemoryPort : public Module {
 public:
  struct Completed {
    int tag = 0;  // as given to send()
    Bytes bytes = 0;
    // When the memory began to serve it; the cycle of its request where the memory does not report
    // it.
    Cycle start = 0;
  };
  // Called at the cycle in which a transfer is complete.
  using Completion = std::function<void(const Completed& transfer)>;

  MemoryPort(const sc_core::sc_module_name& name, Completion completed);

  tlm_utils::simple_initiator_socket<MemoryPort> socket;

  // The memory has accepted the last request; ready_event() is notified when it does.
  bool ready() const { return requesting_ == nullptr; }
  const sc_core::sc_event& ready_event() const { return ready_; }

  // Requests a transfer now. REQUIRES: ready(), at most max_transfer_bytes. 0 bytes is a command
  // that moves nothing.
  void send(tlm::tlm_command command, std::uint64_t address, Bytes bytes, int tag);

 private:
  struct Transfer : tlm::tlm_generic_payload {
    explicit Transfer(tlm::tlm_mm_interface* pool)
        : tlm::tlm_generic_payload(pool), service(new ServiceStart) {
      set_extension(service);  // kept through every reuse, and deleted with the transfer
    }
    ServiceStart* service;
    int tag = 0;
    Bytes bytes = 0;
  };
  // Transfers are reused: a streamed layer makes one request per tile chunk.
  class Pool : public tlm::tlm_mm_interface {
   public:
    ~Pool() override = default;
    Transfer* allocate();
    void free(tlm::tlm_generic_payload* transfer) override;

   private:
    std::vector<std::unique_ptr<Transfer>> all_;
    std::vector<Transfer*> idle_;
  };

  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void end_response(tlm::tlm_generic_payload& payload, sc_core::sc_time delay);
  void take_phase(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase);
  void accept_request(const tlm::tlm_generic_payload& payload);
  void complete(tlm::tlm_generic_payload& payload);

  Completion completed_;
  Pool pool_;
  const tlm::tlm_generic_payload* requesting_ = nullptr;
  tlm_utils::peq_with_cb_and_phase<MemoryPort> later_;
  sc_core::sc_event ready_;
};

}  // namespace peeksim
