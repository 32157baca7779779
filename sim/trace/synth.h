// Synthetic traces for networks without a real one: seeded values whose zeros cluster in space
// (sim/trace/field.h). They exercise the machine; they say nothing about a network's quality.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/trace/watch.h"
#include "sim/workload/workload.h"

namespace peeksim {

struct SynthSettings {
  double zeros = 0.6;      // share of each layer's ofmap (that enters an activation) that is <= 0
  double correlation = 3;  // outputs; distance at which the correlation has fallen to about 1/e
  int images = 1;
  std::uint64_t seed = 1;
  std::string type = "i8";  // one of synth_types()
};

// What SynthSettings::type may be.
const std::vector<std::string>& synth_types();

// Writes a trace of `workload` to `path`, ofmaps and ifmaps. The ofmap of a layer without an
// activation is not shifted: half of it is <= 0. Every layer's and image's values depend only on
// the seed, the layer's place, the image's number and the layer's shape.
// Throws Error(usage) for settings out of range, Error(config) for a layer of which a trace holds
// no image, before anything is written, Error(output), Error(interrupted).
void synthesize(const Workload& workload, const SynthSettings& settings, const std::string& path,
                bool overwrite = false, const Watch& watch = {});

}  // namespace peeksim
