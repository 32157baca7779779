#include "sim/sweep/store/sweep_sources.h"

#include <algorithm>

#include "sim/config/read_yaml.h"
#include "sim/config/to_yaml.h"
#include "sim/sweep/store/database_query.h"
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

// Machines of one sweep share most of their groups of keys; each distinct group is parsed once.
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
  SourceReader(SweepDatabase& database, bool only_latest)
      : database_(database), only_latest_(only_latest), settings_(database.path()) {}

  SweepSources read() {
    read_traces();
    if (has_inputs_table(database_, "main")) read_inputs();
    read_points();
    DatabaseQuery found(database_, "SELECT sha256, yaml FROM thresholds ORDER BY sha256");
    while (found.next()) sources_.thresholds[thresholds_name(found.text(0))] = found.text(1);
    return std::move(sources_);
  }

 private:
  void read_traces() {
    DatabaseQuery found(database_, "SELECT id, sha256, network, file, synthetic, images, " +
                                       later_values(database_, "traces") +
                                       " FROM traces ORDER BY id");
    while (found.next()) {
      by_id_[found.integer(0)] = by_sha256_[found.text(1)] = sources_.traces.size();
      TraceSource& trace = sources_.traces.emplace_back();
      trace.network = found.text(2);
      trace.file = trace.path = found.text(3);
      trace.synthetic = found.integer(4) != 0;
      trace.images = static_cast<int>(found.integer(5));
      trace.unrecorded = {found.integer(6), found.text(7)};
    }
  }

  void read_inputs() {
    DatabaseQuery found(database_,
                        "SELECT kind, path, content, thresholds FROM inputs ORDER BY kind, place");
    while (found.next()) {
      const std::string path = found.text(1), content = found.text(2);
      if (found.text(0) == "machine")
        sources_.machines.push_back({path, settings_.read(content, found.text(3))});
      else if (by_sha256_.count(content) > 0)
        sources_.traces[by_sha256_[content]].path = path;
    }
  }

  void read_points() {
    DatabaseQuery found(database_,
                        std::string("SELECT p.key, p.machine, p.thresholds, p.trace, p.images FROM "
                                    "points p WHERE p.status = 'done' AND ") +
                            (only_latest_ ? in_latest_plan : "1") + " ORDER BY " + row_order);
    while (found.next()) {
      PointSource& point = sources_.points.emplace_back();
      point.key = found.text(0);
      point.settings = settings_.read(found.text(1), found.text(2));
      point.trace = by_id_[found.integer(3)];
      point.images = static_cast<int>(found.integer(4));
    }
  }

  SweepDatabase& database_;
  bool only_latest_;
  SettingsReader settings_;
  SweepSources sources_;
  std::map<std::int64_t, std::size_t> by_id_;
  std::map<std::string, std::size_t> by_sha256_;
};

// A point that refers to a trace or an energy table that is not there is in no row.
void require_same_points(const SweepReading& reading, const std::string& path) {
  const auto done = std::count_if(reading.rows.begin(), reading.rows.end(),
                                  [](const SweepRow& row) { return row.status == "done"; });
  if (static_cast<std::size_t>(done) != reading.sources.points.size())
    throw Error(ErrorKind::config, path, "is damaged: a point has lost its trace or energy table",
                "restore a copy");
}

void require_same_keys(const SweepSources& sources, const std::string& path) {
  const MachineSettings* first = nullptr;
  const auto check = [&](const MachineSettings& settings) {
    if (first == nullptr) first = &settings;
    const bool same =
        std::equal(settings.begin(), settings.end(), first->begin(), first->end(),
                   [](const auto& one, const auto& other) { return one.first == other.first; });
    if (!same)
      throw Error(ErrorKind::config, path,
                  "has machines of different keys: it is damaged, or of several versions",
                  "restore a copy; 'peeksim sweep export' reads this one");
  };
  for (const PointSource& point : sources.points) check(point.settings);
  for (const BaseMachine& base : sources.machines) check(base.settings);
}

}  // namespace

SweepReading read_sweep(SweepDatabase& database, const RowQuery& query) {
  const DatabaseSnapshot snapshot(database);
  SweepReading reading;
  reading.head = read_head(database);
  reading.counts = database.counts();
  reading.rows = read_rows(database, query);
  reading.sources = SourceReader(database, query.only_latest).read();
  if (query.only_latest) reading.left_out = earlier_points(database);
  require_same_points(reading, database.path());
  require_same_keys(reading.sources, database.path());
  return reading;
}

}  // namespace peeksim
