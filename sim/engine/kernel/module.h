// The base class of all hardware blocks: it stores an exception of one of its processes, which the
// kernel would strip of its type, and stops the kernel, so that the caller can throw it again.
#pragma once

#include <exception>
#include <systemc>

namespace peeksim {

class Module : public sc_core::sc_module {
 public:
  // Throws what a process of this block threw, if any.
  void rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 protected:
  explicit Module(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {}

  template <class Body>
  void guard(Body&& body) {
    try {
      body();
    } catch (...) {
      failure_ = std::current_exception();
      // The caller reports the failure; the kernel need not announce that it was stopped.
      sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO,
                                              sc_core::SC_DO_NOTHING);
      sc_core::sc_stop();
    }
  }

 private:
  std::exception_ptr failure_;
};

}  // namespace peeksim
