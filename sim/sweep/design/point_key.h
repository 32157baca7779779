// Keys of design points: SHA-256 of everything that a result depends on, so that the same point has
// the same key whatever file described it.
#pragma once

#include <string>

#include "sim/config/load_machine.h"
#include "sim/skip/layer_prediction.h"

namespace peeksim {

// The resolved machine as text, channel thresholds left out: they can be many, and several machines
// share them.
std::string machine_text(const MachineSpec& machine);

// Its channel thresholds as YAML, {layer: [...]}.
std::string thresholds_text(const PredictionSpec& prediction);

// 64 hexadecimal digits each.
std::string point_key(const MachineSpec& machine, const std::string& energy_table_sha256,
                      const std::string& trace_sha256, int images);
std::string thresholds_digest(const PredictionSpec& prediction);
std::string prediction_digest(const MachineSpec& machine);  // of all that masks depend on
std::string dense_digest(
    const MachineSpec& machine);  // of all that the dense machine's counters depend on
std::string windows_digest(const std::vector<LayerPrediction>& layers);

}  // namespace peeksim
