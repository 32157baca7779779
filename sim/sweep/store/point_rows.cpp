#include "sim/sweep/store/point_rows.h"

#include "sim/sweep/design/metric.h"
#include "sim/workers/serialize.h"

namespace peeksim {

namespace {

std::vector<Number> values_of_metrics(const MetricInput& input) {
  std::vector<Number> values;
  values.reserve(metrics().size());
  for (const Metric& metric : metrics()) values.push_back(metric.value(input));
  return values;
}

}  // namespace

PointRows rows_of(const PricedResult& priced) {
  const RunResult& result = priced.result;
  PointRows rows;
  for (const PricedScope& scope : priced.scopes) {
    rows.scopes.push_back(
        {scope.name,
         scope.layers,
         values_of_metrics({scope.pair, result.machine, result.trace.images, priced.unit}),
         {},
         {}});
    PointRows::OfScope& added = rows.scopes.back();
    for (const PricedCounters* side : {&scope.pair.machine, &scope.pair.dense}) {
      for (const CounterRow& row : counter_rows) added.counters.push_back(side->count(row.value));
      added.energy.insert(added.energy.end(), side->energy.begin(), side->energy.end());
    }
  }
  for (std::size_t i = 0; i < result.layers.size(); ++i)
    rows.layers.push_back(
        {result.layers[i].policy,
         values_of_metrics({priced.layers[i], result.machine, result.trace.images, priced.unit})});
  return rows;
}

std::string serialize(const PointRows& rows) {
  Serializer to;
  to.put(rows.scopes.size());
  for (const PointRows::OfScope& scope : rows.scopes) {
    to.put(scope.name);
    to.put(scope.layers);
    to.put(scope.metrics);
    to.put(scope.counters);
    to.put(scope.energy);
  }
  to.put(rows.layers.size());
  for (const PointRows::OfLayer& layer : rows.layers) {
    to.put(layer.policy);
    to.put(layer.metrics);
  }
  return to.bytes();
}

PointRows deserialize_rows(const std::string& bytes) {
  Deserializer from(bytes);
  PointRows rows;
  for (std::size_t left = from.get_size(); left > 0; --left) {
    PointRows::OfScope& scope = rows.scopes.emplace_back();
    from.get(scope.name);
    from.get(scope.layers);
    from.get(scope.metrics);
    from.get(scope.counters);
    from.get(scope.energy);
  }
  for (std::size_t left = from.get_size(); left > 0; --left) {
    PointRows::OfLayer& layer = rows.layers.emplace_back();
    from.get(layer.policy);
    from.get(layer.metrics);
  }
  return rows;
}

}  // namespace peeksim
