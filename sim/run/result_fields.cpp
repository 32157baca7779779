#include "sim/run/result_fields.h"

namespace peeksim {

const char* kind_word(const Layer& layer) {
  return kind_name(layer);
}

// A convolution is depthwise by its shape.
bool read_kind(Layer& layer, const std::string& word) {
  layer.kind = word == "fc" ? LayerKind::fc : LayerKind::conv;
  return word == "fc" || word == "conv" || word == "depthwise";
}

const char* activation_word(const Activation& activation) {
  return activation_name(activation);
}

bool read_activation(Activation& activation, const std::string& word) {
  for (const Activation known : {Activation::none, Activation::relu, Activation::relu6}) {
    if (word != activation_name(known)) continue;
    activation = known;
    return true;
  }
  return false;
}

const char* loop_word(const bool& closed) {
  return closed ? "closed" : "open";
}

bool read_loop(bool& closed, const std::string& word) {
  closed = word == "closed";
  return closed || word == "open";
}

}  // namespace peeksim
