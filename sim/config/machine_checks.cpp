#include "sim/config/machine_checks.h"

#include <algorithm>
#include <utility>

#include "sim/config/settings.h"

namespace peeksim {

namespace {

[[noreturn]] void fail(const MachineSpec& machine, const char* key, const std::string& what,
                       const std::string& remedy) {
  throw Error(ErrorKind::config, machine.location(key), what, remedy);
}

void require_possible_skipping(const MachineSpec& machine) {
  const ArraySpec& array = machine.array;
  if (array.skip_zero_activations && !array.gate_zero_activations)
    fail(machine, "array.skip_zero_activations",
         "zero activations cannot be skipped where they are not gated",
         "set array.gate_zero_activations: true");
  if (array.zero_lookahead < 0)
    fail(machine, "array.zero_lookahead",
         "expected 0 or more taps, found " + std::to_string(array.zero_lookahead),
         "0 searches a whole chunk");
}

void require_possible_banks(const MachineSpec& machine) {
  const int banks = machine.buffers.ifmap_banks, width = machine.buffers.ifmap_read_width;
  if (banks == 0) return;
  if (banks < 0)
    fail(machine, "buffers.ifmap_banks", "expected 0 or more banks, found " + std::to_string(banks),
         "0 is one ideal port");
  if (width == 0)
    fail(machine, "buffers.ifmap_banks",
         "banks share a read width, and that of the ifmap buffer is unlimited",
         "set buffers.ifmap_read_width, or ifmap_banks: 0");
  if (width < banks)
    fail(machine, "buffers.ifmap_banks",
         std::to_string(banks) + " banks share a read width of " + std::to_string(width) +
             ": less than one element each",
         "set buffers.ifmap_read_width to a multiple of the banks");
}

// Of the policy of the machine and those of single layers.
template <class Predicate>
bool any_policy(const PredictionSpec& prediction, const Predicate& is) {
  return is(prediction.policy) || std::any_of(prediction.layers.begin(), prediction.layers.end(),
                                              [&](const LayerPredictionOverride& layer) {
                                                return layer.policy && is(*layer.policy);
                                              });
}

bool predicts(const PredictionSpec& prediction) {
  return any_policy(prediction, [](const std::string& policy) { return policy != "none"; });
}

}  // namespace

bool has_policy(const PredictionSpec& prediction, const std::string& policy) {
  return any_policy(prediction, [&](const std::string& one) { return one == policy; });
}

void require_consistent(const MachineSpec& machine) {
  require_possible_skipping(machine);
  require_possible_banks(machine);
  if (machine.prediction.threshold_unit == "rms" && has_policy(machine.prediction, "zap"))
    fail(machine, "prediction.threshold_unit",
         "policy 'zap' compares thresholds with scores of its own, which no RMS of values scales",
         "set it to value");
}

std::vector<std::string> ineffective_keys(const MachineSpec& machine) {
  std::vector<std::string> idle;
  if (machine.array.zero_lookahead > 0 && !machine.array.skip_zero_activations)
    idle.push_back("array.zero_lookahead has no effect without array.skip_zero_activations");
  if (!machine.prediction.masks_file.empty() && !has_policy(machine.prediction, "mask"))
    idle.push_back("prediction.masks_file has no effect: no layer's prediction.policy is mask");
  if (!machine.prediction.zap_file.empty() && !has_policy(machine.prediction, "zap"))
    idle.push_back("prediction.zap_file has no effect: no layer's prediction.policy is zap");
  if (predicts(machine.prediction)) return idle;
  for (const auto& [key, is_set] :
       {std::pair<std::string, bool>{inline_thresholds,
                                     !machine.prediction.channel_thresholds.empty()},
        {"prediction.threshold", machine.prediction.threshold != 0}})
    if (is_set) idle.push_back(key + " has no effect: prediction.policy is none");
  return idle;
}

}  // namespace peeksim
