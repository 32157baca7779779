#include "sim/sweep/design/sweep_plan.h"

#include <algorithm>
#include <filesystem>

#include "sim/cost/energy.h"
#include "sim/report/files/layer_settings.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/required_values.h"
#include "sim/run/result.h"
#include "sim/schedule/layer_setup.h"
#include "sim/sweep/design/point_key.h"
#include "sim/trace/sha256.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

constexpr double max_points = 1e7, max_combinations = 1e18;
constexpr std::size_t points_between_updates = 100;

// The ordinal of a digest among the distinct ones, in the order of appearance.
std::size_t ordinal_of(const std::string& digest, std::map<std::string, std::size_t>& numbers) {
  return numbers.emplace(digest, numbers.size()).first->second;
}

const Sampler& sampler_of(const Sample& sample) {
  for (const Sampler& sampler : samplers())
    if (sample.method == sampler.name) return sampler;
  return samplers().front();
}

// The number of machines, of traces, then of the choices of each axis.
std::vector<std::uint32_t> sizes_of(const SweepSpec& spec) {
  std::vector<std::uint32_t> sizes = {static_cast<std::uint32_t>(spec.machines.size()),
                                      static_cast<std::uint32_t>(spec.traces.size())};
  for (const Axis& axis : spec.axes)
    sizes.push_back(static_cast<std::uint32_t>(axis.choices.size()));
  return sizes;
}

}  // namespace

const PricedTable& EnergyTables::of(const MachineSpec& machine, const std::string& machine_path) {
  const std::string name =
      machine.energy + "\n" + machine.location("energy").file + "\n" + machine_path;
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return found->second;
  PricedTable priced;
  const std::string path = energy_table_path(machine, machine_path);
  priced.table = load_energy_table(path);
  priced.sha256 = sha256_of_file(path, ErrorKind::config);
  return by_name_.emplace(name, std::move(priced)).first->second;
}

SweepPlan::SweepPlan(SweepSpec spec, const PlanWatch& watch)
    : spec_(std::move(spec)), vocabulary_(vocabulary()) {
  for (const std::string& path : spec_.machines) templates_.emplace_back(path, vocabulary_);
  for (const Axis& axis : spec_.axes)
    warnings_.insert(warnings_.end(), axis.left_out.begin(), axis.left_out.end());
  for (const Value& text : spec_.where) conditions_.emplace_back(text, vocabulary_);
  open_traces();
  draw_points(watch);
}

void SweepPlan::open_traces() {
  for (const std::string& path : spec_.traces) {
    traces_.push_back(std::make_unique<Trace>(path, TraceInput::values_or_shapes));
    const int held = traces_.back()->info().images;
    if (spec_.images > held)
      throw Error(ErrorKind::config, spec_.images_where,
                  path + " holds " + std::to_string(held) + (held == 1 ? " image" : " images"),
                  "ask for as many as there are, or drop the key for all");
  }
}

void SweepPlan::draw_points(const PlanWatch& watch) {
  const std::vector<std::uint32_t> sizes = sizes_of(spec_);
  const Sampler& sampler = sampler_of(spec_.sample);
  double combinations = 1;
  for (const std::uint32_t size : sizes) combinations *= size;
  if (combinations > (sampler.draws ? max_combinations : max_points))
    throw Error(ErrorKind::config, spec_.file,
                "the axes have more combinations than a sweep can take",
                "give fewer values, or draw some of them with sample:");
  combinations_ = static_cast<std::size_t>(combinations);

  std::map<std::string, std::size_t> by_key;
  sampler.sample(sizes, spec_.sample.points, spec_.sample.seed, [&](const Combination& chosen) {
    if (watch.interrupted && watch.interrupted())
      throw Error(ErrorKind::interrupted, spec_.file, "interrupted", "nothing has run yet");
    const bool taken = take(chosen, by_key);
    if (taken && watch.progress && points_.size() % points_between_updates == 0)
      watch.progress(points_.size());
    return taken;
  });
  warn_about_what_is_missing();
}

// False where a condition does not hold, or no machine is possible and the sweep skips such points.
bool SweepPlan::take(const Combination& chosen, std::map<std::string, std::size_t>& by_key) {
  SweepPoint point;
  point.machine = chosen[0];
  point.trace = chosen[1];
  point.choices.assign(chosen.begin() + 2, chosen.end());
  MachineSpec drawn, built;
  try {
    drawn = drawn_machine(point);
    for (const Expression& condition : conditions_)
      if (!condition.holds(drawn)) return false;
    built = binder_.bind(trace(point), drawn);
    check_point(point, built);
  } catch (const Error& error) {
    const bool possible = error.kind() != ErrorKind::config && error.kind() != ErrorKind::machine;
    if (!spec_.skip_infeasible || possible) throw;
    if (++infeasible_ == 1) first_infeasible_ = error.what();
    return false;
  }
  const auto [other, is_new] = by_key.emplace(point.key, points_.size());
  if (!is_new)
    throw Error(ErrorKind::config, spec_.file,
                "two points are the same machine and trace: " + describe(points_[other->second]) +
                    "; and " + describe(point),
                "drop the choice that changes nothing");
  collect_warnings(point, drawn, built);
  skips_zero_activations_ = skips_zero_activations_ || built.array.skip_zero_activations;
  points_.push_back(std::move(point));
  return true;
}

// Throws Error(config) when there is no point at all.
void SweepPlan::warn_about_what_is_missing() {
  const std::string reason = " (infeasible: skip), for one: " + first_infeasible_;
  if (points_.empty() && infeasible_ > 0)
    throw Error(ErrorKind::config, spec_.file, "no combination is feasible" + reason);
  if (points_.empty())
    throw Error(ErrorKind::config,
                spec_.where.empty() ? Location{spec_.file, 0, ""} : spec_.where[0].where(),
                "excludes every point", "loosen it: not one of the combinations holds");
  if (infeasible_ > 0)
    warnings_.push_back("left out: " + std::to_string(infeasible_) +
                        " combinations that cannot be built or run" + reason);
  if (points_.size() < spec_.sample.points)
    warnings_.push_back("sample: only " + std::to_string(points_.size()) + " of " +
                        std::to_string(spec_.sample.points) +
                        " points were found: there are not more, or `where` lets too few through");
}

MachineSpec SweepPlan::machine(const SweepPoint& point) const {
  return binder_.bind(trace(point), drawn_machine(point));
}

MachineSpec SweepPlan::drawn_machine(const SweepPoint& point) const {
  KeyValues keys;
  for (std::size_t i = 0; i < point.choices.size(); ++i) {
    const KeyValues& chosen = spec_.axes[i].choices[point.choices[i]].keys;
    keys.insert(keys.end(), chosen.begin(), chosen.end());
  }
  return spec_.derived.machine(templates_[point.machine], std::move(keys), vocabulary_);
}

std::optional<MachineSpec> SweepPlan::base_machine(std::size_t number) const {
  try {
    return templates_[number].with({}, vocabulary_);
  } catch (const Error&) {
    return std::nullopt;
  }
}

const PricedTable& SweepPlan::energy_table(const SweepPoint& point, const MachineSpec& machine) {
  return tables_.of(machine, spec_.machines[point.machine]);
}

int SweepPlan::images(const SweepPoint& point) const {
  return spec_.images == 0 ? trace(point).info().images : spec_.images;
}

void SweepPlan::check_point(SweepPoint& point, const MachineSpec& machine) {
  const Trace& trace = *traces_[point.trace];
  try {
    const PricedTable& priced = tables_.of(machine, spec_.machines[point.machine]);
    rates_for(priced.table, machine);
    const MachineIdentity identity(machine);
    point.prediction = ordinal_of(identity.prediction_digest(), predictions_);
    point.dense = ordinal_of(identity.dense_digest(), dense_machines_);
    require_runnable(point, machine);
    point.key = identity.point_key(priced.sha256, trace.sha256(), images(point));
  } catch (const Error& error) {
    throw Error(error.kind(), "the point " + describe(point), error.what(),
                "exclude it with where:, or change the axes");
  }
}

// Throws Error(machine) or Error(config) when a layer cannot run on the machine or on its dense
// version. Plans do not depend on thresholds or prices, so one check serves many points.
void SweepPlan::require_runnable(const SweepPoint& point, const MachineSpec& machine) {
  const std::vector<Layer> layers = layers_of(trace(point).info());
  const std::vector<LayerPrediction> resolved = resolve_layers(machine, layers);
  require_values(trace(point).info(), machine, resolved);
  for (const LayerPrediction& layer : resolved) require_fitting_array(machine, layer);
  const std::string settings = std::to_string(point.trace) + " " + std::to_string(point.dense);
  if (!planned_.insert(settings + " " + windows_digest(resolved)).second) return;
  const MachineSpec dense = dense_version(machine);
  const std::vector<LayerPrediction> without = resolve_layers(dense, layers);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    plan_layer(layers[i], machine, resolved[i].grid);
    plan_layer(layers[i], dense, without[i].grid);
  }
}

// The warnings of 'peeksim run', once for all points that share the cause.
void SweepPlan::collect_warnings(const SweepPoint& point, const MachineSpec& drawn,
                                 const MachineSpec& machine) {
  std::vector<std::string> found = machine_warnings(drawn, vocabulary_);
  const EnergyTable& table = energy_table(point, machine).table;
  prices_.insert(table.name + " (" + table.unit + "), DRAM: " + machine.dram.kind);
  for (std::string& warning : table.warnings(machine)) found.push_back(std::move(warning));
  if (warned_about_.insert({point.prediction, point.trace}).second) {
    const TraceInfo& info = traces_[point.trace]->info();
    for (std::string& warning : binding_warnings(trace(point), machine))
      found.push_back(std::move(warning));
    for (const std::string& entry : unmatched_entries(drawn.prediction, layers_of(info)))
      found.push_back(entry + " names no layer of " + info.path);
    const std::string loop = loop_mismatch(machine, info);
    if (!loop.empty()) found.push_back(info.path + " " + loop);
  }
  for (const std::string& warning : found)
    if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end())
      warnings_.push_back(warning);
}

std::vector<std::pair<std::string, std::string>> SweepPlan::shown(const SweepPoint& point) const {
  std::vector<std::pair<std::string, std::string>> columns;
  const auto stem = [](const std::string& path) { return fs::path(path).stem().string(); };
  if (spec_.machines.size() > 1)
    columns.emplace_back("machine", stem(spec_.machines[point.machine]));
  if (spec_.traces.size() > 1) columns.emplace_back("trace", stem(spec_.traces[point.trace]));
  for (std::size_t i = 0; i < point.choices.size(); ++i) {
    const auto& shown = spec_.axes[i].choices[point.choices[i]].shown;
    columns.insert(columns.end(), shown.begin(), shown.end());
  }
  return columns;
}

std::string SweepPlan::describe(const SweepPoint& point) const {
  std::string text;
  for (const auto& [column, value] : shown(point))
    text += (text.empty() ? "" : ", ") + column + " = " + value;
  return text.empty() ? "of the base machine" : text;
}

}  // namespace peeksim
