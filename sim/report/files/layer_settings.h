// The prediction settings of a machine for each layer of a network, resolved by the same code that
// the simulator runs, so that other programs need not repeat the rules for patterns, exclusions,
// per-layer entries and thresholds files (docs/masks.md).
#pragma once

#include <string>
#include <vector>

#include "sim/skip/layer_prediction.h"
#include "sim/trace/trace.h"

namespace peeksim {

// A digest of all that decides which outputs are gated (names, policies, windows, peeks,
// thresholds), 16 hexadecimal digits: equal digests mean equal predictions.
std::string settings_digest(const std::vector<Layer>& layers,
                            const std::vector<LayerPrediction>& resolved);

// "", or why a closed-loop trace's values are not those of this machine's predictions: a clause for
// a warning. Throws as resolve_layers.
std::string loop_mismatch(const MachineSpec& machine, const TraceInfo& info);

// The resolved settings of one layer as a JSON object.
std::string layer_setting_json(const Layer& layer, const LayerPrediction& settings);

// The resolved settings and their digest as a JSON document. Throws as above.
std::string layer_settings_json(const MachineSpec& machine, const std::string& network,
                                const std::vector<Layer>& layers);

}  // namespace peeksim
