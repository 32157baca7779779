// The keys of the look-ahead, which its predictor and the price of what it does both read.
#pragma once

#include "sim/config/parameter.h"

namespace peeksim {

inline constexpr Parameter lookahead_parameters[] = {
    {"prediction.lookahead_bits", Parameter::Type::integer, "bits", 2, 8, 4,
     "Width of the activations and weights of the look-ahead: fewer bits are faster and cheaper, "
     "and more often wrong"},
    {"prediction.lookahead_ratio", Parameter::Type::integer, "", 1, 64, 4,
     "How many taps of the look-ahead the array does in the time of one: an 8-bit PE that splits "
     "does four of 4 bits"}};
inline constexpr const Parameter& lookahead_bits = lookahead_parameters[0];
inline constexpr const Parameter& lookahead_ratio = lookahead_parameters[1];

}  // namespace peeksim
