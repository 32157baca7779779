// SCALE-Sim topologies in the dialects that are in circulation.
#include <doctest/doctest.h>

#include "sim/workload/workload.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

const std::string conv_header =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides,\n";

Workload load(const std::string& text) {
  const TempFolder folder;
  return load_workload(folder.write("net.csv", text));
}

std::string error(const std::string& text) {
  const TempFolder folder;
  const std::string path = folder.write("net.csv", text);
  return config_error([&] { load_workload(path); }, &folder);
}

}  // namespace

TEST_CASE("a topology of convolutions is read") {
  const Workload net =
      load(conv_header + "Conv1, 227, 226, 11, 10, 3, 96, 4,\nFC, 1,1,1,1,9216,1000,1,\n");
  CHECK(net.name == "net");
  REQUIRE(net.layers.size() == 2);
  const Layer& layer = net.layers[0];
  CHECK(layer.name == "Conv1");
  CHECK(layer.H == 227);
  CHECK(layer.W == 226);
  CHECK(layer.R == 11);
  CHECK(layer.S == 10);
  CHECK(layer.C == 3);
  CHECK(layer.K == 96);
  CHECK(layer.stride_h == 4);
  CHECK(layer.stride_w == 4);
  CHECK(layer.pad_top == 0);
  CHECK(layer.P() == 55);
  CHECK(layer.activation == Activation::relu);
  CHECK(layer.kind == LayerKind::conv);
  CHECK(net.layers[1].kind == LayerKind::fc);
  CHECK(net.macs() == 96 * 55 * 55 * 3 * 110 + 9216000);
}

TEST_CASE("blank rows, tabs, CRLF, notes and missing last commas do not matter") {
  const Workload net = load(
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
      "Strides, Remarks,,Eh\r\n,,,,,,,\r\n\r\n\tA , 8,8,3,3,4,5,1, "
      "2:4,,36\r\nB,6,6,1,1,5,7,1,#note\r\n"
      "  \r\n,,,,,,,,,,total\r\nC,6,6,1,1,5,7,2");
  REQUIRE(net.layers.size() == 3);
  CHECK(net.layers[0].name == "A");
  CHECK(net.layers[0].stride_w == 1);
  CHECK(net.layers[1].K == 7);
  CHECK(net.layers[2].stride_h == 2);
}

TEST_CASE("two stride columns, depthwise layers and repeated names are understood") {
  const Workload net = load(
      "Layer name,IFMAP height,IFMAP width,Filter height,Filter width,Channels,Num filter,"
      "Stride height,Stride "
      "width,\nDP1,8,8,3,3,6,1,1,2,\nA,8,8,1,1,6,2,1,1,\nA,8,8,1,1,2,2,1,1,\n");
  CHECK(net.layers[0].stride_h == 1);
  CHECK(net.layers[0].stride_w == 2);
  CHECK(net.layers[0].depthwise());
  CHECK(net.layers[0].K == 6);
  CHECK(net.layers[1].name == "A");
  CHECK(net.layers[2].name == "A_2");
}

TEST_CASE("a topology of matrix products becomes 1x1 convolutions with the same MACs") {
  const Workload net = load("Layer, M, N, K,\nqk, 128, 64, 512,\nbatched, 2, 3, 5, 1,\n");
  REQUIRE(net.layers.size() == 2);
  const Layer& layer = net.layers[0];
  CHECK(layer.positions() == 128);
  CHECK(layer.K == 64);
  CHECK(layer.L() == 512);
  CHECK(layer.macs() == 128 * 64 * 512);
}

TEST_CASE("a bad topology is refused with its line") {
  CHECK(error(conv_header + "A,8,8,3,3,4,5,\n").find("net.csv:2: Strides: expected an integer") ==
        0);
  CHECK(error(conv_header + "\nA,8,x,3,3,4,5,1,\n")
            .find("net.csv:3: IFMAP Width: expected an integer") == 0);
  CHECK(error(conv_header + "A,8,8,3,3,0,5,1,\n")
            .find("net.csv:2: Channels: expected an integer from 1") == 0);
  CHECK(
      error(conv_header + "A,8,8,9,3,4,5,1,\n").find("net.csv:2: layer 'A': the kernel covers 9") ==
      0);
  CHECK(error(conv_header + ",8,8,3,3,4,5,1,\n") == "net.csv:2: the layer has no name");
  CHECK(error("A,8,8,3,3,4,5,1,\n").find("net.csv:1: not the header of a SCALE-Sim topology") == 0);
  CHECK(error("Layer, M, N, K,\nqk, 2, 3, 5, 4,\n")
            .find("net.csv:2: a batch of 4 is not supported") == 0);
  CHECK(error("Layer, M, N, K,\nqk, 2, 3,\n").find("net.csv:2: K: expected an integer") == 0);
  CHECK(error(conv_header + "DP,8,8,3,3,65536,65537,1,\n") ==
        "net.csv:2: a depthwise layer of 4295032832 output channels, expected at most 16777216; "
        "'Num Filter' counts those of one channel where the name holds DP");
  CHECK(error(conv_header).find("net.csv: lists no layers") == 0);
  CHECK(error("").find("net.csv: the topology is empty") == 0);
  const TempFolder folder;
  CHECK(config_error([&] { load_workload(folder.path("none.csv")); }, &folder) ==
        "none.csv: cannot read this file: No such file or directory; check the path and its "
        "permissions");
}

TEST_CASE("columns that change a layer are read, wherever they stand after the strides") {
  const Workload net = load(
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
      "Strides, Remarks, Sparsity, Depthwise, Paddings, Batch Size\n"
      "plain, 8,8,3,3,4,5,1, x, 1:1, false, 0, 1\n"
      "padded, 8,8,3,3,4,5,1, , , , 1,\n"
      "each, 8,8,3,3,4,1,1, , 4:4, true, 1, 1\n"
      "many, 8,8,3,3,4,8,1, , , 1, ,\n"
      "DP, 8,8,3,3,4,2,1, , , true, ,\n");
  REQUIRE(net.layers.size() == 5);
  CHECK(net.layers[0].P() == 6);
  CHECK(net.layers[0].groups == 1);
  CHECK(net.layers[1].P() == 8);
  CHECK(net.layers[1].Q() == 8);
  CHECK(net.layers[1].pad_left == 1);
  for (const auto& [layer, channels] : {std::pair(2, 4), std::pair(3, 8), std::pair(4, 8)}) {
    CHECK(net.layers[layer].groups == 4);
    CHECK(net.layers[layer].K == channels);
  }
  CHECK(net.layers[2].macs() == 4 * 64 * 9);
  const Workload two = load(
      "Layer name,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter,Stride "
      "height,Stride width,Padding height,Padding width\nA,8,8,3,1,2,2,1,1,1,0\n");
  CHECK(two.layers[0].P() == 8);
  CHECK(two.layers[0].Q() == 8);
}

TEST_CASE("a batch, a sparsity or a depthwise layer that cannot be is an error with its line") {
  const std::string header = conv_header.substr(0, conv_header.size() - 1);
  CHECK(error(header + " Batch Size\nA,8,8,3,3,4,5,1,2\n") ==
        "net.csv:2: a batch of 2 is not supported; repeat the row");
  for (const std::string sparsity : {"2:4", "0.5", "1:2"})
    CHECK(error(header + " Sparsity\nA,8,8,3,3,4,5,1," + sparsity + "\n") ==
          "net.csv:2: a sparsity of " + sparsity +
              " is not supported; weights are dense here: write 1:1");
  CHECK(error("Layer, M, N, K, Batch, Sparsity\nA,8,8,3,1,2:4\n").find("a sparsity of 2:4") !=
        std::string::npos);
  CHECK(error(header + " Depthwise\nA,8,8,3,3,4,5,1,maybe\n") ==
        "net.csv:2: Depthwise is 'maybe'; expected true or false");
  CHECK(error(header + " Depthwise\nA,8,8,3,3,4,5,1,true\n")
            .find("net.csv:2: a depthwise layer of 4 channels with 5 filters; ") == 0);
  CHECK(error(header + " Paddings\nA,8,8,3,3,4,5,1,-1\n").find("net.csv:2: Paddings: expected") ==
        0);
}

TEST_CASE("titles, comments, byte-order marks and no-break spaces do not matter") {
  const Workload net = load("\xef\xbb\xbfMy network,,,\n# made by hand, 2020\n" + conv_header +
                            "# first\n\xc2\xa0"
                            "A\xc2\xa0,8,8,3,3,4,5,\xc2\xa0"
                            "1,\n");
  REQUIRE(net.layers.size() == 1);
  CHECK(net.layers[0].name == "A");
  CHECK(net.layers[0].stride_h == 1);
  const TempFolder folder;
  const std::string path = folder.write("NET.CSV", conv_header + "A,8,8,3,3,4,5,1,\n");
  CHECK(load_workload(path).layers.size() == 1);
}

TEST_CASE("a file of another kind, or with other separators, is called what it is") {
  CHECK(
      error("Layer name, IFMAP Height Intraline Factor, IFMAP Width Intraline Factor,\nA,1,1,\n") ==
      "net.csv:1: a SCALE-Sim layout, which says how tensors lie in memory; give the topology, "
      "'Layer name, IFMAP Height, ...'");
  CHECK(error("Layer name;IFMAP Height;IFMAP Width\nA;8;8\n") ==
        "net.csv:1: the columns are separated by semicolons; use commas");
  CHECK(error("Layer name\tIFMAP Height\tIFMAP Width\nA\t8\t8\n") ==
        "net.csv:1: the columns are separated by tabs; use commas");
  CHECK(error("just a title\n").find("net.csv:1: not the header of a SCALE-Sim topology") == 0);
}

TEST_CASE("numbers of repeated names are none that another row has") {
  const Workload net = load("Layer, M, N, K,\ng,1,1,1,\ng,1,1,1,\ng_2,1,1,1,\ng,1,1,1,\n");
  std::vector<std::string> names;
  for (const Layer& layer : net.layers) names.push_back(layer.name);
  CHECK(names == std::vector<std::string>{"g", "g_3", "g_2", "g_4"});
}
