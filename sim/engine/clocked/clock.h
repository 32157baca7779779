// The clock: one edge a cycle from the start of a program until its last store is complete. At an
// edge every module looks at what the channels held at the end of the cycle before and does what
// its registers do; then the delta cycles of the new cycle follow. The edge calls the modules one
// by one: they communicate through registered channels only, so their order cannot matter. Where
// none of them writes to one there are no delta cycles, and the next edge follows without the
// kernel.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "sim/engine/clocked/register.h"
#include "sim/engine/kernel/cycle_time.h"
#include "sim/engine/kernel/module.h"

namespace peeksim::clocked {

class Clocked {
 public:
  virtual ~Clocked() = default;
  virtual void on_edge() = 0;
};

class Clock : public Module {
 public:
  Clock(const sc_core::sc_module_name& name, const Register<bool>& done)
      : Module(name), done_(done) {
    SC_HAS_PROCESS(Clock);
    SC_METHOD(tick);
    sensitive << edge_;
    dont_initialize();
  }

  void drive(Clocked& module) { modules_.push_back(&module); }
  void drive(Latched& latch) { latches_.push_back(&latch); }
  // Is called at the end of every cycle of a program, before any register changes; or none.
  void observe(std::function<void(Cycle cycle)> observer) { observer_ = std::move(observer); }

  // The first edge comes at once. shares_time: another module keeps time by the kernel, which then
  // has to see every cycle.
  void start(bool shares_time) {
    shares_time_ = shares_time;
    next_ = now_ = 0;
    edge_.notify(sc_core::SC_ZERO_TIME);
    started_.notify(sc_core::SC_ZERO_TIME);
  }
  // Cycles since the start. The kernel's own time may be behind in the delta cycles.
  Cycle now() const { return now_; }
  // The first cycle, for modules without registers of their own.
  const sc_core::sc_event& started() const { return started_; }

 private:
  void tick() {
    guard([this] {
      Cycle edges = 0;
      do {
        edge();
        ++edges;
      } while (!shares_time_ && !done_.read() && !sc_core::sc_pending_activity_at_current_time());
      if (!done_.read()) edge_.notify(until(current_cycle() + edges));
    });
  }

  void edge() {
    now_ = next_++;
    for (Latched* latch : latches_) latch->latch();
    if (observer_ && now_ > 0 && !done_.read()) observer_(now_ - 1);
    for (Clocked* module : modules_) module->on_edge();
  }

  const Register<bool>& done_;
  std::vector<Clocked*> modules_;
  std::vector<Latched*> latches_;
  std::function<void(Cycle)> observer_;
  bool shares_time_ = false;
  Cycle next_ = 0, now_ = 0;
  sc_core::sc_event edge_, started_;
};

}  // namespace peeksim::clocked
