// A small case with every expected number: tests/vectors/README.md.
#pragma once

#include <string>
#include <vector>

#include "sim/base/counters.h"
#include "sim/config/machine.h"
#include "sim/engine/job.h"
#include "sim/workload/layer.h"

namespace peeksim {

struct VectorCase {
  std::string path;
  Layer layer;
  MachineSpec machine;
  std::vector<float> ofmap, ifmap;
  Operands operands;  // weights, biases and residuals, if known
  bool expects_error = false;
  Counters expected;                             // 0 where the case does not say
  std::vector<Count Counters::*> unstated = {};  // what it does not say

  // Of counters, what the case states.
  Counters stated(Counters counters) const {
    for (const auto counter : unstated) counters.*counter = 0;
    return counters;
  }
  // What a run would tell an engine.
  LayerValues values() const;
};

// All caseNNN.json of a folder, by name. Throws std::runtime_error when there is none.
std::vector<VectorCase> load_vector_cases(const std::string& folder);

// tests/vectors, and the folder named by the environment variable PEEKSIM_VECTORS if it is set.
std::vector<VectorCase> all_vector_cases();

}  // namespace peeksim
