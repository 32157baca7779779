// An HTML page that shows what a predictor sees: the values of one layer and image, its windows,
// and which outputs the machine gates. The page computes the rule of policy `peek` itself, so that
// the threshold can be moved; the machine's own mask, for any policy, comes from the simulator.
#pragma once

#include <string>
#include <vector>

#include "sim/skip/layer_prediction.h"
#include "sim/trace/trace.h"

namespace peeksim {

// References outlive the object.
struct View {
  const std::string& machine;  // its name
  const TraceInfo& trace;
  std::size_t layer = 0;  // index in the trace
  int image = 0;          // from 0
  const LayerPrediction& settings;
  const std::vector<float>& ofmap;  // [K,P,Q]
  int first_channel = 0;            // the channels that are shown: from here
  int end_channel = 0;              // up to, not including, this one
};

// The number of the layer's channels, at least 1, that fit in a page of about 3 MB.
int channels_that_fit(const Layer& layer, const std::vector<float>& ofmap);

// The data of the page, JSON. REQUIRES: 0 <= first_channel < end_channel <= K.
std::string view_data(const View& view);

std::string view_page(const View& view);

}  // namespace peeksim
