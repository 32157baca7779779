// What a machine's prediction settings mean on every layer of a network, resolved by the code that
// the simulator itself runs: the one source for other programs, so that no rule of patterns,
// exclusions, overlays and thresholds files is written twice (docs/masks.md).
#pragma once

#include <string>
#include <vector>

#include "sim/skip/layer_prediction.h"
#include "sim/trace/trace.h"

namespace peeksim {

// What decides which outputs are gated (names, policies, windows, peeks, thresholds) as 16
// hexadecimal digits: equal digests mean equal predictions.
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
