#include "sim/engine/engine_kind.h"

#include "sim/base/lookup.h"
#include "sim/engine/clocked/clocked_engine.h"
#include "sim/engine/event/event_engine.h"

namespace peeksim {

const std::vector<EngineKind>& engines() {
  static const std::vector<EngineKind> table = {event::engine_kind, clocked::engine_kind};
  return table;
}

const EngineKind& find_engine(const std::string& name) {
  return require_row(engines(), name, "engine", ErrorKind::usage, "");
}

}  // namespace peeksim
