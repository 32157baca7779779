// The fields of a result, each named once. Writers and readers of results (results.json,
// layers.csv, the bytes that a point of a sweep sends) are visitors that are called with each
// field,
//
//   visit(Given or Found, value);
//
// in the order of results.json. A value is a text, a number, a truth value, counters, a struct or a
// list that has fields of its own, or one of the forms below. A new field is a row here.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "sim/run/result.h"

namespace peeksim {

struct ResultField {
  const char* name;    // in results.json
  const char* column;  // in layers.csv; null: it has none

 protected:
  constexpr ResultField(const char* in_json, const char* in_csv) : name(in_json), column(in_csv) {}
};

// Follows from trace and machine: known before the run.
struct Given : ResultField {
  constexpr explicit Given(const char* in_json, const char* in_csv = nullptr)
      : ResultField(in_json, in_csv) {}
};

// Known only after the run.
struct Found : ResultField {
  constexpr explicit Found(const char* in_json, const char* in_csv = nullptr)
      : ResultField(in_json, in_csv) {}
};

// A value that files spell as a word; `read` returns false for an unknown word.
template <class Of>
struct Word {
  Of& of;
  const char* (*spell)(const Of& of);
  bool (*read)(std::remove_const_t<Of>& of, const std::string& word);
};

template <class Of>
Word<Of> word(Of& of, const char* (*spell)(const std::remove_const_t<Of>& of),
              bool (*read)(std::remove_const_t<Of>& of, const std::string& word)) {
  return {of, spell, read};
}

// The fields of a layer's "shape".
template <class LayerType>
struct Shape {
  LayerType& layer;
};

// A size that follows from the others: written for readers, and checked when it is read.
struct Derived {
  const Layer& layer;
  int (Layer::*size)() const;
  int value() const { return (layer.*size)(); }
};

// Several sizes under one name.
template <class Int, class... More>
std::vector<Int*> sizes(Int& first, More&... more) {
  return {&first, &more...};
}

const char* kind_word(const Layer& layer);
bool read_kind(Layer& layer, const std::string& word);
const char* activation_word(const Activation& activation);
bool read_activation(Activation& activation, const std::string& word);
const char* loop_word(const bool& closed);
bool read_loop(bool& closed, const std::string& word);

template <class LayerType, class Visit>
void shape_fields(LayerType& layer, Visit&& visit) {
  visit(Given("C", "C"), layer.C);
  visit(Given("H", "H"), layer.H);
  visit(Given("W", "W"), layer.W);
  visit(Given("K", "K"), layer.K);
  visit(Given("P", "P"), Derived{layer, &Layer::P});
  visit(Given("Q", "Q"), Derived{layer, &Layer::Q});
  visit(Given("R", "R"), layer.R);
  visit(Given("S", "S"), layer.S);
  visit(Given("stride"), sizes(layer.stride_h, layer.stride_w));
  visit(Given("pad"), sizes(layer.pad_top, layer.pad_left, layer.pad_bottom, layer.pad_right));
  visit(Given("dilation"), sizes(layer.dilation_h, layer.dilation_w));
  visit(Given("groups", "groups"), layer.groups);
  visit(Given("residual"), layer.residual);
}

template <class LayerType, class Visit>
void layer_fields(LayerType& layer, Visit&& visit) {
  visit(Given("name", "layer"), layer.name);
  visit(Given("kind", "kind"), word(layer, kind_word, read_kind));
  visit(Given("activation"), word(layer.activation, activation_word, read_activation));
  visit(Given("shape"), Shape<LayerType>{layer});
}

// The fields of the layer stand among the others.
template <class LayerResultType, class Visit>
void layer_result_fields(LayerResultType& result, Visit&& visit) {
  visit(Given("layer"), result.layer);
  visit(Found("policy", "policy"), result.policy);
  visit(Found("not_predicted_because", "not_predicted_because"), result.excluded);
  visit(Found("weights_streamed", "weights_streamed"), result.streamed);
  visit(Found("zero_activations_known"), result.zeros_known);
  visit(Found("counters"), result.counters);
}

template <class ImageResultType, class Visit>
void image_result_fields(ImageResultType& result, Visit&& visit) {
  visit(Given("name"), result.name);
  visit(Found("counters"), result.counters);
}

template <class TraceLoopType, class Visit>
void loop_fields(TraceLoopType& loop, Visit&& visit) {
  visit(Given("loop", "loop"), word(loop.closed, loop_word, read_loop));
  visit(Given("machine"), loop.machine);
  visit(Given("settings"), loop.settings);
}

template <class UnrecordedMacsType, class Visit>
void unrecorded_fields(UnrecordedMacsType& unrecorded, Visit&& visit) {
  visit(Given("unrecorded_macs"), unrecorded.macs);
  visit(Given("unrecorded"), unrecorded.names);
}

// The fields of the loop and of unrecorded MACs stand among the others. The SHA-256 is that of the
// file that was read.
template <class TraceIdentityType, class Visit>
void trace_fields(TraceIdentityType& trace, Visit&& visit) {
  visit(Given("file"), trace.file);
  visit(Given("network", "network"), trace.network);
  visit(Given("origin"), trace.origin);
  visit(Given("workload"), trace.workload);
  visit(Found("sha256"), trace.sha256);
  visit(Given("synthetic", "synthetic"), trace.synthetic);
  visit(Given("loop"), trace.loop);
  visit(Given("images", "images"), trace.images);
  visit(Given("unrecorded_macs"), trace.unrecorded);
}

template <class RunResultType, class Visit>
void run_fields(RunResultType& result, Visit&& visit) {
  visit(Given("trace"), result.trace);
  visit(Given("machine"), result.machine);
  visit(Given("images"), result.images);
  visit(Given("layers"), result.layers);
}

}  // namespace peeksim
