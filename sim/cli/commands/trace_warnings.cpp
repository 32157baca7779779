#include "sim/cli/commands/trace_warnings.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "sim/report/files/layer_settings.h"
#include "sim/run/machine_binder.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/run.h"
#include "sim/skip/layer_prediction.h"

namespace peeksim {

MachineSpec settled_on(const Trace& trace, const MachineSpec& machine) {
  for (const std::string& warning : machine_warnings(machine, vocabulary()))
    spdlog::warn("{}", warning);
  for (const std::string& entry : unmatched_entries(machine.prediction, layers_of(trace.info())))
    spdlog::warn("{} names no layer of {}", entry, trace.info().path);
  MachineSpec settled = MachineBinder().bind(trace, machine);
  for (const std::string& warning : binding_warnings(trace, settled)) spdlog::warn("{}", warning);
  return settled;
}

void warn_about_skipping(const MachineSpec& machine, const TraceInfo& info) {
  if (!machine.array.skip_zero_activations || !info.has_values) return;
  const auto unknown = std::count_if(info.layers.begin(), info.layers.end(),
                                     [](const TraceLayer& layer) { return !layer.has_ifmap; });
  if (unknown > 0)
    spdlog::warn(
        "{} has no ifmap of {} of its {} layers: no zero activation is skipped there; record it "
        "with tools/extract_trace.py, without --no-ifmap",
        info.path, unknown, info.layers.size());
}

void warn_about_loop(const MachineSpec& machine, const TraceInfo& info) {
  const std::string mismatch = loop_mismatch(machine, info);
  if (!mismatch.empty())
    spdlog::warn(
        "{} {}: its values carry other mispredictions than this machine's; record it with "
        "tools/extract_trace.py --machine of this one",
        info.path, mismatch);
}

void warn_about_prices(const MachineSpec& machine, const EnergyTable& table) {
  for (const std::string& warning : table.warnings(machine)) spdlog::warn("{}", warning);
}

}  // namespace peeksim
