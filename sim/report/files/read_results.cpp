#include "sim/report/files/read_results.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "sim/base/error.h"
#include "sim/base/overflow.h"
#include "sim/base/text_file.h"
#include "sim/config/load_machine.h"
#include "sim/config/read_yaml.h"
#include "sim/cost/energy.h"
#include "sim/report/files/read_json.h"
#include "sim/report/files/results_file.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/result_fields.h"

namespace peeksim {

namespace {

using Json = nlohmann::json;  // not ordered_json, which looks for a key in the whole object

constexpr std::uint64_t max_int64 = std::numeric_limits<std::int64_t>::max();

// The library casts a number of another size without a check.
int integer(const Json& json) {
  const bool fits = json.is_number_integer() &&
                    (!json.is_number_unsigned() || json.get<std::uint64_t>() <= max_int64);
  const auto number = fits ? json.get<std::int64_t>() : std::numeric_limits<std::int64_t>::max();
  if (number != static_cast<int>(number))
    throw std::invalid_argument("found " + json.dump() + ", expected a whole number of 32 bits");
  return static_cast<int>(number);
}

// As the counters of a file, so that sums with it fit.
Count count(const Json& json) {
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > max_count)
    throw std::invalid_argument("found " + json.dump() + ", expected a whole number up to 2^58");
  return json.get<Count>();
}

bool contains(const UnknownCounters& counters, Count Counters::*counter) {
  return std::find(counters.begin(), counters.end(), counter) != counters.end();
}

// Reads the counters of a file. A counter may be missing, or null, when an earlier version that did
// not count it wrote the file; then it must be missing in all parts.
class CounterReader {
 public:
  CounterPair pair(const Json& json) { return {side(json.at("machine")), side(json.at("dense"))}; }

  UnknownCounters unknown() const { return lacking_.value_or(UnknownCounters()); }

 private:
  Counters side(const Json& json) {
    const Json& found = json.at("counters");
    Counters counters;
    UnknownCounters lacking;
    for (const CounterRow& row : counter_rows) {
      const Json value = found.value(row.name, Json());
      if (value.is_null())
        lacking.push_back(row.value);
      else if (value.is_number_unsigned() && value.get<std::uint64_t>() <= max_int64)
        counters.*row.value = value.get<Count>();
      else
        throw std::invalid_argument("counter '" + std::string(row.name) + "' is " + value.dump() +
                                    ", expected a whole number from 0 to 2^63 - 1");
    }
    require_same_unknown(lacking);
    return counters;
  }

  void require_same_unknown(const UnknownCounters& lacking) {
    if (!lacking_) lacking_ = lacking;
    for (const CounterRow& row : counter_rows)
      if (contains(lacking, row.value) != contains(*lacking_, row.value))
        throw std::invalid_argument("counter '" + std::string(row.name) +
                                    "' is missing in a part of the file");
  }

  std::optional<UnknownCounters> lacking_;  // in the first counters that were read
};

// A file without all of the counters of jobs, multicasts and skipping is from a version that had
// neither jobs nor skipping: those counters are 0. It sent activations to any PE only under
// `packed`, without counting them: there they stay unknown.
// What later policies count is 0 in a file from a version that did not have them.
void resolve_older_counters(RunResult& result) {
  const UnknownCounters sent = {&Counters::multicast_reads, &Counters::latched_operands};
  const UnknownCounters others = {&Counters::weight_selects, &Counters::zero_flags,
                                  &Counters::jobs_peak, &Counters::queue_peak};
  const UnknownCounters of_later_policies = {
      &Counters::decision_macs,         &Counters::cut_short,      &Counters::interpolated,
      &Counters::tiles_lookahead,       &Counters::lookahead_macs, &Counters::lookahead_ifmap_reads,
      &Counters::lookahead_weight_reads};
  UnknownCounters& unknown = result.unknown;
  unknown.erase(
      std::remove_if(unknown.begin(), unknown.end(),
                     [&](const auto counter) { return contains(of_later_policies, counter); }),
      unknown.end());
  const auto lacks = [&](Count Counters::*counter) { return contains(unknown, counter); };
  if (!std::all_of(sent.begin(), sent.end(), lacks) ||
      !std::all_of(others.begin(), others.end(), lacks))
    return;
  const bool packed = result.machine.array.dispatch == "packed";
  const auto settled = [&](Count Counters::*counter) {
    return contains(others, counter) || (!packed && contains(sent, counter));
  };
  unknown.erase(std::remove_if(unknown.begin(), unknown.end(), settled), unknown.end());
}

// Checks the values of a file that follow from others.
struct Checker {
  const Json& json;
  bool same = true;

  void operator()(const ResultField& field, const Derived& size) {
    same = same && json.at(field.name) == size.value();
  }
  void operator()(const ResultField& field, const Word<Layer>& kind) {
    same = same && json.at(field.name) == kind.spell(kind.of);
  }
  void operator()(const ResultField& field, const Shape<Layer>& shape) {
    Checker inner{json.at(field.name)};
    shape_fields(shape.layer, inner);
    same = same && inner.same;
  }
  template <class Other>
  void operator()(const ResultField&, const Other&) {}
};

// Reads the fields of a result from an object.
class Reader {
 public:
  Reader(const Json& json, CounterReader& counters) : json_(json), counters_(counters) {}

  void operator()(const ResultField& field, std::string& text) { text = json_.at(field.name); }
  void operator()(const ResultField& field, bool& truth) { truth = json_.at(field.name); }
  void operator()(const ResultField& field, int& number) { number = integer(json_.at(field.name)); }
  void operator()(const ResultField& field, Count& number) { number = count(json_.at(field.name)); }
  void operator()(const ResultField&, const Derived&) {}  // follows from others
  void operator()(const ResultField& field, const std::vector<int*>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) *all[i] = integer(json_.at(field.name).at(i));
  }
  template <class Of>
  void operator()(const ResultField& field, const Word<Of>& word) {
    const std::string text = json_.at(field.name);
    if (!word.read(word.of, text))
      throw std::invalid_argument("unknown " + std::string(field.name) + " '" + text + "'");
  }
  void operator()(const ResultField& field, const Shape<Layer>& shape) {
    shape_fields(shape.layer, Reader(json_.at(field.name), counters_));
  }
  void operator()(const ResultField&, Layer& layer) {
    layer_fields(layer, *this);
    const std::string impossible = shape_error(layer);
    if (!impossible.empty())
      throw std::invalid_argument("layer '" + layer.name +
                                  "' has an impossible shape: " + impossible);
    Checker checker{json_};
    layer_fields(layer, checker);
    if (!checker.same)
      throw std::invalid_argument("layer '" + layer.name + "' has a shape that contradicts itself");
  }
  void operator()(const ResultField& field, TraceLoop& loop) {
    if (json_.contains(field.name)) loop_fields(loop, *this);  // else: from before closed loops
  }
  void operator()(const ResultField& field, UnrecordedMacs& unrecorded) {
    if (json_.contains(field.name)) unrecorded_fields(unrecorded, *this);  // else: not known
  }
  void operator()(const ResultField&, CounterPair& pair) { pair = counters_.pair(json_); }

 private:
  const Json& json_;
  CounterReader& counters_;
};

// Reads a whole run; errors in its machine name `path`.
class RunReader {
 public:
  RunReader(const Json& json, const std::string& path, CounterReader& counters)
      : json_(json), path_(path), counters_(counters) {}

  void operator()(const ResultField& field, TraceIdentity& trace) {
    trace_fields(trace, Reader(json_.at(field.name), counters_));
  }
  // JSON is YAML: the machine is read by the strict reader of machine files.
  void operator()(const ResultField& field, MachineSpec& machine) {
    const std::string text = json_.at(field.name).dump();
    machine = machine_from_tree(parse_yaml(text, path_, field.name), vocabulary());
  }
  void operator()(const ResultField& field, std::vector<ImageResult>& images) {
    for (const Json& image : json_.at(field.name))
      image_result_fields(images.emplace_back(), Reader(image, counters_));
  }
  void operator()(const ResultField& field, std::vector<LayerResult>& layers) {
    for (const Json& layer : json_.at(field.name))
      layer_result_fields(layers.emplace_back(), Reader(layer, counters_));
  }

 private:
  const Json& json_;
  const std::string& path_;
  CounterReader& counters_;
};

// The same counters are stored by layer and by image: an edited file rarely agrees.
void require_agreement(const RunResult& result) {
  CounterPair over_images;
  for (const ImageResult& image : result.images) over_images += image.counters;
  const CounterPair over_layers = result.totals();
  if (result.images.size() != static_cast<std::size_t>(result.trace.images) ||
      !(over_images.machine == over_layers.machine) || !(over_images.dense == over_layers.dense))
    throw std::invalid_argument("the layers and the images give different sums");
}

Number number(const Json& json) {
  return json.is_null() ? Number() : Number(json.get<double>());
}

// Takes the prices from the file: its energy table is not needed.
void read_prices(const Json& json, PricedResult& priced) {
  priced.table = json.at("energy_table").at("name");
  priced.unit = json.at("energy_table").at("unit");
  for (const Json& warning : json.at("energy_table").value("warnings", Json::array()))
    priced.warnings.push_back(warning);
  const auto energy = [](const Json& pair) {
    return number(pair.at("machine").at("energy").at("total"));
  };
  const Json& network = json.at("totals").at("network");
  priced.network.machine.total_energy = energy(network);
  priced.network.machine.energy.clear();
  for (const EnergyComponent& component : energy_components())  // not all are in an older file
    priced.network.machine.energy.push_back(
        number(network.at("machine").at("energy").value(component.name, Json())));
  for (std::size_t i = 0; i < priced.layers.size(); ++i)
    priced.layers[i].machine.total_energy = energy(json.at("layers").at(i));
  const Json area = json.value("area_mm2", Json::object()).value("machine", Json());
  if (!area.is_null()) priced.network.machine.total_area = number(area.at("total"));
}

}  // namespace

std::string read_results_text(const std::string& path) {
  return read_text_file(path, "give the results.json of a finished run");
}

PricedResult parse_results(const std::string& text, const std::string& path) {
  const std::string remedy = "give the results.json of a finished run of this version";
  try {
    const Json json = read_json<Json>(text, Location{path, 0, ""}, remedy);
    if (!json.is_object() || json.value("schema", "") != results_schema)
      throw Error(ErrorKind::config, path, "is not a results file of peeksim", remedy);
    if (json.at("schema_version") != results_schema_version)
      throw Error(ErrorKind::config, path,
                  "has schema version " + json.at("schema_version").dump() + ", expected " +
                      std::to_string(results_schema_version),
                  remedy);
    RunResult result;
    CounterReader counters;
    run_fields(result, RunReader(json, path, counters));
    result.unknown = counters.unknown();
    resolve_older_counters(result);
    require_agreement(result);
    PricedResult priced = unpriced_run(std::move(result));
    read_prices(json, priced);
    return priced;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::config, path,
                std::string("is not a complete results file: ") + error.what(), remedy);
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::config, path, std::string("is damaged: ") + error.what(), remedy);
  } catch (const Overflow& error) {
    throw Error(ErrorKind::config, path, std::string("is damaged: ") + error.what(), remedy);
  }
}

PricedResult read_stored_run(const std::string& path) {
  return parse_results(read_results_text(path), path);
}

RunResult read_results(const std::string& path) {
  return read_stored_run(path).result;
}

}  // namespace peeksim
