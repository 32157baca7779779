#include "sim/sweep/design/point_key.h"

#include "sim/config/machine_keys.h"
#include "sim/config/prediction_values.h"
#include "sim/config/show_machine.h"
#include "sim/config/to_yaml.h"
#include "sim/report/files/results_file.h"
#include "sim/report/files/version.h"
#include "sim/trace/sha256.h"

namespace peeksim {

namespace {

std::string sha256_of(const std::string& text) {
  Sha256 hash;
  hash.add(text);
  return hash.hex();
}

MachineSpec without_thresholds(const MachineSpec& machine) {
  MachineSpec plain = machine;
  plain.prediction.channel_thresholds.clear();
  plain.prediction.thresholds_file.clear();
  return plain;
}

// Whether a parameter belongs to a predictor.
bool is_predictors(const std::string& key) {
  return group_of(key) == "prediction";
}

}  // namespace

std::string machine_text(const MachineSpec& machine) {
  return to_yaml(show_machine(without_thresholds(machine)));
}

std::string thresholds_text(const PredictionSpec& prediction) {
  return to_yaml(show_channel_thresholds(prediction.channel_thresholds));
}

std::string thresholds_digest(const PredictionSpec& prediction) {
  if (prediction.channel_thresholds.empty()) return "";
  Sha256 hash;
  for (const auto& [layer, thresholds] : prediction.channel_thresholds) {
    hash.add(layer + "\n" + std::to_string(thresholds.size()) + "\n");
    hash.add(thresholds.data(), thresholds.size() * sizeof thresholds[0]);
  }
  return hash.hex();
}

std::string point_key(const MachineSpec& machine, const std::string& energy_table_sha256,
                      const std::string& trace_sha256, int images) {
  return sha256_of("peeksim point\nversion " + std::string(program_version()) +
                   "\nresults schema " + std::to_string(results_schema_version) + "\ntrace " +
                   trace_sha256 + "\nimages " + std::to_string(images) + "\nenergy table " +
                   energy_table_sha256 + "\nthresholds " + thresholds_digest(machine.prediction) +
                   "\n" + machine_text(machine));
}

std::string prediction_digest(const MachineSpec& machine) {
  MachineSpec plain;
  plain.prediction = machine.prediction;
  plain.prediction.latency = 0;  // delays predictions but does not change them
  for (const auto& [key, value] : machine.parameters.by_key)
    if (is_predictors(key)) plain.parameters.by_key[key] = value;
  return sha256_of(thresholds_digest(machine.prediction) + "\n" + machine_text(plain));
}

std::string dense_digest(const MachineSpec& machine) {
  MachineSpec dense = machine;
  dense.name.clear();
  dense.energy.clear();
  dense.clock_mhz = 1;
  dense.array.multicast_mm = 0;
  dense.dram.kind.clear();
  dense.prediction = PredictionSpec();
  dense.prediction.policy = "none";
  for (const auto& [key, value] : machine.parameters.by_key)
    if (is_predictors(key)) dense.parameters.by_key.erase(key);
  return sha256_of(machine_text(dense));
}

std::string windows_digest(const std::vector<LayerPrediction>& layers) {
  std::string text;
  for (const LayerPrediction& layer : layers) text += layer.grid.window_text() + "\n";
  return sha256_of(text);
}

}  // namespace peeksim
