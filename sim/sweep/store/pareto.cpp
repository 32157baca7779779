#include "sim/sweep/store/pareto.h"

#include <algorithm>

namespace peeksim {

namespace {

using Goals = std::vector<double>;  // smaller is better in each

Goals goals_of(const SweepRow& row, const std::vector<Objective>& objectives) {
  Goals goals;
  for (std::size_t i = 0; i < objectives.size(); ++i)
    goals.push_back(objectives[i].maximize ? -*row.values[i] : *row.values[i]);
  return goals;
}

// REQUIRES: a comes before b in lexicographic order, or is equal to it.
bool dominates(const Goals& a, const Goals& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

}  // namespace

std::vector<const SweepRow*> ranked(const std::vector<SweepRow>& rows, std::size_t column,
                                    bool maximize) {
  std::vector<const SweepRow*> found;
  for (const SweepRow& row : rows)
    if (row.values[column]) found.push_back(&row);
  std::stable_sort(found.begin(), found.end(), [&](const SweepRow* a, const SweepRow* b) {
    return maximize ? *a->values[column] > *b->values[column]
                    : *a->values[column] < *b->values[column];
  });
  return found;
}

std::vector<const SweepRow*> pareto_front(const std::vector<SweepRow>& rows,
                                          const std::vector<Objective>& objectives) {
  struct Candidate {
    Goals goals;
    std::size_t number;
  };
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    bool known = true;
    for (std::size_t k = 0; k < objectives.size(); ++k) known = known && rows[i].values[k];
    if (known) candidates.push_back({goals_of(rows[i], objectives), i});
  }
  // Only a row earlier in this order can dominate another, and then one of the front does.
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.goals < b.goals; });
  std::vector<const Candidate*> front;
  for (const Candidate& candidate : candidates)
    if (std::none_of(front.begin(), front.end(), [&](const Candidate* better) {
          return dominates(better->goals, candidate.goals);
        }))
      front.push_back(&candidate);
  std::sort(front.begin(), front.end(),
            [](const Candidate* a, const Candidate* b) { return a->number < b->number; });
  std::vector<const SweepRow*> found;
  for (const Candidate* candidate : front) found.push_back(&rows[candidate->number]);
  return found;
}

}  // namespace peeksim
