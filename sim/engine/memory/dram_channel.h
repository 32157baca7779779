// One DRAM channel as a TLM-2.0 target: serves requests in the order of their request times, at
// equal times loads before stores. Its queue is unlimited, so a request is accepted at once.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <deque>
#include <systemc>
#include <tlm>

#include "sim/engine/memory/dram_timing.h"
#include "sim/engine/memory/memory.h"

namespace peeksim {

class DramChannel : public Memory {
 public:
  explicit DramChannel(const sc_core::sc_module_name& name);

  tlm_utils::multi_passthrough_target_socket<DramChannel> socket;

  void bind(MemoryPort& port) override;
  void begin(const DramSpec& spec) override;
  Bytes read_bytes() const override { return read_bytes_; }
  Bytes written_bytes() const override { return written_bytes_; }

 private:
  struct Request {
    int initiator;
    tlm::tlm_generic_payload* payload;
    Cycle at;  // of the request; of the completion once it is served
  };

  tlm::tlm_sync_enum nb_transport_fw(int initiator, tlm::tlm_generic_payload& payload,
                                     tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void serve(Request request);
  void serve_stores();  // process: in the second half of the cycle of their request
  void respond();       // process: answers every transfer that is complete
  void wake_for_response();

  DramTiming channel_{DramSpec()};
  std::deque<Request> stores_;  // requested in this cycle, not yet served
  std::deque<Request> served_;  // in the order of completion
  Bytes read_bytes_ = 0, written_bytes_ = 0;
  sc_core::sc_event store_turn_, completion_;
};

extern const MemoryKind dram_channel_kind;

}  // namespace peeksim
