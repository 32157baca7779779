#include "sim/report/screens/speed_up_words.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "sim/report/screens/text_table.h"

namespace peeksim {

namespace {

std::string percent(double part, double all) {
  return fixed(all == 0 ? 0 : 100 * part / all, 1) + " %";
}

bool is_visible(double part, double all) {
  return all > 0 && std::abs(100 * part / all) >= 0.05;
}

// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

// The layers with the largest parts, at most three and no more than are needed for most of the sum.
// part_of(i): of layer i; only those above 0 count.
template <class PartOf>
std::string largest(const RunResult& run, const PartOf& part_of) {
  std::vector<std::size_t> order(run.layers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return part_of(a) > part_of(b); });
  double all = 0, named = 0;
  for (const std::size_t i : order) all += std::max(0.0, part_of(i));
  std::vector<std::string> names;
  for (const std::size_t i : order) {
    if (names.size() == 3 || named >= 0.8 * all || part_of(i) <= 0) break;
    names.push_back(run.layers[i].layer.name);
    named += part_of(i);
  }
  return listed(names) + " (" + percent(named, all) + " of it)";
}

std::string layers_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " layer" : " layers");
}

// Where the cycles of a machine without prediction went.
std::string dense_words(const RunResult& run) {
  const Counters all = run.totals().machine;
  const auto part = [&](Count cycles) {
    return percent(static_cast<double>(cycles), static_cast<double>(all.cycles));
  };
  const auto waits = [](const Counters& c) { return static_cast<double>(c.memory_stall + c.tail); };
  std::string text =
      "No layer is predicted, so there is no speed-up to explain. The array computes in " +
      part(all.array_busy) + " of the cycles, waits for the drain in " + part(all.drain_stall) +
      " and for data, with the tail, in " + part(all.memory_stall + all.tail);
  if (waits(all) > 0)
    text += ", most in " +
            largest(run, [&](std::size_t i) { return waits(run.layers[i].counters.machine); });
  return text + ".";
}

std::string what_became(const RunResult& run, const CyclesExplained& network) {
  const CounterPair totals = run.totals();
  const double dense = static_cast<double>(network.dense);
  const double saved = static_cast<double>(network.saved()), bound = network.saved_macs();
  const std::string taken =
      "the run takes " + percent(static_cast<double>(network.run), dense) +
      " of the cycles without prediction, speed-up " +
      fixed(network.run == 0 ? 0 : dense / static_cast<double>(network.run), 2);
  if (totals.machine.macs_predicted == 0) return "No MAC is saved: " + taken + ".";
  std::string text = "Without prediction, the " +
                     percent(static_cast<double>(totals.machine.macs_predicted),
                             static_cast<double>(totals.machine.macs_total)) +
                     " of the MACs that are saved take " + percent(bound, dense) +
                     " of the cycles; ";
  if (saved <= 0)
    text += "none of these are saved: ";
  else if (saved > bound)
    text += "these and more are saved: ";
  else
    text += percent(saved, bound) + " of these are saved: ";
  return text + taken + ".";
}

// What was lost to each cause, the largest first, and what was won; "" when nothing is visible.
std::string what_was_lost(const RunResult& run, const SpeedUpExplained& explained) {
  const double dense = static_cast<double>(explained.network.dense);
  std::vector<std::size_t> order(speed_up_causes().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::vector<double>& lost = explained.network.lost;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lost[a] > lost[b]; });
  std::vector<std::string> losses, gains;
  for (const std::size_t i : order) {
    if (!is_visible(lost[i], dense)) continue;
    std::string text = speed_up_causes()[i].label + (" " + percent(std::abs(lost[i]), dense));
    if (lost[i] < 0) {
      gains.push_back(std::move(text));
      continue;
    }
    if (losses.empty())
      text += ", most in " +
              largest(run, [&](std::size_t layer) { return explained.layers[layer].lost[i]; });
    losses.push_back(std::move(text));
  }
  std::string text;
  if (!losses.empty()) text = "Lost to " + listed(losses);
  if (!gains.empty()) text += (text.empty() ? "Won: " : "; won: ") + listed(gains);
  return text.empty() ? "" : text + ".";
}

std::string which_layers(const RunResult& run, const SpeedUpExplained& explained) {
  const double dense = static_cast<double>(explained.network.dense);
  const auto saved = [&](std::size_t i) {
    return static_cast<double>(explained.layers[i].saved());
  };
  std::size_t faster = 0, slower = 0;
  double won = 0, lost = 0;
  for (std::size_t i = 0; i < run.layers.size(); ++i) {
    if (saved(i) > 0) ++faster, won += saved(i);
    if (saved(i) < 0) ++slower, lost -= saved(i);
  }
  std::string text;
  if (faster > 0)
    text = layers_text(faster) + (faster == 1 ? " saves " : " save ") + percent(won, dense) +
           " of the cycles, most in " + largest(run, saved);
  if (slower > 0)
    text += (text.empty() ? "" : "; ") + layers_text(slower) +
            (slower == 1 ? " is slower than without prediction and adds "
                         : " are slower than without prediction and add ") +
            percent(lost, dense) + ", most in " +
            largest(run, [&](std::size_t i) { return -saved(i); });
  return text.empty() ? "" : text + ".";
}

std::string unpredicted_layers(const RunResult& run, const SpeedUpExplained& explained) {
  std::vector<std::string> names;
  double cycles = 0;
  for (std::size_t i = 0; i < run.layers.size(); ++i) {
    if (run.layers[i].policy != "none") continue;
    names.push_back(run.layers[i].layer.name);
    cycles += static_cast<double>(explained.layers[i].dense);
  }
  if (names.empty()) return "";
  const std::size_t more = names.size() - std::min<std::size_t>(names.size(), 3);
  if (more > 0) {
    names.resize(3);
    names.push_back(std::to_string(more) + " more");
  }
  return "Layers that are not predicted take " +
         percent(cycles, static_cast<double>(explained.network.dense)) +
         " of the cycles: " + listed(names) + ".";
}

}  // namespace

std::vector<std::string> speed_up_words(const RunResult& run) {
  const std::optional<SpeedUpExplained> explained = explain_speed_up(run);
  if (!explained) return {};
  if (!run.predicts()) return {dense_words(run)};
  std::vector<std::string> sentences = {
      what_became(run, explained->network), what_was_lost(run, *explained),
      which_layers(run, *explained), unpredicted_layers(run, *explained)};
  sentences.erase(std::remove(sentences.begin(), sentences.end(), ""), sentences.end());
  return sentences;
}

}  // namespace peeksim
