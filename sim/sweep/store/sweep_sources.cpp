#include "sim/sweep/store/sweep_sources.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "sim/sweep/store/sql.h"
#include "sim/sweep/store/sweep_tables.h"

namespace peeksim {

namespace {

constexpr const char* thresholds_key = "prediction.thresholds_file";

// A value in one line that YAML reads back as the same value; display_text() is for people.
std::string flow_yaml(const Value& value) {
  std::string text;
  if (value.is_list()) {
    for (const Value& item : value.items()) text += (text.empty() ? "" : ", ") + flow_yaml(item);
    return "[" + text + "]";
  }
  if (value.is_map()) {
    for (const auto& [key, item] : value.entries())
      text += (text.empty() ? "" : ", ") + flow_yaml(Value::scalar(key)) + ": " + flow_yaml(item);
    return "{" + text + "}";
  }
  text = to_yaml(value);
  text.pop_back();  // the newline
  return text;
}

void add_settings(const Value& value, const std::string& path, MachineSettings& settings) {
  if (path == "prediction.channel_thresholds") return;  // kept apart from machines
  if (!value.is_map()) {
    settings.emplace_back(path, flow_yaml(value));
    return;
  }
  for (const auto& [key, inner] : value.entries())
    add_settings(inner, path.empty() ? key : path + "." + key, settings);
}

std::string thresholds_name(const std::string& digest) {
  return "thresholds-" + digest.substr(0, 8) + ".yaml";
}

// Machines of one sweep have most of their groups in common, and each is read once.
class SettingsReader {
 public:
  explicit SettingsReader(std::string file) : file_(std::move(file)) {}

  // text: a machine of a database. thresholds: the SHA-256 of its channel thresholds, "" for none.
  MachineSettings read(const std::string& text, const std::string& thresholds) {
    MachineSettings settings;
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = begin;  // of the group: the next line that is not indented
      do {
        end = std::min(text.find('\n', end), text.size() - 1) + 1;
      } while (end < text.size() && text[end] == ' ');
      const MachineSettings& group = read_group(text.substr(begin, end - begin));
      settings.insert(settings.end(), group.begin(), group.end());
      begin = end;
    }
    if (thresholds.empty()) return settings;
    for (auto& [key, value] : settings)
      if (key == thresholds_key) value = thresholds_name(thresholds);
    return settings;
  }

 private:
  const MachineSettings& read_group(const std::string& text) {
    const auto [found, is_new] = groups_.try_emplace(text);
    if (is_new) add_settings(parse_yaml(text, file_), "", found->second);
    return found->second;
  }

  std::string file_;
  std::map<std::string, MachineSettings> groups_;
};

class SourceReader {
 public:
  explicit SourceReader(SweepDatabase& database)
      : sql_(database.sql()), settings_(database.path()) {}

  SweepSources read() {
    read_traces();
    if (has_inputs_table(sql_, "main")) read_inputs();
    read_points();
    SQLite::Statement found(sql_, "SELECT sha256, yaml FROM thresholds ORDER BY sha256");
    while (found.executeStep())
      sources_.thresholds[thresholds_name(found.getColumn(0))] = found.getColumn(1).getString();
    return std::move(sources_);
  }

 private:
  void read_traces() {
    SQLite::Statement found(
        sql_, "SELECT id, sha256, network, file, synthetic, images FROM traces ORDER BY id");
    while (found.executeStep()) {
      by_id_[found.getColumn(0).getInt64()] = by_sha256_[found.getColumn(1)] =
          sources_.traces.size();
      TraceSource& trace = sources_.traces.emplace_back();
      trace.network = found.getColumn(2).getString();
      trace.file = trace.path = found.getColumn(3).getString();
      trace.synthetic = found.getColumn(4).getInt() != 0;
      trace.images = found.getColumn(5).getInt();
    }
  }

  void read_inputs() {
    SQLite::Statement found(
        sql_, "SELECT kind, path, content, thresholds FROM inputs ORDER BY kind, place");
    while (found.executeStep()) {
      const std::string path = found.getColumn(1), content = found.getColumn(2);
      if (found.getColumn(0).getString() == "machine")
        sources_.machines.push_back({path, settings_.read(content, found.getColumn(3))});
      else if (by_sha256_.count(content) > 0)
        sources_.traces[by_sha256_[content]].path = path;
    }
  }

  void read_points() {
    SQLite::Statement found(sql_,
                            std::string("SELECT p.key, p.machine, p.thresholds, p.trace, p.images "
                                        "FROM points p WHERE p.status = 'done' ORDER BY ") +
                                row_order);
    while (found.executeStep()) {
      PointSource& point = sources_.points.emplace_back();
      point.key = found.getColumn(0).getString();
      point.settings = settings_.read(found.getColumn(1), found.getColumn(2));
      point.trace = by_id_[found.getColumn(3).getInt64()];
      point.images = found.getColumn(4).getInt();
    }
  }

  SQLite::Database& sql_;
  SettingsReader settings_;
  SweepSources sources_;
  std::map<std::int64_t, std::size_t> by_id_;
  std::map<std::string, std::size_t> by_sha256_;
};

}  // namespace

SweepReading read_sweep(SweepDatabase& database, const RowQuery& query) {
  return with_sql(database.path(), [&] {
    const SQLite::Transaction one_moment(database.sql());
    SweepReading reading;
    reading.head = read_head(database);
    reading.counts = database.counts();
    reading.rows = read_rows(database, query);
    reading.sources = SourceReader(database).read();
    return reading;
  });
}

}  // namespace peeksim
