#include "sim/run/bound_machine.h"

#include "sim/base/error.h"
#include "sim/config/machine_checks.h"
#include "sim/run/relative_thresholds.h"
#include "sim/skip/layer_prediction.h"
#include "sim/trace/masks_reader.h"

namespace peeksim {

namespace {

void open_masks(const Trace& trace, MachineSpec& machine) {
  PredictionSpec& prediction = machine.prediction;
  if (prediction.masks_file.empty() || !takes_masks(prediction)) return;
  const auto masks = std::make_shared<MasksReader>(prediction.masks_file, trace);
  if (!prediction.masks_sha256.empty() && prediction.masks_sha256 != masks->sha256())
    throw Error(ErrorKind::config, machine.location("prediction.masks_sha256"),
                "the masks file " + prediction.masks_file + " has the SHA-256 " + masks->sha256() +
                    ", not " + prediction.masks_sha256,
                "restore the file that was meant, or drop the key");
  prediction.masks_sha256 = masks->sha256();
  prediction.masks = masks;
}

}  // namespace

std::vector<std::string> binding_warnings(const Trace& trace, const MachineSpec& bound) {
  std::vector<std::string> warnings = thresholds_below_a_step(bound, trace);
  const Masks* const masks = bound.prediction.masks.get();
  if (masks == nullptr) return warnings;
  const std::vector<Layer> layers = layers_of(trace.info());
  const std::vector<LayerPrediction> settings = resolve_layers(bound, layers);
  std::string first;
  int unused = 0;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (!settings[i].excluded.empty() && masks->has(layers[i].name) && ++unused == 1)
      first = "'" + layers[i].name + "' is " + settings[i].excluded;
  if (unused > 0)
    warnings.push_back("the masks of " + std::to_string(unused) +
                       " of the layers have no effect (" + first +
                       "): set prediction.exclude=[] to use them");
  return warnings;
}

MachineSpec bound_to(const Trace& trace, MachineSpec machine) {
  machine = with_absolute_thresholds(std::move(machine), trace);
  open_masks(trace, machine);
  return machine;
}

}  // namespace peeksim
