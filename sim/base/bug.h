// The error for a broken invariant of the simulator itself; its message asks for a bug report.
#pragma once

#include <string>

#include "sim/base/error.h"

namespace peeksim {

inline Error bug(const std::string& where, const std::string& what) {
  return Error(ErrorKind::internal, where, what,
               "this is a bug in the simulator: please report it with the machine and the trace");
}

}  // namespace peeksim
