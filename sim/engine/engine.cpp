#include "sim/engine/engine.h"

#include "sim/base/lookup.h"
#include "sim/engine/clocked/clocked_engine.h"
#include "sim/engine/event/event_engine.h"

namespace peeksim {

namespace {

template <class Kind>
std::unique_ptr<Engine> make(const MachineSpec& machine, const Accelerator::Options& options) {
  return std::make_unique<Kind>(machine, options);
}

}  // namespace

const std::vector<EngineKind>& engines() {
  static const std::vector<EngineKind> table = {
      {"event", "enters the kernel once per event, fast", false, make<EventEngine>},
      {"clocked", "every cycle, every PE, every operand", true, make<ClockedEngine>},
  };
  return table;
}

const EngineKind& find_engine(const std::string& name) {
  return require_row(engines(), name, "engine", ErrorKind::usage, "");
}

}  // namespace peeksim
