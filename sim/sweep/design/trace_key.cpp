#include "sim/sweep/design/trace_key.h"

namespace peeksim {

std::string trace_key(const Value& map, const std::string& remedy) {
  const Value* const workload = map.find("workload");
  const bool has_trace = map.find("trace") != nullptr;
  if (workload != nullptr && has_trace)
    workload->fail("trace and workload are both given",
                   "keep one: a workload is for dense machines");
  if (workload == nullptr && !has_trace) map.fail("the key 'trace' is missing", remedy);
  return has_trace ? "trace" : "workload";
}

}  // namespace peeksim
