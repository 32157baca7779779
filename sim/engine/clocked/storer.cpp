#include "sim/engine/clocked/storer.h"

namespace peeksim::clocked {

Storer::Storer(const sc_core::sc_module_name& name, const Clock& clock, Wires& wires)
    : Module(name), clock_(clock), wires_(wires) {
  SC_HAS_PROCESS(Storer);
  SC_METHOD(on_input);
  sensitive << wires.step_end.arrived() << wires.drained.written() << wires.ready.written();
  dont_initialize();
  SC_METHOD(on_response);
  sensitive << wires.store_response.arrived();
  dont_initialize();
}

void Storer::begin(const Work& work) {
  work_ = &work;
  waiting_.clear();
  stored_ = 0;
  stored_bytes_ = 0;
}

bool Storer::may_request(const StepEnd& end) const {
  return wires_.drained.read().tiles >= end.tiles &&
         (!end.has_peeks || wires_.ready.read().step >= end.step);
}

void Storer::on_input() {
  guard([this] {
    while (!wires_.step_end.empty()) waiting_.push_back(wires_.step_end.pop());
    for (; !waiting_.empty() && may_request(waiting_.front()); waiting_.pop_front()) {
      StoreRequest store;
      store.step = waiting_.front().step;
      store.bytes = work_->step(store.step).store_bytes;
      store.at = clock_.now();
      stored_bytes_ += store.bytes;
      wires_.store_request.push(store);
    }
  });
}

void Storer::on_response() {
  guard([this] {
    while (!wires_.store_response.empty()) {
      const StoreRequest store = wires_.store_response.pop();
      wires_.stored.write(++stored_);
      if (stored_ == static_cast<int>(work_->plan->steps.size())) wires_.done.write(true);
      work_->recorder.record(store_event(store.step, store.at, store.bytes), store.start,
                             clock_.now());
    }
  });
}

}  // namespace peeksim::clocked
