#include "sim/schedule/dispatch.h"

#include "sim/base/error.h"
#include "sim/base/suggest.h"
#include "sim/schedule/dispatch/dispatch_policies.h"

namespace peeksim {

const std::vector<Dispatch>& dispatch_policies() {
  static const std::vector<Dispatch> table = {gate_dispatch, row_skip_dispatch, packed_dispatch};
  return table;
}

const Dispatch& find_dispatch(const std::string& name) {
  std::vector<std::string> known;
  for (const Dispatch& dispatch : dispatch_policies()) {
    if (name == dispatch.name) return dispatch;
    known.push_back(dispatch.name);
  }
  throw Error(ErrorKind::config, "array.dispatch", "unknown dispatch policy '" + name + "'",
              suggest(name, known));
}

}  // namespace peeksim
