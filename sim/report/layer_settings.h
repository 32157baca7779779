// What a machine's prediction settings mean on every layer of a network, resolved by the code that
// the simulator itself runs: the one source for other programs, so that no rule of patterns,
// exclusions, overlays and thresholds files is written twice (docs/masks.md).
#pragma once

#include <string>
#include <vector>

#include "sim/predict/layer_prediction.h"
#include "sim/trace/trace.h"

namespace peeksim {

// The layers of a trace, without what is known of their values.
std::vector<Layer> layers_of(const TraceInfo& info);

// One per layer, in order; the first convolution counts as "first" for prediction.exclude.
// REQUIRES: shape_error(layer) is empty for every layer. Throws Error(config) as
// resolve_prediction does.
std::vector<LayerPrediction> resolve_layers(const MachineSpec& machine,
                                            const std::vector<Layer>& layers);

// The same as a JSON document. Throws as above.
std::string layer_settings_json(const MachineSpec& machine, const std::string& network,
                                const std::vector<Layer>& layers);

}  // namespace peeksim
