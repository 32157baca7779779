#include "sim/run/machine_binder.h"

#include <algorithm>

#include "sim/base/error.h"
#include "sim/config/machine_checks.h"
#include "sim/run/relative_thresholds.h"
#include "sim/skip/layer_prediction.h"
#include "sim/trace/masks_reader.h"
#include "sim/trace/zap_reader.h"

namespace peeksim {

namespace {

// Keeps the SHA-256 of a file in the machine, which may have named the one that it wants.
void settle_sha256(const MachineSpec& machine, const char* key, const std::string& file,
                   const std::string& found, std::string& wanted) {
  if (!wanted.empty() && wanted != found)
    throw Error(ErrorKind::config, machine.location(key),
                "the file " + file + " has the SHA-256 " + found + ", not " + wanted,
                "restore the file that was meant, or drop the key");
  wanted = found;
}

// `has`: whether a file has masks, or networks, of a layer.
template <class Has>
void warn_of_excluded(const MachineSpec& machine, const std::vector<Layer>& layers,
                      const char* what, const Has& has, std::vector<std::string>& warnings) {
  const std::vector<LayerPrediction> settings = resolve_layers(machine, layers);
  std::string first;
  int unused = 0;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (!settings[i].excluded.empty() && has(layers[i]) && ++unused == 1)
      first = "'" + layers[i].name + "' is " + settings[i].excluded;
  if (unused > 0)
    warnings.push_back("the " + std::string(what) + " of " + std::to_string(unused) +
                       " of the layers have no effect (" + first +
                       "): set prediction.exclude=[] to use them");
}

}  // namespace

std::vector<std::string> binding_warnings(const Trace& trace, const MachineSpec& bound) {
  std::vector<std::string> warnings = thresholds_below_a_step(bound, trace);
  const Masks* const masks = bound.prediction.masks.get();
  const ZapNetworks* const zap = bound.prediction.zap.get();
  const std::vector<Layer> layers = layers_of(trace.info());
  if (masks != nullptr)
    warn_of_excluded(
        bound, layers, "masks", [&](const Layer& layer) { return masks->has(layer.name); },
        warnings);
  if (zap == nullptr) return warnings;
  const auto has = [&](const Layer& layer) { return zap->find(path_in_files(layer)) != nullptr; };
  warn_of_excluded(bound, layers, "networks", has, warnings);
  const auto unknown = zap->layers.size() - std::count_if(layers.begin(), layers.end(), has);
  if (unknown > 0)
    warnings.push_back(bound.prediction.zap_file + " has networks of " + std::to_string(unknown) +
                       " layers that " + trace.info().path + " does not have");
  return warnings;
}

MachineSpec MachineBinder::open_networks(MachineSpec machine) {
  PredictionSpec& prediction = machine.prediction;
  if (prediction.zap_file.empty() || !has_policy(prediction, "zap")) return machine;
  std::shared_ptr<const ZapNetworks>& networks = networks_[prediction.zap_file];
  if (networks == nullptr)
    networks = std::make_shared<ZapNetworks>(read_zap_networks(prediction.zap_file));
  settle_sha256(machine, "prediction.zap_sha256", prediction.zap_file, networks->sha256,
                prediction.zap_sha256);
  prediction.zap = networks;
  return machine;
}

void MachineBinder::open_masks(const Trace& trace, MachineSpec& machine) {
  PredictionSpec& prediction = machine.prediction;
  if (prediction.masks_file.empty() || !has_policy(prediction, "mask")) return;
  auto& [masks, sha256] = masks_[{prediction.masks_file, trace.info().path}];
  if (masks == nullptr) {
    const auto opened = std::make_shared<MasksReader>(prediction.masks_file, trace);
    sha256 = opened->sha256();
    masks = opened;
  }
  settle_sha256(machine, "prediction.masks_sha256", prediction.masks_file, sha256,
                prediction.masks_sha256);
  prediction.masks = masks;
}

MachineSpec MachineBinder::bind(const Trace& trace, MachineSpec machine) {
  machine = open_networks(with_absolute_thresholds(std::move(machine), trace));
  open_masks(trace, machine);
  return machine;
}

}  // namespace peeksim
