// Readers and writers of the prediction group. A reader accepts exactly what its writer writes, and
// the spellings that people prefer (a pattern's name, `never`).
#include "sim/config/prediction_values.h"

#include <algorithm>
#include <charconv>

#include "sim/base/glob.h"
#include "sim/base/lookup.h"
#include "sim/config/peeks.h"

namespace peeksim {

namespace {

constexpr int max_window_side = 64;

// A pair of integers, as windows and positions are written.
std::pair<int, int> read_pair(const Value& value, const std::string& form, int min, int max) {
  if (!value.is_list() || value.items().size() != 2) value.fail("expected " + form);
  return {static_cast<int>(value.items()[0].integer(min, max)),
          static_cast<int>(value.items()[1].integer(min, max))};
}

Value show_pair(int first, int second) {
  return Value::list({Value::scalar(std::to_string(first)), Value::scalar(std::to_string(second))});
}

double read_threshold(const Value& value) {
  return value.is_scalar() && value.text() == "never" ? never_predicted : value.number();
}

std::string read_name(const Value& value) {
  if (value.text().empty()) value.fail("expected a name, found an empty text");
  return value.text();
}

// Checks the peeks that a layer of this name gets from the machine and from the entries that match
// it, later ones winning.
void require_inside(const MachineSpec& machine, const std::string& layer, Location where) {
  const PredictionSpec& prediction = machine.prediction;
  WindowSpec window = prediction.window;
  PeekSpec peeks = prediction.peeks;
  for (const LayerPredictionOverride& entry : prediction.layers) {
    if (layer.empty() || !glob_matches(entry.match, layer)) continue;
    if (entry.window) window = *entry.window;
    if (entry.peeks) peeks = *entry.peeks;
  }
  for (const Position peek : peeks.list) {
    if (peek.row < window.height && peek.col < window.width) continue;
    throw Error(ErrorKind::config, where,
                "peek [" + std::to_string(peek.row) + ", " + std::to_string(peek.col) +
                    "] lies outside the window of " + std::to_string(window.height) + " x " +
                    std::to_string(window.width),
                "rows and columns count from 0; move the peek or enlarge prediction.window");
  }
}

}  // namespace

std::vector<Choice> peek_choices() {
  std::vector<Choice> choices;
  for (const PeekPattern& pattern : peek_patterns())
    choices.push_back({pattern.name, pattern.meaning});
  return choices;
}

WindowSpec read_window(const Value& value) {
  const auto [height, width] = read_pair(value, "a window as [height, width]", 1, max_window_side);
  return {height, width};
}

PeekSpec read_peeks(const Value& value) {
  if (value.is_scalar()) return {value.one_of(row_names(peek_patterns())), {}};
  if (!value.is_list()) value.fail("expected a pattern's name or a list of [row, column]");
  if (value.items().empty()) {
    value.fail("no peek is listed", "list at least one [row, column], or choose policy none");
  }
  PeekSpec peeks{"", {}};
  for (const Value& item : value.items()) {
    const auto [row, col] = read_pair(item, "a peek as [row, column]", 0, max_window_side - 1);
    peeks.list.push_back({row, col});
  }
  std::sort(peeks.list.begin(), peeks.list.end());
  peeks.list.erase(std::unique(peeks.list.begin(), peeks.list.end()), peeks.list.end());
  return peeks;
}

ChannelThresholds read_channel_thresholds(const Value& value) {
  ChannelThresholds thresholds;
  for (const auto& [layer, list] : value.entries()) {
    if (list.items().empty()) list.fail("expected one threshold per output channel, found none");
    for (const Value& item : list.items()) thresholds[layer].push_back(read_threshold(item));
  }
  return thresholds;
}

std::vector<std::string> read_exclude(const Value& value) {
  const std::vector<std::string> kinds = {"kind:conv", "kind:depthwise", "kind:fc"};
  std::vector<std::string> exclude;
  for (const Value& item : value.items()) {
    exclude.push_back(read_name(item));
    if (item.text().rfind("kind:", 0) == 0) item.one_of(kinds);
  }
  return exclude;
}

std::vector<LayerPredictionOverride> read_layers(const Value& value,
                                                 const std::vector<std::string>& policies) {
  std::vector<LayerPredictionOverride> layers;
  for (const Value& item : value.items()) {
    item.require_known_keys({"match", "policy", "window", "peeks", "threshold"});
    const Value* match = item.find("match");
    if (match == nullptr) item.fail("no key 'match'", "name the layers, e.g. match: \"fire2/*\"");
    if (item.entries().size() == 1) {
      item.fail("changes nothing", "add policy, window, peeks or threshold");
    }
    LayerPredictionOverride layer;
    layer.match = read_name(*match);
    if (const Value* policy = item.find("policy")) {
      layer.policy = policies.empty() ? read_name(*policy) : policy->one_of(policies);
    }
    if (const Value* window = item.find("window")) layer.window = read_window(*window);
    if (const Value* peeks = item.find("peeks")) layer.peeks = read_peeks(*peeks);
    if (const Value* threshold = item.find("threshold")) layer.threshold = threshold->number();
    layer.where = item.where();
    layers.push_back(std::move(layer));
  }
  return layers;
}

Value show_number(double number) {
  if (number == never_predicted) return Value::scalar("never");
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  return Value::scalar(std::string(text, end));
}

Value show_text(const std::string& text) {
  // Quoted when a reader of the tree could take it for a number or a truth value.
  const bool number_like = !text.empty() && text.find_first_not_of("0123456789+-.eE") == text.npos;
  if (number_like || text == "true" || text == "false") return Value::quoted(text);
  return Value::scalar(text);
}

Value show_window(const WindowSpec& window) {
  return show_pair(window.height, window.width);
}

Value show_peeks(const PeekSpec& peeks) {
  if (!peeks.pattern.empty()) return show_text(peeks.pattern);
  std::vector<Value> list;
  for (const Position peek : peeks.list) list.push_back(show_pair(peek.row, peek.col));
  return Value::list(std::move(list));
}

Value show_channel_thresholds(const ChannelThresholds& thresholds) {
  std::vector<std::pair<std::string, Value>> layers;
  for (const auto& [layer, values] : thresholds) {
    std::vector<Value> list;
    for (const double threshold : values) list.push_back(show_number(threshold));
    layers.emplace_back(layer, Value::list(std::move(list)));
  }
  return Value::map(std::move(layers));
}

Value show_exclude(const std::vector<std::string>& exclude) {
  std::vector<Value> list;
  for (const std::string& pattern : exclude) list.push_back(show_text(pattern));
  return Value::list(std::move(list));
}

Value show_layers(const std::vector<LayerPredictionOverride>& layers) {
  std::vector<Value> list;
  for (const LayerPredictionOverride& layer : layers) {
    std::vector<std::pair<std::string, Value>> entry = {{"match", show_text(layer.match)}};
    if (layer.policy) entry.emplace_back("policy", show_text(*layer.policy));
    if (layer.window) entry.emplace_back("window", show_window(*layer.window));
    if (layer.peeks) entry.emplace_back("peeks", show_peeks(*layer.peeks));
    if (layer.threshold) entry.emplace_back("threshold", show_number(*layer.threshold));
    list.push_back(Value::map(std::move(entry)));
  }
  return Value::list(std::move(list));
}

void require_peeks_inside_windows(const MachineSpec& machine) {
  require_inside(machine, "", machine.location("prediction.peeks"));
  for (const LayerPredictionOverride& entry : machine.prediction.layers) {
    require_inside(machine, entry.match, entry.where);
  }
}

}  // namespace peeksim
