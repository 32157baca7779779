// Describes a trace without its values, as a screen and as JSON: `peeksim trace info`.
#pragma once

#include <string>

#include "sim/report/screens/screen_style.h"
#include "sim/trace/trace.h"

namespace peeksim {

// The lines above a table: network, origin, loop, images.
std::string trace_heading(const TraceInfo& info, const std::string& sha256,
                          const ScreenStyle& style);

// What the trace holds of a layer: "ofmap i16, ifmap (zero point -128), weight, bias: i8
// arithmetic".
std::string values_text(const TraceLayer& traced);

std::string trace_info_screen(const TraceInfo& info, const std::string& sha256,
                              const ScreenStyle& style);

// One object, with a list of layers; shapes as [C,H,W] and [K,P,Q].
std::string trace_info_json(const TraceInfo& info, const std::string& sha256);

}  // namespace peeksim
