#include "sim/sweep/store/export.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/files/csv.h"
#include "sim/report/files/json_text.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;
using Cells = std::vector<std::string>;

// Whole numbers without a decimal point, others as the shortest text that reads back the same.
Json number(double value) {
  const bool whole = value == std::floor(value) && std::fabs(value) < 9e15;
  return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

std::string line(const Cells& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) text += (i == 0 ? "" : ",") + csv_cell(cells[i]);
  return text + "\n";
}

// An axis is text in the database: a number, where it is one, reads better as a number.
Json axis_value(const std::string& text) {
  const Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_number() || parsed.is_boolean() ? parsed : Json(text);
}

}  // namespace

void export_csv(const std::vector<SweepRow>& rows, const ExportForm& form,
                const std::function<void(const std::string&)>& write) {
  const std::vector<std::string> axes = axes_of(rows);
  Cells header = {"point", "status", "network"};
  header.insert(header.end(), axes.begin(), axes.end());
  if (form.query.by_layer) header.emplace_back("layer");
  header.insert(header.end(), form.query.columns.begin(), form.query.columns.end());
  header.emplace_back("energy_unit");
  if (form.streamed_layers) header.emplace_back("streamed_layers");
  if (form.times) header.emplace_back("wall_seconds");
  header.insert(header.end(), {"error", "key"});
  write(line(header));
  for (const SweepRow& row : rows) {
    Cells cells = {row.position ? std::to_string(*row.position) : "", row.status, row.network};
    for (const std::string& axis : axes) cells.push_back(on_axis(row, axis));
    if (form.query.by_layer) cells.push_back(row.layer);
    for (const std::optional<double>& value : row.values)
      cells.push_back(value ? one_line(number(*value)) : "");
    cells.push_back(row.energy_unit);
    if (form.streamed_layers) cells.push_back(std::to_string(row.streamed_layers));
    if (form.times) cells.push_back(one_line(Json(row.seconds)));
    cells.insert(cells.end(), {row.error, row.key});
    write(line(cells));
  }
}

void export_json(const std::vector<SweepRow>& rows, const ExportForm& form,
                 const std::function<void(const std::string&)>& write) {
  Json head;
  head["schema"] = "peeksim-sweep";
  head["schema_version"] = database_schema_version;
  head["sweep"] = form.sweep;
  if (!form.query.by_layer) head["scope"] = form.query.scope;
  std::string start = one_line(head);
  start.back() = ',';
  write(start + "\"points\":[");
  for (const SweepRow& row : rows) {
    Json json;
    json["point"] = row.position ? Json(*row.position) : Json(nullptr);
    json["status"] = row.status;
    json["network"] = row.network;
    json["axes"] = Json::object();
    for (const auto& [axis, value] : row.axes) json["axes"][axis] = axis_value(value);
    if (form.query.by_layer) json["layer"] = row.layer;
    json["metrics"] = Json::object();
    for (std::size_t i = 0; i < row.values.size(); ++i)
      json["metrics"][form.query.columns[i]] =
          row.values[i] ? number(*row.values[i]) : Json(nullptr);
    json["energy_unit"] = row.energy_unit;
    if (form.streamed_layers) json["streamed_layers"] = row.streamed_layers;
    if (form.times) json["wall_seconds"] = row.seconds;
    if (!row.error.empty()) json["error"] = row.error;
    json["key"] = row.key;
    write((&row == &rows.front() ? "\n" : ",\n") + one_line(json));
  }
  write("\n]}\n");
}

}  // namespace peeksim
