#include "sim/sweep/design/sweep_spec.h"

#include <limits>

#include "sim/base/data_folder.h"
#include "sim/base/lookup.h"
#include "sim/base/paths.h"
#include "sim/config/read_yaml.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/run.h"
#include "sim/sweep/design/metric.h"
#include "sim/sweep/design/sampling.h"
#include "sim/sweep/design/trace_key.h"
#include "sim/workload/workload.h"

namespace peeksim {

namespace {

const Value& required(const Value& map, const std::string& key, const std::string& example) {
  const Value* value = map.find(key);
  if (value == nullptr) map.fail("the key '" + key + "' is missing", "for example " + example);
  return *value;
}

std::vector<Value> one_or_more(const Value& value) {
  if (!value.is_list()) return {value};
  if (value.items().empty()) value.fail("is an empty list", "name at least one");
  return value.items();
}

// Paths are relative to the sweep file, or those of shipped files.
std::vector<std::string> read_paths(const Value& value) {
  std::vector<std::string> paths;
  for (const Value& item : one_or_more(value)) {
    const std::string& sweep = item.where().file;
    const std::string path = input_file(item.text(), sweep);
    require_file(path, "the file", item.where(), check_path(item.text(), sweep));
    for (const std::string& other : paths)
      if (other == path) item.fail("is there twice: " + path, "name every file once");
    paths.push_back(path);
  }
  return paths;
}

// Traces, or workloads for sweeps of dense machines.
std::vector<std::string> read_traces(const Value& file) {
  const std::string key = trace_key(file, "for example trace: ../../traces/resnet18.h5");
  const Value& given = *file.find(key);
  std::vector<std::string> paths = read_paths(given);
  for (const std::string& path : paths)
    require_given_as(key, path, ErrorKind::config, given.where());
  return paths;
}

std::vector<Axis> read_axes(const Value& value) {
  const Vocabulary words = vocabulary();
  std::vector<Axis> axes;
  for (const auto& [name, axis] : value.entries()) axes.push_back(read_axis(name, axis, words));
  return axes;
}

// No key may be set by two axes, since neither value should win.
void require_one_axis_per_key(const std::vector<Axis>& axes) {
  std::vector<std::pair<std::string, const Axis*>> set;
  for (const Axis& axis : axes)
    for (const AxisChoice& choice : axis.choices)
      for (const auto& [key, value] : choice.keys) {
        for (const auto& [other, owner] : set)
          if (other == key && owner != &axis)
            value.fail("'" + key + "' is set by the axis '" + owner->name + "' too",
                       "let one axis set it");
        set.emplace_back(key, &axis);
      }
}

// No key may be set by an axis and derived.
DerivedKeys read_derived(const Value& value, const std::vector<Axis>& axes) {
  DerivedKeys derived(value, vocabulary());
  for (const Axis& axis : axes)
    for (const AxisChoice& choice : axis.choices)
      for (const auto& [key, unused] : choice.keys)
        derived.require_not_given(key, "the axis '" + axis.name + "'");
  return derived;
}

Sample read_sample(const Value& value) {
  value.require_known_keys({"method", "points", "seed"});
  Sample sample;
  sample.where = value.where();
  sample.method = required(value, "method", "method: random").one_of(row_names(samplers()));
  const bool draws = sample.method != "grid";
  for (const char* key : {"points", "seed"})
    if (const Value* given = value.find(key); given != nullptr && !draws)
      given->fail("the grid has all points and draws none", "drop it, or name another method");
  if (!draws) return sample;
  sample.points = required(value, "points", "points: 200").integer(1, 10000000);
  sample.seed = required(value, "seed", "seed: 1, so that the same points are drawn again")
                    .integer(0, std::numeric_limits<std::int64_t>::max());
  return sample;
}

std::vector<std::string> read_metrics(const Value& value) {
  std::vector<std::string> names;
  for (const Value& item : one_or_more(value)) {
    find_metric(item.text(), item.where());
    for (const std::string& other : names)
      if (other == item.text()) item.fail("'" + other + "' is there twice", "name it once");
    names.push_back(item.text());
  }
  return names;
}

std::vector<Objective> read_objectives(const Value& value) {
  std::vector<Objective> objectives;
  for (const auto& [name, direction] : value.entries()) {
    find_metric(name, direction.where());
    objectives.push_back({name, direction.one_of({"min", "max"}) == "max"});
  }
  if (objectives.empty()) value.fail("names no metric", "for example {cycles: min, energy: min}");
  return objectives;
}

}  // namespace

SweepSpec load_sweep(const std::string& path) {
  const Value file = read_yaml(path);
  file.require_known_keys({"name", "machine", "trace", "workload", "images", "axes", "derived",
                           "where", "infeasible", "sample", "metrics", "objectives"});
  SweepSpec spec;
  spec.file = path;
  spec.name = required(file, "name", "name: array-and-window").text();
  spec.machines = read_paths(required(file, "machine", "machine: ../peek-16x16.yaml"));
  spec.traces = read_traces(file);
  if (const Value* images = file.find("images")) {
    spec.images = static_cast<int>(images->integer(1, 1000000));
    spec.images_where = images->where();
  }
  if (const Value* axes = file.find("axes")) spec.axes = read_axes(*axes);
  require_one_axis_per_key(spec.axes);
  if (const Value* derived = file.find("derived")) spec.derived = read_derived(*derived, spec.axes);
  if (const Value* infeasible = file.find("infeasible"))
    spec.skip_infeasible = infeasible->one_of({"error", "skip"}) == "skip";
  if (const Value* where = file.find("where")) spec.where = one_or_more(*where);
  if (const Value* sample = file.find("sample")) spec.sample = read_sample(*sample);
  spec.metrics = {"cycles",   "energy",       "mac_reduction",
                  "speed_up", "energy_ratio", "false_zero_share"};
  if (const Value* metrics = file.find("metrics")) spec.metrics = read_metrics(*metrics);
  spec.objectives = {{"cycles", false}, {"energy", false}};
  if (const Value* objectives = file.find("objectives"))
    spec.objectives = read_objectives(*objectives);
  return spec;
}

}  // namespace peeksim
