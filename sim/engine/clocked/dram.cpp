#include "sim/engine/clocked/dram.h"

namespace peeksim::clocked {

Dram::Dram(const sc_core::sc_module_name& name, Clock& clock, Wires& wires)
    : Module(name), clock_(clock), wires_(wires) {
  clock.drive(*this);
  SC_HAS_PROCESS(Dram);
  SC_METHOD(on_load_request);
  sensitive << wires.load_request.arrived();
  dont_initialize();
  SC_METHOD(on_store_request);
  sensitive << wires.store_request.arrived();
  dont_initialize();
}

void Dram::begin(const DramSpec& spec, bool used) {
  spec_ = spec;
  used_ = used;
  queue_.clear();
  stores_.clear();
  finished_.clear();
  busy_ = false;
  read_bytes_ = written_bytes_ = 0;
}

void Dram::on_edge() {
  if (idle()) return;
  const Cycle now = clock_.now();
  // The cycle that is over: no load of it can come any more.
  queue_.insert(queue_.end(), stores_.begin(), stores_.end());
  stores_.clear();
  take(now - 1);
  if (busy_) {
    active_.left -= spec_.bytes_per_10_cycles;
    if (active_.left <= 0) {
      busy_ = false;
      finish(active_, now);
    }
  }
  take(now);
  respond();
}

void Dram::on_load_request() {
  if (!used_) return;
  guard([this] {
    while (!wires_.load_request.empty()) {
      Transfer transfer;
      transfer.load = wires_.load_request.pop();
      transfer.left = 10 * transfer.load.bytes;
      read_bytes_ += transfer.load.bytes;
      queue_.push_back(transfer);
    }
    take(clock_.now());
    respond();
  });
}

void Dram::on_store_request() {
  if (!used_) return;
  while (!wires_.store_request.empty()) {
    Transfer transfer;
    transfer.is_store = true;
    transfer.store = wires_.store_request.pop();
    transfer.left = 10 * transfer.store.bytes;
    written_bytes_ += transfer.store.bytes;
    stores_.push_back(transfer);
  }
}

void Dram::take(Cycle cycle) {
  while (!busy_ && !queue_.empty()) {
    Transfer transfer = queue_.front();
    queue_.pop_front();
    transfer.start_at(cycle);
    if (transfer.left == 0) {
      finish(transfer, cycle);
    } else {
      active_ = transfer;
      busy_ = true;
    }
  }
}

void Dram::finish(const Transfer& transfer, Cycle last_byte) {
  finished_.push_back(transfer);
  finished_.back().complete = last_byte + spec_.latency;
}

void Dram::respond() {
  for (; !finished_.empty() && finished_.front().complete <= clock_.now(); finished_.pop_front()) {
    const Transfer& transfer = finished_.front();
    if (transfer.is_store)
      wires_.store_response.push(transfer.store);
    else
      wires_.load_response.push(transfer.load);
  }
}

}  // namespace peeksim::clocked
