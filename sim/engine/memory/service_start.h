// A TLM extension that any memory may ignore: an initiator that wants to know when its transfer
// began to be served attaches it, with the cycle of the request; a memory that knows better writes
// that cycle into it before it responds.
#pragma once

#include <tlm>

#include "sim/base/units.h"

namespace peeksim {

struct ServiceStart : tlm::tlm_extension<ServiceStart> {
  Cycle start = 0;

  tlm::tlm_extension_base* clone() const override { return new ServiceStart(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    start = static_cast<const ServiceStart&>(other).start;
  }
};

}  // namespace peeksim
