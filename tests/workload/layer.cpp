#include "sim/workload/layer.h"

#include <doctest/doctest.h>

using namespace peeksim;

namespace {

Layer conv() {
  Layer layer;
  layer.name = "conv";
  layer.C = 8;
  layer.H = layer.W = 10;
  layer.K = 4;
  layer.R = layer.S = 3;
  return layer;
}

bool refused(const Layer& layer, const std::string& word) {
  return shape_error(layer).find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("the ofmap's size follows kernel, stride, padding and dilation on each axis") {
  Layer layer = conv();
  layer.W = 21;
  layer.stride_h = 2;
  layer.pad_top = 1;
  layer.dilation_w = 3;
  layer.pad_right = 2;
  CHECK(layer.P() == (10 + 1 - 2 - 1) / 2 + 1);
  CHECK(layer.Q() == 21 + 2 - 6 - 1 + 1);
  CHECK(layer.L() == 72);
  CHECK(layer.macs() == 4 * layer.positions() * 72);
  CHECK(shape_error(layer).empty());
}

TEST_CASE("groups shorten the reduction") {
  Layer layer = conv();
  layer.groups = 4;
  CHECK(layer.L() == 18);
  layer.K = 8;
  layer.groups = 8;
  CHECK(layer.L() == 9);
  CHECK(layer.depthwise());
}

TEST_CASE("a layer's kind is what patterns call it") {
  Layer layer = conv();
  CHECK(std::string(kind_name(layer)) == "conv");
  layer.groups = 8;
  layer.K = 8;
  CHECK(std::string(kind_name(layer)) == "depthwise");
  layer.kind = LayerKind::fc;
  CHECK(std::string(kind_name(layer)) == "fc");
  CHECK(std::string(activation_name(Activation::none)) == "none");
  CHECK(std::string(activation_name(Activation::relu)) == "relu");
  CHECK(std::string(activation_name(Activation::relu6)) == "relu6");
}

TEST_CASE("sizes below 1 and paddings below 0 are impossible") {
  for (int Layer::*field :
       {&Layer::C, &Layer::H, &Layer::W, &Layer::K, &Layer::R, &Layer::S, &Layer::stride_h,
        &Layer::stride_w, &Layer::dilation_h, &Layer::dilation_w, &Layer::groups}) {
    for (const int bad : {0, -1, (1 << 24) + 1}) {
      Layer layer = conv();
      layer.*field = bad;
      CHECK(refused(layer, "expected 1 to"));
    }
  }
  for (int Layer::*field :
       {&Layer::pad_top, &Layer::pad_left, &Layer::pad_bottom, &Layer::pad_right}) {
    Layer layer = conv();
    layer.*field = -1;
    CHECK(refused(layer, "pad is -1"));
  }
}

TEST_CASE("groups must divide both channel counts") {
  Layer layer = conv();
  layer.groups = 3;
  CHECK(refused(layer, "groups 3 do not divide"));
  layer.groups = 8;
  CHECK(refused(layer, "do not divide"));
}

TEST_CASE("a kernel fits until it is one larger than the padded map") {
  Layer layer = conv();
  layer.R = 10;
  CHECK(shape_error(layer).empty());
  layer.R = 11;
  CHECK(refused(layer, "height"));
  layer.pad_bottom = 1;
  CHECK(shape_error(layer).empty());
  layer.dilation_w = 5;
  CHECK(refused(layer, "width"));
  layer.dilation_w = 1 << 24;
  layer.S = 1 << 24;
  CHECK(refused(layer, "width"));
}

TEST_CASE("a fully connected layer is 1x1 on 1x1") {
  Layer layer;
  layer.kind = LayerKind::fc;
  layer.C = 512;
  layer.K = 10;
  CHECK(shape_error(layer).empty());
  CHECK(layer.macs() == 5120);
  layer.pad_top = 1;
  CHECK(refused(layer, "fully connected"));
  layer = conv();
  layer.kind = LayerKind::fc;
  CHECK(refused(layer, "fully connected"));
}

TEST_CASE("work that would not fit exact arithmetic is refused") {
  Layer layer = conv();
  layer.H = layer.W = layer.C = layer.K = 1 << 24;
  CHECK(refused(layer, "2^53 MACs"));
  layer.R = 128;
  CHECK(refused(layer, "2^31 - 1 taps of an output"));
  layer.K = 1;
  layer.R = layer.S = 1;
  layer.stride_h = layer.stride_w = 1 << 24;
  CHECK(refused(layer, "2^53 elements"));
}
