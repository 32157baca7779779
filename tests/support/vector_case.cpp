#include "tests/support/vector_case.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "tests/support/layer_values.h"
#include "tests/support/masks_in_memory.h"
#include "tests/support/zap_in_memory.h"

namespace peeksim {

namespace {

using nlohmann::json;

// Counters that were defined after some cases were drawn, which do not state them.
const std::set<std::string> later_counters = {"multicast_reads",
                                              "weight_selects",
                                              "latched_operands",
                                              "zero_flags",
                                              "jobs_peak",
                                              "queue_peak",
                                              "decision_macs",
                                              "cut_short",
                                              "interpolated",
                                              "tiles_lookahead",
                                              "lookahead_macs",
                                              "lookahead_ifmap_reads",
                                              "lookahead_weight_reads"};

Layer layer_of(const json& j) {
  Layer layer;
  layer.name = "case";
  layer.C = j.at("C");
  layer.H = j.at("H");
  layer.W = j.at("W");
  layer.K = j.at("K");
  layer.R = j.at("R");
  layer.S = j.at("S");
  layer.stride_h = layer.stride_w = j.at("stride");
  layer.pad_top = layer.pad_left = layer.pad_bottom = layer.pad_right = j.at("pad");
  layer.dilation_h = layer.dilation_w = j.at("dilation");
  layer.groups = j.at("groups");
  layer.residual = j.at("residual");
  return layer;
}

PeekSpec peeks_of(const json& j) {
  PeekSpec peeks;
  if (j.is_string()) {
    peeks.pattern = j;
    return peeks;
  }
  peeks.pattern.clear();
  for (const json& position : j) peeks.list.push_back({position.at(0), position.at(1)});
  return peeks;
}

// Widths and rates are decimal numbers in the files: 0.5 bytes, 12.8 bytes a cycle.
int times(int factor, double number) {
  return static_cast<int>(std::lround(factor * number));
}

MachineSpec machine_of(const json& j) {
  MachineSpec machine;
  machine.name = "case";
  machine.array.rows = j.at("rows");
  machine.array.cols = j.at("cols");
  machine.array.lanes = j.at("lanes");
  machine.array.dispatch = j.at("dispatch");
  machine.array.gate_zero_activations = j.at("gate_zero_activations");
  machine.array.skip_zero_activations = j.at("skip_zero_activations");
  machine.array.zero_lookahead = j.at("zero_lookahead");
  machine.buffers.ifmap_banks = j.value("ifmap_banks", 0);
  machine.precision.activation_bits = times(8, j.at("activation_bytes"));
  machine.precision.weight_bits = times(8, j.at("weight_bytes"));
  machine.buffers.ifmap_bytes = j.at("ifmap_buffer_bytes");
  machine.buffers.weight_bytes = j.at("weight_buffer_bytes");
  machine.buffers.ofmap_bytes = j.at("ofmap_buffer_bytes");
  machine.buffers.ifmap_read_width = j.at("ifmap_read_width");
  machine.buffers.weight_read_width = j.at("weight_read_width");
  machine.dram.bytes_per_10_cycles = times(10, j.at("dram_bytes_per_cycle"));
  machine.dram.latency = j.at("dram_latency");
  machine.prediction.policy = j.at("policy");
  machine.prediction.window = {j.at("window").at(0), j.at("window").at(1)};
  machine.prediction.peeks = peeks_of(j.at("peeks"));
  if (j.at("threshold").is_array())
    machine.prediction.channel_thresholds["case"] = j.at("threshold").get<std::vector<double>>();
  else
    machine.prediction.threshold = j.at("threshold");
  machine.prediction.latency = j.at("predict_latency");
  machine.prediction.decision_macs_per_cycle = j.value("decision_macs_per_cycle", 0);
  for (const char* key :
       {"lookahead_bits", "lookahead_ratio", "speculated_percent", "retire_alone"})
    if (j.contains(key))
      machine.parameters.by_key[std::string("prediction.") + key] = j.at(key).get<int>();
  machine.schedule.loop_order = j.at("loop_order");
  return machine;
}

std::vector<float> flatten(const json& j) {
  std::vector<float> values;
  for (const json& plane : j)
    for (const json& row : plane)
      for (const json& value : row) values.push_back(value);
  return values;
}

Masks::Decisions masks_of(const json& j) {
  Masks::Decisions made;
  for (const json& row : j.at("first"))
    for (const json& value : row) made.first.push_back(value);
  for (const float value : flatten(j.at("gated")))
    made.gated.push_back(static_cast<std::uint8_t>(value));
  return made;
}

ZapNetworks networks_of(const json& j, const Layer& layer) {
  return networks_of(j.at("pattern").get<std::string>(), layer,
                     {flatten(j.at("kernel1")), j.at("bias1").get<std::vector<float>>(),
                      flatten(j.at("kernel2")), j.at("bias2").get<std::vector<float>>()});
}

// weights: [K][C/groups][R][S].
Operands operands_of(const json& j, const Layer& layer) {
  Operands operands;
  std::vector<float> weights;
  for (const json& filter : j.at("weights"))
    for (const float weight : flatten(filter)) weights.push_back(weight);
  operands.weight = weights_by_tap(layer, weights);
  if (j.contains("bias")) operands.bias = j.at("bias").get<std::vector<double>>();
  if (j.contains("residual")) operands.residual = flatten(j.at("residual"));
  return operands;
}

VectorCase read_case(const std::filesystem::path& path) {
  std::ifstream file(path);
  const json j = json::parse(file);
  VectorCase c;
  c.path = path.string();
  c.layer = layer_of(j.at("layer"));
  c.machine = machine_of(j.at("machine"));
  c.ofmap = flatten(j.at("ofmap"));
  if (j.contains("ifmap")) c.ifmap = flatten(j.at("ifmap"));
  if (j.contains("weights")) c.operands = operands_of(j, c.layer);
  if (j.contains("zap")) use_zap(c.machine, networks_of(j.at("zap"), c.layer));
  if (j.contains("first")) use_masks(c.machine, masks_of(j), j.at("decision_macs"));
  c.expects_error = j.contains("expected_error");
  if (c.expects_error) return c;
  for (const CounterRow& row : counter_rows) {
    if (later_counters.count(row.name) > 0 && !j.at("expected").contains(row.name))
      c.unstated.push_back(row.value);
    else
      c.expected.*row.value = j.at("expected").at(row.name);
  }
  return c;
}

}  // namespace

LayerValues VectorCase::values() const {
  LayerValues values{ofmap, {}};
  values.operands = operands;
  tell_ifmap(machine, layer, ifmap, values);
  values.check = values.operands.computes();
  return values;
}

std::vector<VectorCase> load_vector_cases(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  if (paths.empty()) throw std::runtime_error("no case*.json in " + folder);
  std::sort(paths.begin(), paths.end());
  std::vector<VectorCase> cases;
  for (const auto& path : paths) cases.push_back(read_case(path));
  return cases;
}

std::vector<VectorCase> all_vector_cases() {
  std::vector<VectorCase> cases = load_vector_cases(PEEKSIM_SOURCE_DIR "/tests/vectors");
  if (const char* folder = std::getenv("PEEKSIM_VECTORS"))
    for (VectorCase& c : load_vector_cases(folder)) cases.push_back(std::move(c));
  return cases;
}

}  // namespace peeksim
