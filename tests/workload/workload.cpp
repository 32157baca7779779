// The format of workload files, and what is refused.
#include "sim/workload/workload.h"

#include <doctest/doctest.h>

#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

Workload load(const std::string& text) {
  const TempFolder folder;
  return load_workload(folder.write("w.yaml", text));
}

// The answer to a workload whose third line is the only layer.
std::string error(const std::string& layer) {
  const TempFolder folder;
  const std::string path = folder.write("w.yaml", "name: w\nlayers:\n  - " + layer + "\n");
  return config_error([&] { load_workload(path); }, &folder);
}

bool starts(const std::string& text, const std::string& beginning) {
  if (text.rfind(beginning, 0) == 0) return true;
  MESSAGE(text);
  return false;
}

}  // namespace

TEST_CASE("a layer has defaults for everything but its sizes") {
  const Workload workload =
      load("name: w\nlayers:\n  - {name: a, C: 3, H: 8, W: 9, K: 4, R: 3, S: 2}\n");
  REQUIRE(workload.layers.size() == 1);
  const Layer& layer = workload.layers[0];
  CHECK(layer.kind == LayerKind::conv);
  CHECK(layer.activation == Activation::relu);
  CHECK(layer.C == 3);
  CHECK(layer.H == 8);
  CHECK(layer.W == 9);
  CHECK(layer.K == 4);
  CHECK(layer.P() == 6);
  CHECK(layer.Q() == 8);
  CHECK_FALSE(layer.residual);
}

TEST_CASE("every key of a layer changes the layer") {
  const Workload workload = load(
      "name: w\nsource: here\npublished: {macs: 5, reference: none}\nlayers:\n"
      "  - {name: a, kind: conv, C: 4, H: 8, W: 9, K: 6, R: 3, S: 2, stride: [2, 3], "
      "pad: [1, 2, 3, 4], dilation: [2, 1], groups: 2, residual: true, activation: relu6}\n"
      "  - {name: b, C: 4, H: 8, W: 9, K: 6, R: 3, S: 3, stride: 2, pad: [1, 2], activation: "
      "none}\n"
      "  - {name: c, kind: fc, C: 7, K: 8}\n");
  CHECK(workload.source == "here");
  const Layer& a = workload.layers.at(0);
  CHECK(a.stride_h == 2);
  CHECK(a.stride_w == 3);
  CHECK(a.pad_top == 1);
  CHECK(a.pad_left == 2);
  CHECK(a.pad_bottom == 3);
  CHECK(a.pad_right == 4);
  CHECK(a.dilation_h == 2);
  CHECK(a.dilation_w == 1);
  CHECK(a.groups == 2);
  CHECK(a.residual);
  CHECK(a.activation == Activation::relu6);
  const Layer& b = workload.layers.at(1);
  CHECK(b.stride_h == 2);
  CHECK(b.stride_w == 2);
  CHECK(b.pad_top == 1);
  CHECK(b.pad_bottom == 1);
  CHECK(b.pad_left == 2);
  CHECK(b.pad_right == 2);
  CHECK(b.activation == Activation::none);
  CHECK(workload.layers.at(2).kind == LayerKind::fc);
  CHECK(workload.layers.at(2).macs() == 56);
  CHECK(workload.macs() == workload.conv_macs() + 56);
}

TEST_CASE("a bad layer is refused with its line") {
  CHECK(error("{name: a, C: 3, H: 8, W: 8, K: 4, R: 3, S: 3, strid: 2}") ==
        "w.yaml:3: layers[0].strid: unknown key 'strid'; did you mean 'stride'?");
  CHECK(
      starts(error("{C: 3, H: 8, W: 8, K: 4, R: 3, S: 3}"), "w.yaml:3: layers[0]: no key 'name'"));
  CHECK(
      starts(error("{name: a, C: 3, W: 8, K: 4, R: 3, S: 3}"), "w.yaml:3: layers[0]: no key 'H'"));
  CHECK(starts(error("{name: a, C: 0, H: 8, W: 8, K: 4, R: 3, S: 3}"),
               "w.yaml:3: layers[0].C: expected an integer"));
  CHECK(starts(error("{name: a, C: 03, H: 8, W: 8, K: 4, R: 3, S: 3}"),
               "w.yaml:3: layers[0].C: expected an integer"));
  CHECK(starts(error("{name: a, C: 3, C: 3, H: 8, W: 8, K: 4, R: 3, S: 3}"),
               "w.yaml:3: layers[0].C: duplicate key"));
  CHECK(starts(error("{name: a, C: 3, H: 8, W: 8, K: 4, R: 9, S: 3}"),
               "w.yaml:3: layers[0]: layer 'a': the kernel covers 9"));
  CHECK(starts(error("{name: a, C: 3, H: 8, W: 8, K: 4, R: 3, S: 3, groups: 2}"),
               "w.yaml:3: layers[0]: layer 'a': groups 2"));
  CHECK(starts(error("{name: a, C: 3, H: 8, W: 8, K: 4, R: 3, S: 3, pad: [1, 1, 1]}"),
               "w.yaml:3: layers[0].pad: expected"));
  CHECK(starts(error("{name: a, C: 3, H: 8, W: 8, K: 4, R: 3, S: 3, stride: [1, 1, 1, 1]}"),
               "w.yaml:3: layers[0].stride: expected"));
  CHECK(starts(error("{name: a, C: 3, H: 8, W: 8, K: 4, R: 3, S: 3, stride: 0}"),
               "w.yaml:3: layers[0].stride: expected an integer"));
  CHECK(starts(error("{name: a, C: 3, H: 8, W: 8, K: 4, R: 3, S: 3, pad: -1}"),
               "w.yaml:3: layers[0].pad: expected an integer"));
  CHECK(starts(error("{name: a, kind: cnv, C: 3, K: 4}"),
               "w.yaml:3: layers[0].kind: unknown name 'cnv'; did you mean 'conv'?"));
  CHECK(starts(error("{name: a, kind: fc, C: 3, K: 4, H: 2}"),
               "w.yaml:3: layers[0].H: a fully connected layer has only C and K"));
  CHECK(starts(error("{name: a, kind: fc, C: 3, K: 4, activation: tanh}"),
               "w.yaml:3: layers[0].activation: unknown name"));
  CHECK(starts(error("a"), "w.yaml:3: layers[0]: expected a map of keys"));
  CHECK(starts(error("{name: a, kind: fc, C: 3, K: 4}\n  - {name: a, kind: fc, C: 3, K: 4}"),
               "w.yaml:4: layers[1]: a second layer named 'a'"));
}

TEST_CASE("a bad file is refused") {
  const TempFolder folder;
  const auto answer = [&](const std::string& text) {
    const std::string path = folder.write("w.yaml", text);
    return config_error([&] { load_workload(path); }, &folder);
  };
  CHECK(starts(answer("name: w\nlayers: []\n"), "w.yaml: lists no layers"));
  CHECK(starts(answer("name: w\n"), "w.yaml:1: no key 'layers'"));
  CHECK(starts(answer("layers: []\n"), "w.yaml:1: no key 'name'"));
  CHECK(starts(answer("name: w\nlayer: []\n"),
               "w.yaml:2: layer: unknown key 'layer'; did you mean 'layers'?"));
  CHECK(starts(answer("name: w\npublished: {mac: 1}\nlayers: []\n"),
               "w.yaml:2: published.mac: unknown key"));
  CHECK(starts(config_error([&] { load_workload(folder.path("none.yaml")); }, &folder),
               "none.yaml: cannot read this file"));
}

TEST_CASE("a workload of another tool is called so") {
  const TempFolder folder;
  for (const auto& [tool, text] : std::vector<std::pair<std::string, std::string>>{
           {"Timeloop", "problem:\n  shape: {dimensions: [C, K]}\n  instance: {C: 3}\n"},
           {"ZigZag", "- id: 0\n  operator_type: Conv\n  equation: O+=I*W\n  loop_dims: [K, C]\n"},
           {"MAESTRO",
            "Network net {\n  Layer a {\n    Type: CONV\n    Dimensions { K: 3 }\n  }\n}\n"}}) {
    const std::string path = folder.write("net.yaml", text);
    CHECK(config_error([&] { load_workload(path); }, &folder)
              .find("is a workload of " + tool + "; write its layers as in workloads/") !=
          std::string::npos);
  }
}
