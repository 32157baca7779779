#include "sim/cli/shell/value_kinds.h"

#include <algorithm>
#include <utility>

#include "sim/base/lookup.h"
#include "sim/cli/shell/completion_scripts.h"
#include "sim/config/machine_keys.h"
#include "sim/config/parameter_keys.h"
#include "sim/cost/table_reader.h"
#include "sim/engine/engine_kind.h"
#include "sim/report/numbers/summary.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/run.h"
#include "sim/sweep/design/metric.h"
#include "sim/trace/synth.h"

namespace peeksim {

namespace {

std::vector<HelpRow> rows_of(const std::vector<std::string>& words) {
  std::vector<HelpRow> rows;
  for (const std::string& word : words) rows.push_back({word, ""});
  return rows;
}

std::vector<HelpRow> engine_words() {
  std::vector<HelpRow> rows;
  for (const EngineKind& engine : engines()) rows.push_back({engine.name, engine.meaning});
  return rows;
}

std::vector<HelpRow> scope_words() {
  return rows_of(scope_names());
}

std::vector<HelpRow> metric_words() {
  std::vector<HelpRow> rows;
  for (const Metric& metric : metrics()) rows.push_back({metric.name, metric.meaning});
  return rows;
}

// A word that ends in "=" is followed by a value.
std::vector<HelpRow> key_words() {
  std::vector<HelpRow> rows;
  for (const MachineKey& key : machine_keys(vocabulary()))
    rows.push_back({key.path + "=", key.meaning});
  return rows;
}

std::vector<HelpRow> table_words() {
  return rows_of(energy_table_names("./"));
}

std::vector<std::string> table_extensions() {
  std::vector<std::string> extensions = {"yaml", "yml"};
  for (const TableReader& reader : table_readers()) {
    const std::string extension = reader.extension + 1;  // without the dot
    if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end())
      extensions.push_back(extension);
  }
  return extensions;
}

std::vector<HelpRow> type_words() {
  return rows_of(synth_types());
}

std::vector<HelpRow> shell_words() {
  std::vector<HelpRow> rows;
  for (const Shell& shell : shells()) rows.push_back({shell.name, ""});
  return rows;
}

ValueKind shipped_files(const char* name, std::vector<std::string> extensions) {
  ValueKind kind = {name, true, std::move(extensions)};
  kind.shipped = true;
  return kind;
}

const std::vector<ValueKind>& value_kinds() {
  static const std::vector<ValueKind> table = {
      shipped_files("MACHINE", {"yaml", "yml"}),
      shipped_files("SWEEP", {"yaml", "yml"}),
      shipped_files("WORKLOAD", {"yaml", "yml", "csv"}),
      shipped_files("TRACE", {"h5", "hdf5"}),
      {"DB", true, {"db"}},
      {"RESULTS", true, {"json"}},
      shipped_files("RUN", {"yaml", "yml", "json"}),
      {"LOG", true, {"jsonl"}},
      {"TABLE", true, table_extensions(), table_words},
      {"FILE", true},
      {"FOLDER", false, {}, nullptr, true},
      {"ENGINE", false, {}, engine_words},
      {"SCOPE", false, {}, scope_words},
      {"METRIC", false, {}, metric_words},
      {"METRICS", false, {}, metric_words},
      {"KEY=VALUE", false, {}, key_words},
      {"TYPE", false, {}, type_words},
      {"SHELL", false, {}, shell_words},
  };
  return table;
}

}  // namespace

const ValueKind* find_value_kind(const std::string& name) {
  return find_row(value_kinds(), name);
}

}  // namespace peeksim
