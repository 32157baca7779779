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

Value show_without_thresholds(const MachineSpec& machine) {
  const PredictionSpec& prediction = machine.prediction;
  if (prediction.channel_thresholds.empty() && prediction.thresholds_file.empty())
    return show_machine(machine);
  MachineSpec plain = machine;
  plain.prediction.channel_thresholds.clear();
  plain.prediction.thresholds_file.clear();
  return show_machine(plain);
}

// What the files hold counts, and not their names.
Value show_without_files(MachineSpec machine) {
  machine.prediction.masks_file.clear();
  machine.prediction.zap_file.clear();
  return show_without_thresholds(machine);
}

bool is_about_prediction(const std::string& key) {
  return group_of(key) == "prediction";
}

// Keys of the prediction that change when predictions are known or used, and none of them.
bool is_about_time(const std::string& key) {
  return key == "prediction.latency" || key == "prediction.decision_macs_per_cycle" ||
         key == "prediction.lookahead_ratio" || key == "prediction.retire_alone";
}

// Keys that change what a run is called and what it costs, but no counter.
bool is_name_or_price(const std::string& key) {
  return key == "name" || key == "energy" || key == "clock_mhz" || key == "array.multicast_mm" ||
         key == "dram.kind";
}

// The keys that `counts` holds for, as text.
template <class Predicate>
std::string text_of(const Value& keys, const Predicate& counts) {
  std::string text;
  const auto add = [&](const std::string& key, const Value& value) {
    if (counts(key)) text += key + ": " + to_yaml(value);
  };
  for (const auto& [key, value] : keys.entries()) {
    if (!value.is_map()) add(key, value);
    if (!value.is_map()) continue;
    for (const auto& [leaf, inner] : value.entries()) add(key + "." + leaf, inner);
  }
  return text;
}

}  // namespace

std::string machine_text(const MachineSpec& machine) {
  return to_yaml(show_without_thresholds(machine));
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

MachineIdentity::MachineIdentity(const MachineSpec& machine)
    : keys_(show_without_files(machine)), thresholds_(thresholds_digest(machine.prediction)) {}

std::string MachineIdentity::point_key(const std::string& energy_table_sha256,
                                       const std::string& trace_sha256, int images) const {
  return sha256_of("peeksim point\nversion " + std::string(program_version()) +
                   "\nresults schema " + std::to_string(results_schema_version) + "\ntrace " +
                   trace_sha256 + "\nimages " + std::to_string(images) + "\nenergy table " +
                   energy_table_sha256 + "\nthresholds " + thresholds_ + "\n" + to_yaml(keys_));
}

std::string MachineIdentity::prediction_digest() const {
  return sha256_of(thresholds_ + "\n" + text_of(keys_, [](const std::string& key) {
                     return is_about_prediction(key) && !is_about_time(key);
                   }));
}

std::string MachineIdentity::dense_digest() const {
  return sha256_of(text_of(keys_, [](const std::string& key) {
    return !is_about_prediction(key) && !is_name_or_price(key);
  }));
}

std::string windows_digest(const std::vector<LayerPrediction>& layers) {
  std::string text;
  for (const LayerPrediction& layer : layers) text += layer.grid.window_text() + "\n";
  return sha256_of(text);
}

}  // namespace peeksim
