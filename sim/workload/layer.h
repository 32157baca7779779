// The shape of a CNN layer, in the terms of docs/machine.md section 1.
#pragma once

#include <string>

#include "sim/base/units.h"

namespace peeksim {

enum class LayerKind { conv, fc };
enum class Activation { none, relu, relu6 };

struct Layer {
  std::string name;
  LayerKind kind = LayerKind::conv;
  Activation activation = Activation::relu;  // applied to the ofmap; none: never predicted
  int C = 1, H = 1, W = 1;                   // ifmap
  int K = 1, R = 1, S = 1;                   // output channels, kernel
  int stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  int dilation_h = 1, dilation_w = 1;
  int groups = 1;
  bool residual = false;  // a tensor of the ofmap's shape is added before the activation

  int P() const { return (H + pad_top + pad_bottom - dilation_h * (R - 1) - 1) / stride_h + 1; }
  int Q() const { return (W + pad_left + pad_right - dilation_w * (S - 1) - 1) / stride_w + 1; }
  Count positions() const { return Count{P()} * Q(); }  // per channel
  Count outputs() const { return positions() * K; }
  Count L() const { return Count{C / groups} * R * S; }  // taps of one output
  Count macs() const { return outputs() * L(); }         // padding taps count
  bool depthwise() const { return groups > 1 && groups == C; }
};

// "conv", "depthwise" or "fc": what `kind:` patterns and reports call this layer.
const char* kind_name(const Layer& layer);

// Where files that hold something of layers have it: HDF5 takes a slash in a name for a path, and
// drops those at its beginning.
std::string path_in_files(const Layer& layer);
const char* activation_name(Activation activation);

// "" when the shape is possible, else what is wrong with it: sizes below 1, groups that do not
// divide C and K, a kernel larger than the padded map, an fc layer that is not 1x1, more than
// 2^31 - 1 taps of an output, more than 2^53 MACs.
std::string shape_error(const Layer& layer);

}  // namespace peeksim
