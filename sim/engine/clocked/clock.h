// The clock: one edge a cycle from the start of a program until its last store is complete. At an
// edge every module looks at what the channels held at the end of the cycle before and does what
// its registers do; then the new cycle settles. The edge is one kernel event that calls the modules
// one by one: what they say goes through registered channels, so their order cannot matter.
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
  // Is called at the end of every cycle of a program, before any register changes; or none.
  void observe(std::function<void(Cycle cycle)> observer) { observer_ = std::move(observer); }

  // The first edge comes at once.
  void start() {
    start_ = current_cycle();
    now_ = 0;
    edge_.notify(sc_core::SC_ZERO_TIME);
    started_.notify(sc_core::SC_ZERO_TIME);
  }
  // Cycles since the start.
  Cycle now() const { return now_; }
  // The first cycle, for modules without registers of their own.
  const sc_core::sc_event& started() const { return started_; }

 private:
  void tick() {
    guard([this] {
      now_ = current_cycle() - start_;
      if (observer_ && now_ > 0 && !done_.read()) observer_(now_ - 1);
      for (Clocked* module : modules_) module->on_edge();
      if (!done_.read()) edge_.notify(period_);
    });
  }

  const Register<bool>& done_;
  std::vector<Clocked*> modules_;
  std::function<void(Cycle)> observer_;
  const sc_core::sc_time period_ = cycles(1);
  Cycle start_ = 0, now_ = 0;
  sc_core::sc_event edge_, started_;
};

}  // namespace peeksim::clocked
