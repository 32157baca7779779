// The prediction settings of a machine, resolved for one layer: predictor, windows, thresholds, and
// why a layer runs dense although the machine predicts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/config/machine.h"
#include "sim/skip/predictor.h"
#include "sim/workload/layer.h"

namespace peeksim {

// The identity of a file that a predictor decides by.
struct DecisionFile {
  const char* key = nullptr;  // of the SHA-256 in documents; null: there is no file
  std::string sha256;
};

struct LayerPrediction {
  const Predictor* predictor = nullptr;
  WindowGrid grid;
  std::vector<float> thresholds;       // [K], rounded down so that float <= threshold stays exact
  Location threshold_where;            // where the thresholds were set
  ParameterValues parameters;          // the predictor's own
  std::string excluded;                // "" or why the machine's predictor does not run here
  std::shared_ptr<const Masks> masks;  // the layer's decisions; null: they follow from its values
  std::shared_ptr<const ZapNetworks> zap;
  std::string layer;                // its name in `masks` or `zap`
  DecisionFile file;                // that the predictor decides by
  Count decision_macs = 0;          // of its own, for each output that is not computed first
  Count decisions_per_channel = 0;  // where they are the same for all images

  bool predicts() const { return predictor->predicts(); }
  // Whether the prediction unit compares peeks with thresholds.
  bool compares() const { return predictor->rule != nullptr; }
  // Whether thresholds count.
  bool reads_thresholds() const { return compares() || predictor->reads_thresholds; }
  // Whether the machine computes peeks first and decides when it knows them.
  bool decides() const { return compares() || predictor->has_decision_unit; }
  // The value of one of the predictor's whole-numbered parameters; null: 0.
  int value_of(const Parameter* parameter) const {
    return parameter == nullptr ? 0 : static_cast<int>(parameters.of(*parameter));
  }
  // Everything that the layer's predictions depend on besides its values, as bytes.
  std::string fingerprint() const;
  // The thresholds as bytes, for the predictors' own part of that.
  std::string threshold_bytes() const;
  // Whether a channel that can be predicted has a threshold below 0.
  bool has_negative_threshold() const;
};

// Throws Error(config) when no ReLU follows the layer, of which the file that `file_key` names has
// what a predictor decides by.
void require_relu(const MachineSpec& machine, const char* file_key, const char* what,
                  const Layer& layer);

// The largest float at or below `threshold`: value <= threshold then needs no double.
float round_down(double threshold);

// REQUIRES: shape_error(layer) is empty. Throws Error(config): unknown predictor, a peek outside
// the window, per-channel thresholds whose number is not K (whatever the predictor); what depends
// on a trace (run/machine_binder.h) and is needed, but is not bound to one: thresholds in units of
// the layers' RMS, masks; masks of a layer that no ReLU follows.
LayerPrediction resolve_prediction(const MachineSpec& machine, const Layer& layer, bool is_first);

// The settings of all layers of a network, in the order of execution: the first convolution among
// them is `first`. Throws as resolve_prediction.
std::vector<LayerPrediction> resolve_layers(const MachineSpec& machine,
                                            const std::vector<Layer>& layers);

// Values that have passed the ReLU cannot tell a small positive output from a clearly negative one,
// so a threshold below 0 would silently predict nothing, and a score mean nothing. Throws
// Error(trace) for such values.
void require_unrectified(const LayerPrediction& settings, const std::string& layer,
                         const std::vector<float>& ofmap, const std::string& trace_path);

// The entries of prediction.exclude, prediction.layers and the thresholds file that name none of
// the layers: most likely a mistake, worth a warning.
std::vector<std::string> unmatched_entries(const PredictionSpec& prediction,
                                           const std::vector<Layer>& layers);

}  // namespace peeksim
