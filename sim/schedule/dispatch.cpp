#include "sim/schedule/dispatch.h"

#include "sim/base/lookup.h"
#include "sim/schedule/dispatch/dispatch_policies.h"

namespace peeksim {

const std::vector<Dispatch>& dispatch_policies() {
  static const std::vector<Dispatch> table = {gate_dispatch, row_skip_dispatch, packed_dispatch};
  return table;
}

const Dispatch& find_dispatch(const std::string& name) {
  return require_row(dispatch_policies(), name, "dispatch policy", ErrorKind::config,
                     "array.dispatch");
}

}  // namespace peeksim
