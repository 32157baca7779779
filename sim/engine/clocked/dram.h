// The DRAM channel, clocked: moves `bytes_per_cycle` of the transfer at the head of its queue each
// cycle; a transfer is answered `latency` cycles after its last byte. At equal times loads go
// before stores.
#pragma once

#include <deque>
#include <vector>

#include "sim/config/machine.h"
#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/wires.h"

namespace peeksim::clocked {

class Dram : public Module, public Clocked {
 public:
  Dram(const sc_core::sc_module_name& name, Clock& clock, Wires& wires);

  // `used`: the program's transfers are this block's, and not another memory's.
  void begin(const DramSpec& spec, bool used);
  Bytes read_bytes() const { return read_bytes_; }
  Bytes written_bytes() const { return written_bytes_; }

  // For waveforms: what is on the channel in this cycle.
  bool loads() const { return busy_ && !active_.is_store; }
  bool stores() const { return busy_ ? active_.is_store : !stores_.empty(); }

 private:
  struct Transfer {
    bool is_store = false;
    LoadRequest load;
    StoreRequest store;
    Bytes left = 0;  // tenths of a byte that are not yet moved
    Cycle complete = 0;
    void start_at(Cycle cycle) { (is_store ? store.start : load.start) = cycle; }
  };

  void on_edge() override;
  bool idle() const { return !busy_ && queue_.empty() && stores_.empty() && finished_.empty(); }
  void on_load_request();
  void on_store_request();
  // Takes transfers to the channel in `cycle` until one of them occupies it.
  void take(Cycle cycle);
  void finish(const Transfer& transfer, Cycle last_byte);
  void respond();

  const Clock& clock_;
  Wires& wires_;
  DramSpec spec_;
  bool used_ = true;
  std::deque<Transfer> queue_;    // in the order of service
  std::vector<Transfer> stores_;  // that came in this cycle: loads may still go before them
  bool busy_ = false;
  Transfer active_;
  std::deque<Transfer> finished_;  // moved, not yet answered
  Bytes read_bytes_ = 0, written_bytes_ = 0;
};

}  // namespace peeksim::clocked
