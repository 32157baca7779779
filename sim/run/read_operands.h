// Reads the operands of a layer (weights, biases, activations) from a trace.
#pragma once

#include "sim/operands/operands.h"
#include "sim/trace/trace.h"

namespace peeksim {

// "" when the trace has the operands of every output of the layer, else which are missing.
std::string why_not_computable(const TraceLayer& layer);

// "" when every output of the layer can be computed from the trace and compared with its ofmap,
// else why not.
std::string why_not_checkable(const TraceLayer& layer);

// The operands that are the same for all images. When the trace lacks the weights, or a tensor that
// is added to their products, `operands` gets none and outputs are not computed. Throws
// Error(trace).
void read_weights(const Trace& trace, std::size_t layer, Operands& operands);

// The operands of one image; ofmap: [K,P,Q], read before. Throws Error(trace).
void read_activations(const Trace& trace, std::size_t layer, int image,
                      const std::vector<float>& ofmap, Operands& operands);

}  // namespace peeksim
