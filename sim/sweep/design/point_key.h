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

// 64 hexadecimal digits each; thresholds_digest() of none: "".
std::string thresholds_digest(const PredictionSpec& prediction);
std::string windows_digest(const std::vector<LayerPrediction>& layers);

// What tells the machine of a point from those of others. Digests as above.
class MachineIdentity {
 public:
  explicit MachineIdentity(const MachineSpec& machine);

  std::string point_key(const std::string& energy_table_sha256, const std::string& trace_sha256,
                        int images) const;
  std::string prediction_digest() const;  // of all that masks depend on
  std::string dense_digest() const;       // of all that the dense machine's counters depend on

 private:
  Value keys_;  // as machine_text()
  std::string thresholds_;
};

}  // namespace peeksim
