#include "sim/report/files/compare_file.h"

#include "sim/report/files/csv.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Number& number) {
  return number ? Json(*number) : Json();
}

Json row_json(const ComparedRow& row) {
  Json json = {{"name", row.name}};
  for (std::size_t m = 0; m < compared_metrics().size(); ++m) {
    Json values = Json::array();
    for (const Number& value : row.values[m]) values.push_back(json_of(value));
    json[compared_metrics()[m].name] = std::move(values);
  }
  return json;
}

Json run_json(const PricedResult& run, const std::string& name, const std::string& path,
              const std::vector<Number>& figures) {
  const TraceIdentity& trace = run.result.trace;
  const BufferSpec& buffers = run.result.machine.buffers;
  Json json = {{"name", name},
               {"path", path},
               {"machine", run.result.machine.name},
               {"network", trace.network},
               {"trace", trace.file},
               {"sha256", trace.sha256},
               {"synthetic", trace.synthetic},
               {"images", trace.images},
               {"energy_unit", run.unit}};
  for (std::size_t f = 0; f < figures.size(); ++f)
    json[compared_figures()[f].name] = json_of(figures[f]);
  json["ifmap_read_width"] = buffers.ifmap_read_width;
  json["weight_read_width"] = buffers.weight_read_width;
  return json;
}

}  // namespace

nlohmann::ordered_json compare_json(const Comparison& comparison,
                                    const std::vector<PricedResult>& runs,
                                    const std::vector<std::string>& paths) {
  Json data;
  for (std::size_t i = 0; i < runs.size(); ++i)
    data["runs"].push_back(run_json(runs[i], comparison.names[i], paths[i], comparison.figures[i]));
  data["same_traces"] = comparison.same_traces;
  data["same_energy_tables"] = comparison.same_energy_tables;
  data["changed"] = Json::array();
  for (const ChangedKey& row : comparison.changed)
    data["changed"].push_back({{"key", row.key}, {"values", row.values}});
  data["network"] = row_json(comparison.network);
  data["layers"] = Json::array();
  for (const ComparedRow& row : comparison.layers) data["layers"].push_back(row_json(row));
  return data;
}

std::string compare_csv(const Comparison& comparison, const std::vector<PricedResult>& runs,
                        const std::vector<std::string>& paths) {
  std::string head, rows;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Json run = run_json(runs[i], comparison.names[i], paths[i], comparison.figures[i]);
    std::string separator;
    for (const auto& [name, value] : run.items()) {
      if (i == 0) head += separator + name;
      rows += separator + (value.is_string() ? csv_cell(value.get<std::string>())
                           : value.is_null() ? ""
                                             : value.dump());
      separator = ",";
    }
    rows += "\n";
  }
  return head + "\n" + rows;
}

}  // namespace peeksim
