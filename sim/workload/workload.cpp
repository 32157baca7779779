// Reads workloads/*.yaml strictly: every key of a layer is known, typed and in range, and the shape
// as a whole is possible. `published` is kept for readers and tests; the simulator does not use it.
#include "sim/workload/workload.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "sim/base/text_file.h"
#include "sim/base/utf8.h"
#include "sim/config/read_yaml.h"
#include "sim/config/value.h"
#include "sim/workload/read_topology.h"

namespace peeksim {

namespace {

constexpr int max_size = 1 << 24;

std::string extension_of(const std::string& path) {
  return lower_case(std::filesystem::path(path).extension());
}

const Value& required(const Value& map, const char* key) {
  const Value* value = map.find(key);
  if (value == nullptr) map.fail("no key '" + std::string(key) + "'", "add it");
  return *value;
}

void read_size(const Value& layer, const char* key, int& size) {
  size = static_cast<int>(required(layer, key).integer(1, max_size));
}

// A scalar for all, or a list of [h, w], or (where `sides` is 4) [top, left, bottom, right].
std::vector<int> read_extents(const Value& value, int min, std::size_t sides) {
  if (value.is_scalar()) {
    return std::vector<int>(sides, static_cast<int>(value.integer(min, max_size)));
  }
  const std::size_t count = value.items().size();
  if (count != 2 && count != sides) {
    value.fail(sides == 4 ? "expected a number, [height, width] or [top, left, bottom, right]"
                          : "expected a number or [height, width]");
  }
  std::vector<int> extents;
  for (std::size_t i = 0; i < sides; ++i) {
    extents.push_back(static_cast<int>(value.items()[i % count].integer(min, max_size)));
  }
  return extents;
}

Layer read_layer(const Value& value) {
  value.require_known_keys({"name", "kind", "C", "H", "W", "K", "R", "S", "stride", "pad",
                            "dilation", "groups", "residual", "activation"});
  Layer layer;
  layer.name = required(value, "name").text();
  if (layer.name.empty()) value.fail("the layer has no name");
  if (const Value* kind = value.find("kind")) {
    layer.kind = kind->one_of({"conv", "fc"}) == "fc" ? LayerKind::fc : LayerKind::conv;
  }
  read_size(value, "C", layer.C);
  read_size(value, "K", layer.K);
  if (layer.kind == LayerKind::conv) {
    read_size(value, "H", layer.H);
    read_size(value, "W", layer.W);
    read_size(value, "R", layer.R);
    read_size(value, "S", layer.S);
  } else {
    for (const char* key : {"H", "W", "R", "S", "stride", "pad", "dilation", "groups"}) {
      const Value* extra = value.find(key);
      if (extra != nullptr) extra->fail("a fully connected layer has only C and K", "remove it");
    }
  }
  if (const Value* stride = value.find("stride")) {
    const std::vector<int> sides = read_extents(*stride, 1, 2);
    layer.stride_h = sides[0];
    layer.stride_w = sides[1];
  }
  if (const Value* dilation = value.find("dilation")) {
    const std::vector<int> sides = read_extents(*dilation, 1, 2);
    layer.dilation_h = sides[0];
    layer.dilation_w = sides[1];
  }
  if (const Value* pad = value.find("pad")) {
    const std::vector<int> sides = read_extents(*pad, 0, 4);
    layer.pad_top = sides[0];
    layer.pad_left = sides[1];
    layer.pad_bottom = sides[2];
    layer.pad_right = sides[3];
  }
  if (value.find("groups") != nullptr) read_size(value, "groups", layer.groups);
  if (const Value* residual = value.find("residual")) layer.residual = residual->boolean();
  if (const Value* activation = value.find("activation")) {
    const std::string name = activation->one_of({"none", "relu", "relu6"});
    for (const Activation known : {Activation::none, Activation::relu, Activation::relu6}) {
      if (name == activation_name(known)) layer.activation = known;
    }
  }
  const std::string error = shape_error(layer);
  if (!error.empty()) value.fail("layer '" + layer.name + "': " + error);
  return layer;
}

void check_published(const Value& published) {
  published.require_known_keys({"macs", "conv_macs", "reference"});
  required(published, "reference").text();
  for (const char* key : {"macs", "conv_macs"}) {
    if (const Value* macs = published.find(key)) macs->integer(1, std::int64_t{1} << 53);
  }
}

[[noreturn]] void refuse_file_of(const char* tool, const Location& where) {
  throw Error(ErrorKind::config, where, std::string("is a workload of ") + tool,
              "write its layers as in workloads/, or as a SCALE-Sim topology: docs/workloads.md");
}

// Files of other tools that are YAML too.
void refuse_other_tools(const Value& file) {
  if (file.is_map() && (file.find("problem") != nullptr || file.find("architecture") != nullptr))
    refuse_file_of("Timeloop", file.where());
  if (!file.is_list()) return;
  for (const Value& item : file.items())
    if (item.is_map() && (item.find("loop_dims") != nullptr || item.find("equation") != nullptr))
      refuse_file_of("ZigZag", file.where());
}

Workload read_yaml_workload(const std::string& path) {
  const std::string text = read_text_file(path);
  if (text.rfind("Network ", 0) == 0 && text.find("Dimensions") != std::string::npos)
    refuse_file_of("MAESTRO", {path, 0, ""});
  const Value file = parse_yaml(text, path);
  refuse_other_tools(file);
  file.require_known_keys({"name", "source", "published", "layers"});
  Workload workload;
  workload.name = required(file, "name").text();
  if (const Value* source = file.find("source")) workload.source = source->text();
  if (const Value* published = file.find("published")) check_published(*published);
  std::set<std::string> names;
  for (const Value& item : required(file, "layers").items()) {
    workload.layers.push_back(read_layer(item));
    const std::string& name = workload.layers.back().name;
    if (!names.insert(name).second) item.fail("a second layer named '" + name + "'", "rename it");
  }
  return workload;
}

}  // namespace

Count Workload::macs() const {
  return std::accumulate(layers.begin(), layers.end(), Count{0},
                         [](Count sum, const Layer& layer) { return sum + layer.macs(); });
}

Count Workload::conv_macs() const {
  return std::accumulate(layers.begin(), layers.end(), Count{0}, [](Count sum, const Layer& layer) {
    return layer.kind == LayerKind::conv ? sum + layer.macs() : sum;
  });
}

bool is_workload(const std::string& path) {
  const std::string extension = extension_of(path);
  return extension == ".yaml" || extension == ".yml" || extension == ".csv";
}

void require_given_as(const std::string& given_as, const std::string& path, ErrorKind kind,
                      const Location& where) {
  const bool as_workload = given_as == "workload";
  if (is_workload(path) == as_workload) return;
  if (as_workload)
    throw Error(kind, where, path + ": is no workload", "name a .yaml or a .csv file");
  throw Error(kind, where, path + ": is not an HDF5 file, but a workload, which has no values",
              "name a trace (docs/trace-format.md), or give it as workload to a dense machine");
}

Workload load_workload(const std::string& path) {
  Workload workload;
  const std::filesystem::path file(path);
  if (extension_of(path) == ".csv") {
    workload.name = file.stem().string();
    workload.source = "SCALE-Sim topology " + file.filename().string();
    workload.layers = read_topology(path);
  } else {
    workload = read_yaml_workload(path);
  }
  if (workload.layers.empty()) throw Error(ErrorKind::config, path, "lists no layers", "add some");
  return workload;
}

}  // namespace peeksim
