// What an engine computes values with, from a trace.
#pragma once

#include "sim/engine/operands.h"
#include "sim/trace/trace.h"

namespace peeksim {

// "" when every output of the layer can be computed from the trace and compared with its ofmap,
// else why not.
std::string why_not_checkable(const TraceLayer& layer);

// The part that is the same for all images. Without weights, or without what is added to their
// products, outputs are not computed and `operands` gets none. Throws Error(trace).
void read_weights(const Trace& trace, std::size_t layer, Operands& operands);

// The part of one image; ofmap: [K,P,Q], read before. Throws Error(trace).
void read_activations(const Trace& trace, std::size_t layer, int image,
                      const std::vector<float>& ofmap, Operands& operands);

}  // namespace peeksim
