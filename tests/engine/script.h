// Modules that run a test's script: actions at given cycles, or at an event.
#pragma once

#include <functional>
#include <systemc>
#include <vector>

#include "sim/engine/kernel/cycle_time.h"

namespace peeksim {

class Script : public sc_core::sc_module {
 public:
  struct Action {
    Cycle at = 0;
    std::function<void()> act;
  };

  // REQUIRES: actions are in the order of their cycles. Those of one cycle run one after another.
  Script(const sc_core::sc_module_name& name, std::vector<Action> actions)
      : sc_module(name), actions_(std::move(actions)) {
    SC_HAS_PROCESS(Script);
    SC_METHOD(run);
  }

 private:
  void run() {
    for (; next_ < actions_.size(); ++next_) {
      const sc_core::sc_time due = cycles(actions_[next_].at);
      if (due > sc_core::sc_time_stamp()) {
        next_trigger(due - sc_core::sc_time_stamp());
        return;
      }
      actions_[next_].act();
    }
  }

  std::vector<Action> actions_;
  std::size_t next_ = 0;
};

class OnEvent : public sc_core::sc_module {
 public:
  OnEvent(const sc_core::sc_module_name& name, const sc_core::sc_event& event,
          std::function<void()> act)
      : sc_module(name), act_(std::move(act)) {
    SC_HAS_PROCESS(OnEvent);
    SC_METHOD(run);
    sensitive << event;
    dont_initialize();
  }

 private:
  void run() { act_(); }

  std::function<void()> act_;
};

}  // namespace peeksim
