// Reads a results.json back, as strictly as any other input: it may have been edited or cut short.
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "sim/base/error.h"
#include "sim/report/files/results_file.h"
#include "sim/run/machine_vocabulary.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

int integer(const Json& json) {
  if (!json.is_number_integer())
    throw std::invalid_argument("found " + json.dump() + ", expected a whole number");
  return json.get<int>();
}

Counters read_counters(const Json& json) {
  Counters counters;
  for_each_counter(counters, [&](const char* name, const char*, Count& value) {
    const Json& found = json.at("counters").at(name);
    if (!found.is_number_unsigned())
      throw std::invalid_argument("counter '" + std::string(name) + "' is " + found.dump() +
                                  ", expected a whole number from 0");
    value = found.get<Count>();
  });
  return counters;
}

CounterPair read_pair(const Json& json) {
  return {read_counters(json.at("machine")), read_counters(json.at("dense"))};
}

Activation activation_of(const std::string& name) {
  for (const Activation activation : {Activation::none, Activation::relu, Activation::relu6})
    if (name == activation_name(activation)) return activation;
  throw std::invalid_argument("unknown activation '" + name + "'");
}

LayerResult read_layer(const Json& json) {
  LayerResult result;
  Layer& layer = result.layer;
  const Json& shape = json.at("shape");
  layer.name = json.at("name");
  layer.kind = json.at("kind") == "fc" ? LayerKind::fc : LayerKind::conv;
  layer.activation = activation_of(json.at("activation"));
  layer.C = integer(shape.at("C"));
  layer.H = integer(shape.at("H"));
  layer.W = integer(shape.at("W"));
  layer.K = integer(shape.at("K"));
  layer.R = integer(shape.at("R"));
  layer.S = integer(shape.at("S"));
  layer.stride_h = integer(shape.at("stride").at(0));
  layer.stride_w = integer(shape.at("stride").at(1));
  layer.pad_top = integer(shape.at("pad").at(0));
  layer.pad_left = integer(shape.at("pad").at(1));
  layer.pad_bottom = integer(shape.at("pad").at(2));
  layer.pad_right = integer(shape.at("pad").at(3));
  layer.dilation_h = integer(shape.at("dilation").at(0));
  layer.dilation_w = integer(shape.at("dilation").at(1));
  layer.groups = integer(shape.at("groups"));
  layer.residual = shape.at("residual");
  const std::string impossible = shape_error(layer);
  if (!impossible.empty())
    throw std::invalid_argument("layer '" + layer.name +
                                "' has an impossible shape: " + impossible);
  if (json.at("kind") != kind_name(layer) || shape.at("P") != layer.P() ||
      shape.at("Q") != layer.Q())
    throw std::invalid_argument("layer '" + layer.name + "' has a shape that contradicts itself");
  result.policy = json.at("policy");
  result.excluded = json.at("not_predicted_because");
  result.streamed = json.at("weights_streamed");
  result.zeros_known = json.at("zero_activations_known");
  result.counters = read_pair(json);
  return result;
}

TraceLoop read_loop(const Json& trace) {
  TraceLoop loop;
  if (!trace.contains("loop")) return loop;  // written before there were closed loops
  const std::string kind = trace.at("loop");
  if (kind != "open" && kind != "closed")
    throw std::invalid_argument("unknown loop '" + kind + "', expected open or closed");
  loop.closed = kind == "closed";
  loop.machine = trace.at("machine");
  loop.settings = trace.at("settings");
  return loop;
}

TraceIdentity read_trace(const Json& json) {
  TraceIdentity trace;
  trace.file = json.at("file");
  trace.network = json.at("network");
  trace.origin = json.at("origin");
  trace.workload = json.at("workload");
  trace.sha256 = json.at("sha256");
  trace.synthetic = json.at("synthetic");
  trace.loop = read_loop(json);
  trace.images = integer(json.at("images"));
  return trace;
}

// The same counters are kept by layer and by image: a file that somebody edited rarely agrees.
void require_agreement(const RunResult& result) {
  CounterPair over_images;
  for (const ImageResult& image : result.images) over_images += image.counters;
  const CounterPair over_layers = result.totals();
  if (result.images.size() != static_cast<std::size_t>(result.trace.images) ||
      !(over_images.machine == over_layers.machine) || !(over_images.dense == over_layers.dense))
    throw std::invalid_argument("the layers and the images give different sums");
}

void read_energy(const Json& json, StoredRun& stored) {
  stored.energy_table = json.at("energy_table").at("name");
  stored.energy_unit = json.at("energy_table").at("unit");
  stored.energy = json.at("totals").at("network").at("machine").at("energy").at("total");
  for (const Json& layer : json.at("layers"))
    stored.layer_energy.push_back(layer.at("machine").at("energy").at("total"));
  const Json area = json.value("area_mm2", Json::object()).value("machine", Json());
  if (!area.is_null()) stored.area_mm2 = area.at("total");
}

}  // namespace

std::string read_results_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || !text)
    throw Error(ErrorKind::config, path, "cannot be read",
                "give the results.json of a finished run");
  return text.str();
}

StoredRun parse_results(const std::string& text, const std::string& path) {
  const std::string remedy = "give the results.json of a finished run of this version";
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() || json.value("schema", "") != results_schema)
      throw Error(ErrorKind::config, path, "is not a results file of peeksim", remedy);
    if (json.at("schema_version") != results_schema_version)
      throw Error(ErrorKind::config, path,
                  "has schema version " + json.at("schema_version").dump() + ", expected " +
                      std::to_string(results_schema_version),
                  remedy);
    StoredRun stored;
    RunResult& result = stored.result;
    // JSON is YAML: the machine is read by the one strict reader.
    result.machine =
        machine_from_tree(parse_yaml(json.at("machine").dump(), path, "machine"), vocabulary());
    result.trace = read_trace(json.at("trace"));
    for (const Json& layer : json.at("layers")) result.layers.push_back(read_layer(layer));
    for (const Json& image : json.at("images"))
      result.images.push_back({image.at("name"), read_pair(image)});
    require_agreement(result);
    read_energy(json, stored);
    return stored;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::config, path,
                std::string("is not a complete results file: ") + error.what(), remedy);
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::config, path, std::string("is damaged: ") + error.what(), remedy);
  }
}

StoredRun read_stored_run(const std::string& path) {
  return parse_results(read_results_text(path), path);
}

RunResult read_results(const std::string& path) {
  return read_stored_run(path).result;
}

}  // namespace peeksim
