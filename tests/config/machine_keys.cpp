// Properties of the whole table of keys, and the shipped machines.
#include "sim/config/machine_keys.h"

#include <doctest/doctest.h>

#include <set>

#include "sim/config/load_machine.h"
#include "sim/config/machine_reference.h"
#include "sim/config/show_machine.h"
#include "sim/config/to_yaml.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

const Vocabulary vocabulary = {
    {"array.dispatch",
     {{"gate", "clock-gate"},
      {"row_skip", "skip"},
      {"packed", "pack", {}, 4},
      {"balanced_fill", "fill"}}},
    {"prediction.policy", {{"none", "dense"}, {"peek", "look"}, {"oracle", "know"}}}};

// A value for every key that is not its default.
const std::map<std::string, std::string> other_values = {
    {"name", "another"},
    {"array.rows", "3"},
    {"array.cols", "5"},
    {"array.lanes", "7"},
    {"array.dispatch", "packed"},
    {"array.gate_zero_activations", "false"},
    {"array.skip_zero_activations", "true"},
    {"array.zero_lookahead", "6"},
    {"array.multicast_mm", "2.5"},
    {"precision.activation_bits", "12"},
    {"precision.activation_bytes", "2"},
    {"precision.weight_bits", "4"},
    {"precision.weight_bytes", "4"},
    {"buffers.ifmap_bytes", "3 KiB"},
    {"buffers.weight_bytes", "5 KiB"},
    {"buffers.ofmap_bytes", "77"},
    {"buffers.ifmap_read_width", "9"},
    {"buffers.ifmap_banks", "2"},
    {"buffers.weight_read_width", "11"},
    {"dram.bytes_per_cycle", "12.8"},
    {"dram.latency", "15"},
    {"dram.kind", "lpddr4"},
    {"prediction.policy", "oracle"},
    {"prediction.window", "[3, 4]"},
    {"prediction.peeks", "[[1, 0], [0, 1]]"},
    {"prediction.threshold", "-0.1"},
    {"prediction.threshold_unit", "rms"},
    {"prediction.latency", "17"},
    {"prediction.exclude", "[first, \"kind:depthwise\", \"a*\"]"},
    {"prediction.layers",
     "[{match: \"b*\", policy: none, window: [4, 4], peeks: corner, threshold: 0.3}, {match: c, "
     "peeks: [[0, 1]]}]"},
    {"prediction.channel_thresholds", "{conv1: [0.1, never, -2e-7], \"fire2/a\": [3]}"},
    {"prediction.thresholds_file", ""},  // the path of a file, filled in by the test
    {"prediction.decision_macs_per_cycle", "12"},
    {"prediction.masks_file", "/m/masks.h5"},
    {"prediction.masks_sha256", std::string(64, 'a')},
    {"prediction.zap_file", "/m/zap.h5"},
    {"prediction.zap_sha256", std::string(64, 'b')},
    {"schedule.loop_order", "group_major"},
    {"clock_mhz", "333.3"},
    {"energy", "eyeriss-relative"}};

std::string shown(const MachineSpec& machine) {
  return to_yaml(show_machine(machine));
}

MachineSpec reload(const MachineSpec& machine, const TempFolder& folder) {
  return load_machine(folder.write("again.yaml", shown(machine)), {}, vocabulary);
}

const std::vector<std::string> shipped = {
    "dense-16x16",       "peek-16x16",          "peek-64x4",
    "peek-16x16-packed", "peek-16x16-balanced", "dense-16x16-skip",
    "peek-16x16-skip",   "peek-8x32-balanced",  "tiny"};

std::string shipped_path(const std::string& name) {
  return std::string(PEEKSIM_SOURCE_DIR) + "/configs/" + name + ".yaml";
}

}  // namespace

TEST_CASE("every key changes the machine, and the machine shown reads back as the same") {
  const TempFolder folder;
  folder.write("t.yaml", "conv1: [1, 2]\n");
  const std::string path = folder.write("m.yaml", "name: m\n");
  const std::string before = shown(load_machine(path, {}, vocabulary));
  std::set<std::string> seen = {before};
  for (const MachineKey& key : machine_keys()) {
    INFO(key.path);
    REQUIRE(other_values.count(key.path) == 1);
    std::string value = other_values.at(key.path);
    if (key.path == "prediction.thresholds_file") value = folder.path("t.yaml");
    std::vector<std::string> overrides = {key.path + "=" + value};
    if (key.path == "buffers.ifmap_banks") overrides.push_back("buffers.ifmap_read_width=10");
    const MachineSpec machine = load_machine(path, overrides, vocabulary);
    CHECK(seen.insert(shown(machine)).second);  // unlike the default and unlike all other keys
    CHECK(machine.location(key.path).file == "--set");
    CHECK(shown(reload(machine, folder)) == shown(machine));
  }
  CHECK(other_values.size() == machine_keys().size());
}

TEST_CASE("every key reaches its own field") {
  const TempFolder folder;
  std::vector<std::string> overrides;
  for (const auto& [path, value] : other_values) {
    // Skipping needs gating, which is the one that is changed here.
    // Of two spellings of a key the last one would count.
    const bool other_spelling = !find_machine_key(path)->same_as.empty();
    if (path != "prediction.thresholds_file" && path != "array.skip_zero_activations" &&
        !other_spelling)
      overrides.push_back(path + "=" + value);
  }
  const MachineSpec m = load_machine(folder.write("m.yaml", "name: m\n"), overrides, vocabulary);
  CHECK(m.name == "another");
  CHECK(m.array.rows == 3);
  CHECK(m.array.cols == 5);
  CHECK(m.array.lanes == 7);
  CHECK(m.array.dispatch == "packed");
  CHECK_FALSE(m.array.gate_zero_activations);
  CHECK(m.array.zero_lookahead == 6);
  CHECK(m.array.multicast_mm == 2.5);
  CHECK(m.precision.activation_bits == 12);
  CHECK(m.precision.weight_bits == 4);
  CHECK(m.buffers.ifmap_bytes == 3072);
  CHECK(m.buffers.weight_bytes == 5120);
  CHECK(m.buffers.ofmap_bytes == 77);
  CHECK(m.buffers.ifmap_read_width == 9);
  CHECK(m.buffers.ifmap_banks == 2);
  CHECK(m.buffers.weight_read_width == 11);
  CHECK(m.dram.bytes_per_10_cycles == 128);
  CHECK(m.dram.latency == 15);
  CHECK(m.dram.kind == "lpddr4");
  CHECK(m.prediction.policy == "oracle");
  CHECK(m.prediction.window.height == 3);
  CHECK(m.prediction.window.width == 4);
  CHECK(m.prediction.peeks.pattern.empty());
  CHECK(m.prediction.peeks.list == std::vector<Position>{{0, 1}, {1, 0}});
  CHECK(m.prediction.threshold == -0.1);
  CHECK(m.prediction.threshold_unit == "rms");
  CHECK(m.prediction.latency == 17);
  CHECK(m.prediction.exclude == std::vector<std::string>{"first", "kind:depthwise", "a*"});
  REQUIRE(m.prediction.layers.size() == 2);
  CHECK(m.prediction.layers[0].match == "b*");
  CHECK(m.prediction.layers[0].policy == "none");
  CHECK(m.prediction.layers[0].window->height == 4);
  CHECK(m.prediction.layers[0].peeks->pattern == "corner");
  CHECK(m.prediction.layers[0].threshold == 0.3);
  CHECK_FALSE(m.prediction.layers[1].threshold.has_value());
  CHECK(m.prediction.channel_thresholds.at("conv1") ==
        std::vector<double>{0.1, never_predicted, -2e-7});
  CHECK(m.prediction.channel_thresholds.at("fire2/a") == std::vector<double>{3});
  CHECK(m.schedule.loop_order == "group_major");
  CHECK(m.clock_mhz == 333.3);
  CHECK(m.energy == "eyeriss-relative");
  CHECK(shown(reload(m, folder)) == shown(m));
}

TEST_CASE("the machine shown holds every key, but thresholds only once") {
  const TempFolder folder;
  const MachineSpec machine = load_machine(folder.write("m.yaml", "name: m\n"), {}, {});
  const Value tree = show_machine(machine);
  for (const MachineKey& key : machine_keys()) {
    if (!key.shown(machine)) continue;
    INFO(key.path);
    const std::size_t dot = key.path.find('.');
    const Value* group = dot == key.path.npos ? &tree : tree.find(key.path.substr(0, dot));
    REQUIRE(group != nullptr);
    CHECK(group->find(key.path.substr(dot == key.path.npos ? 0 : dot + 1)) != nullptr);
  }
  MachineSpec tuned;
  tuned.name = "tuned";
  tuned.prediction.thresholds_file = "t.yaml";
  tuned.prediction.channel_thresholds = {{"conv1", {0, never_predicted}}};
  CHECK(show_machine(tuned).find("prediction")->find("thresholds_file") == nullptr);
  CHECK(reload(tuned, folder).prediction.channel_thresholds == tuned.prediction.channel_thresholds);
}

TEST_CASE("the tree of a machine makes the same machine without a file in between") {
  const MachineSpec machine =
      load_machine(shipped_path("peek-64x4"), {"prediction.threshold=0.25"}, vocabulary);
  CHECK(shown(machine_from_tree(show_machine(machine), vocabulary)) == shown(machine));
  CHECK(config_error([] {
          machine_from_tree(Value::map({}, {"r.json", 0, "machine"}), {});
        }).find("r.json: the machine has no name") == 0);
}

TEST_CASE("a name that looks like a number, a truth value or nothing stays a name") {
  const TempFolder folder;
  for (const std::string name : {"16", "1e3", "true", "null", "~", "a: b", "007"}) {
    MachineSpec machine;
    machine.name = name;
    CHECK(reload(machine, folder).name == name);
  }
}

TEST_CASE("every row of the table is complete") {
  std::set<std::string> paths;
  for (const MachineKey& key : machine_keys()) {
    INFO(key.path);
    CHECK(paths.insert(key.path).second);
    CHECK_FALSE(key.type.empty());
    CHECK_FALSE(key.meaning.empty());
    CHECK_FALSE(key.range.empty());
    CHECK(find_machine_key(key.path) == &key);
  }
  CHECK(find_machine_key("array") == nullptr);
}

TEST_CASE("the reference mentions every key and every choice, and is always the same") {
  const std::string page = machine_reference(vocabulary);
  for (const MachineKey& key : machine_keys()) {
    INFO(key.path);
    CHECK(page.find("| `" + key.path + "` | ") != page.npos);
    for (const Choice& choice : choices_of(key, vocabulary)) {
      CHECK(page.find("- `" + choice.name + "`: " + choice.meaning + "\n") != page.npos);
    }
  }
  CHECK(page == machine_reference(vocabulary));
  CHECK(page.find("`extends: other.yaml`") != page.npos);
}

TEST_CASE("the shipped machines load, are named as their files and read back as the same") {
  const TempFolder folder;
  for (const std::string& name : shipped) {
    INFO(name);
    for (const std::vector<std::string>& overrides :
         {std::vector<std::string>{}, {"prediction.threshold=0.1", "prediction.window=[3, 3]"}}) {
      const MachineSpec machine = load_machine(shipped_path(name), overrides, vocabulary);
      CHECK(machine.name == name);
      CHECK(shown(reload(machine, folder)) == shown(machine));
    }
  }
}

TEST_CASE("the shipped 16x16 machines differ in what their names say") {
  const auto load = [](const std::string& name) {
    return load_machine(shipped_path(name), {}, vocabulary);
  };
  CHECK(load("dense-16x16").prediction.policy == "none");
  const MachineSpec peek = load("peek-16x16");
  CHECK(peek.prediction.policy == "peek");
  CHECK(peek.array.dispatch == "gate");
  CHECK(peek.prediction.exclude == std::vector<std::string>{"first"});
  CHECK(peek.buffers.ifmap_bytes == load("dense-16x16").buffers.ifmap_bytes);
  CHECK(load("peek-64x4").array.dispatch == "row_skip");
  CHECK(load("peek-64x4").array.rows * load("peek-64x4").array.cols == 256);
  CHECK(load("peek-16x16-packed").array.dispatch == "packed");
  CHECK(load("peek-16x16-packed").buffers.ifmap_read_width == 64);
}
