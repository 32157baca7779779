// One row per key, in the order in which machines are shown. Defaults are those of MachineSpec.
#include "sim/config/machine_keys.h"

#include <filesystem>
#include <limits>

#include "sim/base/paths.h"
#include "sim/config/key_makers.h"
#include "sim/config/prediction_values.h"
#include "sim/config/read_yaml.h"

namespace peeksim {

namespace {

using namespace key;

MachineKey peeks_key() {
  MachineKey key = custom(
      "prediction.peeks", "name or list of [row, column]", "outputs", "inside the window",
      read_peeks, show_peeks, at(&MachineSpec::prediction, &PredictionSpec::peeks),
      "The positions of a window that are computed first. More of them predict more carefully and "
      "save less");
  key.choices = peek_choices();
  return key;
}

MachineKey layers_key() {
  return {"prediction.layers",
          "list of maps",
          "",
          "match, and any of policy, window, peeks, threshold",
          "What changes for the layers whose name matches the pattern `match` (`*` and `?`); later "
          "entries win over earlier ones. A file that extends another replaces the whole list",
          {},
          [](const Value& value, const Vocabulary& vocabulary, MachineSpec& machine) {
            const auto policies = vocabulary.find("prediction.policy");
            machine.prediction.layers =
                read_layers(value, policies == vocabulary.end() ? std::vector<std::string>{}
                                                                : row_names(policies->second));
          },
          [](const MachineSpec& machine) { return show_layers(machine.prediction.layers); }};
}

MachineKey channel_thresholds_key() {
  return {
      "prediction.channel_thresholds",
      "map of lists of numbers",
      "prediction.threshold_unit",
      "finite, or never",
      "A threshold per output channel, by exact layer name: `{conv1: [0, -0.5, never]}`; `never` "
      "leaves a channel unpredicted. Replaces a thresholds_file that a parent names",
      {},
      [](const Value& value, const Vocabulary&, MachineSpec& machine) {
        machine.prediction.channel_thresholds = read_channel_thresholds(value);
      },
      [](const MachineSpec& machine) {
        return show_channel_thresholds(machine.prediction.channel_thresholds);
      }};
}

// Stands after channel_thresholds, which it fills; shown only when there is nothing to fill in.
MachineKey thresholds_file_key() {
  return {"prediction.thresholds_file",
          "path",
          "",
          "a YAML or JSON file, or empty for none",
          "The same map in a file of its own, for thresholds that a program has tuned. The path is "
          "relative to the file that names it. Replaces channel_thresholds of a parent",
          {},
          [](const Value& value, const Vocabulary&, MachineSpec& machine) {
            machine.prediction.thresholds_file = value.text();
            if (value.text().empty()) return;
            const std::filesystem::path folder =
                std::filesystem::path(value.where().file).parent_path();
            const std::string path = (folder / value.text()).string();
            require_file(path, "the thresholds file", value.where(),
                         "the path is relative to the file that names it");
            const Value file = read_yaml(path);
            if (file.entries().empty()) file.fail("expected thresholds by layer name, found none");
            machine.prediction.channel_thresholds = read_channel_thresholds(file);
          },
          [](const MachineSpec& machine) {
            return machine.prediction.channel_thresholds.empty()
                       ? Value::quoted(machine.prediction.thresholds_file)
                       : Value();
          }};
}

// Of the HDF5 file by which a policy decides. Not looked for here: a machine may be read where the
// file is not, and is not run there.
MachineKey decision_file_key(const char* path, std::string PredictionSpec::*field,
                             const char* meaning) {
  MachineKey key = {
      path,
      "path",
      "",
      "an HDF5 file, or empty for none",
      meaning,
      {},
      [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
        const std::filesystem::path folder =
            std::filesystem::path(value.where().file).parent_path();
        machine.prediction.*field = value.text().empty() ? "" : (folder / value.text()).string();
      },
      [=](const MachineSpec& machine) { return Value::quoted(machine.prediction.*field); }};
  key.shown = [=](const MachineSpec& machine) { return !(machine.prediction.*field).empty(); };
  return key;
}

MachineKey sha256_key(const char* path, std::string PredictionSpec::*field, const char* meaning) {
  MachineKey key = {
      path,
      "text",
      "",
      "64 hexadecimal digits, or empty for any",
      meaning,
      {},
      [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
        const std::string& digits = machine.prediction.*field = value.text();
        const bool hexadecimal = digits.find_first_not_of("0123456789abcdef") == digits.npos;
        if (!digits.empty() && (digits.size() != 64 || !hexadecimal))
          value.fail("expected 64 hexadecimal digits, found '" + digits + "'",
                     "sha256sum prints them");
      },
      [=](const MachineSpec& machine) { return Value::quoted(machine.prediction.*field); }};
  key.shown = [=](const MachineSpec& machine) { return !(machine.prediction.*field).empty(); };
  return key;
}

std::vector<MachineKey> make_keys() {
  using M = MachineSpec;
  using P = PredictionSpec;
  const double any = std::numeric_limits<double>::max();
  constexpr int max_lookahead = 1 << 24;
  return {
      text("name", at(&M::name), "What reports call the machine. The only key without a default"),
      number("clock_mhz", "MHz", 0.001, 1000000, "from 0.001 to 1000000", at(&M::clock_mhz),
             "Turns cycles into seconds in reports; changes no cycle count"),
      text("energy", at(&M::energy),
           "The energy table: the name of one in configs/energy, or a path"),

      integer("array.rows", "PEs", 1, 4096, at(&M::array, &ArraySpec::rows),
              "Height of the array: output positions that are computed side by side"),
      integer("array.cols", "PEs", 1, 4096, at(&M::array, &ArraySpec::cols),
              "Width of the array: output channels that are computed side by side, and so the "
              "width of a channel group"),
      integer("array.lanes", "MACs per PE and cycle", 1, 1024, at(&M::array, &ArraySpec::lanes),
              "Taps of one output that a PE reduces in a cycle. More lanes need wider read ports"),
      name("array.dispatch", {}, at(&M::array, &ArraySpec::dispatch),
           "How the outputs that remain to be computed are packed into tiles"),
      flag("array.gate_zero_activations", at(&M::array, &ArraySpec::gate_zero_activations),
           "Clock-gate a MAC whose activation is exactly 0 or padding. Saves energy, never time; "
           "counts only where the trace holds the ifmap"),
      flag("array.skip_zero_activations", at(&M::array, &ArraySpec::skip_zero_activations),
           "Spend no time on a tap whose activation is exactly 0 or padding at every position of a "
           "tile. Needs gate_zero_activations; counts only where the trace holds the ifmap"),
      integer("array.zero_lookahead", "taps, 0: a whole chunk", 0, max_lookahead,
              at(&M::array, &ArraySpec::zero_lookahead),
              "How far the search for the next live tap looks. Counts only with "
              "skip_zero_activations"),
      number("array.multicast_mm", "mm", 0, any, "at least 0",
             at(&M::array, &ArraySpec::multicast_mm),
             "Wire that an activation drives on its way to any PE, where dispatch needs that; sets "
             "its energy and no time. The default, 0, follows from the array's area: a comb over "
             "all PEs"),

      width("precision.activation_bits", at(&M::precision, &PrecisionSpec::activation_bits),
            "Width of an activation in buffers and DRAM; the wider of both picks the MAC's energy. "
            "It changes no value: the numbers are the trace's"),
      width_in_bytes("precision.activation_bytes", "precision.activation_bits",
                     at(&M::precision, &PrecisionSpec::activation_bits)),
      width("precision.weight_bits", at(&M::precision, &PrecisionSpec::weight_bits),
            "Width of a weight in buffers and DRAM; the wider of both picks the MAC's energy"),
      width_in_bytes("precision.weight_bytes", "precision.weight_bits",
                     at(&M::precision, &PrecisionSpec::weight_bits)),

      bytes("buffers.ifmap_bytes", 1, at(&M::buffers, &BufferSpec::ifmap_bytes),
            "The whole ifmap buffer. Half of it holds a block, the other half receives the next: "
            "larger buffers reload fewer halos"),
      bytes("buffers.weight_bytes", 1, at(&M::buffers, &BufferSpec::weight_bytes),
            "The whole weight buffer. A channel group that fits half of it stays resident, a "
            "larger one is streamed for every tile"),
      bytes("buffers.ofmap_bytes", 1, at(&M::buffers, &BufferSpec::ofmap_bytes),
            "The whole ofmap buffer. Half of it holds a step's outputs, and its residual"),
      port("buffers.ifmap_read_width", at(&M::buffers, &BufferSpec::ifmap_read_width),
           "Activations that the ifmap buffer delivers. `auto` follows the array: rows x lanes "
           "with dispatch gate and row_skip, which never wait then; 4 x rows x lanes with packed, "
           "balanced and balanced_fill, which need up to rows x cols x lanes. The default leaves "
           "the port out of it"),
      integer("buffers.ifmap_banks", "banks, 0: one ideal port", 0, max_port_width,
              at(&M::buffers, &BufferSpec::ifmap_banks),
              "Banks that share the read width; neighboring columns of the map lie in different "
              "ones, and a tile waits for the bank that it reads most from"),
      port("buffers.weight_read_width", at(&M::buffers, &BufferSpec::weight_read_width),
           "Weights that the weight buffer delivers. `auto` follows the array: cols x lanes, for "
           "which it never waits. The default leaves the port out of it"),

      tenths("dram.bytes_per_cycle", "bytes per cycle", max_port_width,
             at(&M::dram, &DramSpec::bytes_per_10_cycles),
             "Bandwidth of the one DRAM channel; 16 at 500 MHz is 8 GB/s"),
      integer("dram.latency", "cycles", 0, max_latency, at(&M::dram, &DramSpec::latency),
              "From the end of a transfer to its completion. The default hides it, to see "
              "bandwidth alone"),
      name("dram.kind",
           {{"generic", "no kind in particular"},
            {"ddr3", "DDR3 SDRAM on a module"},
            {"ddr4", "DDR4 SDRAM on a module"},
            {"lpddr4", "LPDDR4 SDRAM beside the chip"},
            {"hbm2", "HBM2, a stack on an interposer"}},
           at(&M::dram, &DramSpec::kind),
           "Picks the price of a byte in the energy table, and nothing else: bandwidth and latency "
           "stay what they are"),

      name("prediction.policy", {}, at(&M::prediction, &P::policy),
           "Which outputs are predicted to be zero and never computed"),
      custom("prediction.window", "[height, width]", "outputs", "1 to 64 each", read_window,
             show_window, at(&M::prediction, &P::window),
             "The ofmap rectangle that is predicted as one. Larger windows save more and are "
             "wrong more often"),
      peeks_key(),
      number("prediction.threshold", "prediction.threshold_unit", -any, any, "finite",
             at(&M::prediction, &P::threshold),
             "A window is predicted zero when all its peeks are at or below this; with `zap` an "
             "output whose score is. Negative is more careful, positive more daring"),
      name("prediction.threshold_unit",
           {{"value", "as the trace's ofmap values"},
            {"rms",
             "the root mean square of the layer's ofmap in the trace, before the ReLU, over all "
             "images: the same number is as daring in every layer. Needs a trace"}},
           at(&M::prediction, &P::threshold_unit),
           "What threshold, channel_thresholds and the thresholds of prediction.layers count in. "
           "Results hold the values that follow"),
      integer("prediction.latency", "cycles", 0, max_latency, at(&M::prediction, &P::latency),
              "From the end of a step's last peek drain to the decision that releases its "
              "neighbors"),
      integer(
          "prediction.decision_macs_per_cycle", "MACs per cycle, 0: any number", 0, 1 << 24,
          at(&M::prediction, &P::decision_macs_per_cycle),
          "Width of the unit that does the MACs of the decisions of policy `mask`, as many as the "
          "masks say (docs/masks.md), and of policy `zap`"),
      custom("prediction.exclude", "list of names", "",
             "`first`, `kind:conv`, `kind:depthwise`, `kind:fc` or a pattern", read_exclude,
             show_exclude, at(&M::prediction, &P::exclude),
             "Layers that run dense: the network's first, all of a kind, or those whose name "
             "matches a pattern (`*` and `?`)"),
      layers_key(),
      channel_thresholds_key(),
      thresholds_file_key(),
      decision_file_key(
          "prediction.masks_file", &P::masks_file,
          "The decisions of policy `mask`: which outputs of each layer are computed first and "
          "which of the others are gated, made by any program for one trace (docs/masks.md). The "
          "path is relative to the file that names it"),
      sha256_key("prediction.masks_sha256", &P::masks_sha256,
                 "The SHA-256 that the masks file must have. Results hold that of the file that "
                 "was used"),
      decision_file_key("prediction.zap_file", &P::zap_file,
                        "The small trained networks of policy `zap`, as tools/peek_zap.py writes "
                        "them (docs/zap.md). The path is relative to the file that names it"),
      sha256_key("prediction.zap_sha256", &P::zap_sha256,
                 "The SHA-256 that the networks file must have. Results hold that of the file "
                 "that was used"),

      name("schedule.loop_order",
           {{"auto", "per layer the order that reads fewer DRAM bytes, block_major on a tie"},
            {"block_major", "all channel groups of a block, then the next block"},
            {"group_major", "all blocks of a channel group, then the next group"}},
           at(&M::schedule, &ScheduleSpec::loop_order),
           "What stays on chip while the rest is reloaded: an ifmap block or a group's weights"),
  };
}

}  // namespace

const std::vector<MachineKey>& machine_keys() {
  static const std::vector<MachineKey> keys = make_keys();
  return keys;
}

const MachineKey* find_machine_key(const std::string& path) {
  for (const MachineKey& key : machine_keys()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

std::string group_of(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

std::string leaf_of(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

std::vector<Choice> choices_of(const MachineKey& key, const Vocabulary& vocabulary) {
  if (!key.choices.empty()) return key.choices;
  const auto known = vocabulary.find(key.path);
  return known == vocabulary.end() ? std::vector<Choice>{} : known->second;
}

}  // namespace peeksim
