// Masks as NumPy reads them.
#include "sim/report/files/masks_file.h"

#include <doctest/doctest.h>

using namespace peeksim;

namespace {

Layer plane(int P, int Q, int K = 1) {
  Layer layer;
  layer.H = P, layer.W = Q, layer.K = K;
  return layer;
}

// One image's mask as rows of digits, each channel's followed by a blank line.
std::string mask(const MachineSpec& machine, const Layer& layer, const std::vector<float>& ofmap) {
  const LayerPrediction settings = resolve_prediction(machine, layer, false);
  const std::string values = mask_values(predict(settings, ofmap, layer.K, 0), layer.K);
  CHECK(values.size() == ofmap.size());
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += values[i] == 0 ? '0' : values[i] == 1 ? '1' : '?';
    if ((i + 1) % layer.Q() == 0) text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("the outputs of a predicted window are gated, except its peeks and its missing ones") {
  MachineSpec machine;                               // 2x2 windows, diagonal peeks
  const std::vector<float> ofmap = {0, 9, 0, 1, -1,  //
                                    9, 0, 1, 0, -1,  //
                                    0, 1, 2, 1, -1};
  CHECK(mask(machine, plane(3, 5), ofmap) ==
        "01010\n"
        "10101\n"
        "01000\n");
}

TEST_CASE("every channel has its own windows, and without prediction nothing is gated") {
  MachineSpec machine;
  machine.prediction.channel_thresholds[""] = {0, 5};
  const std::vector<float> ofmap(8, 3);
  CHECK(mask(machine, plane(2, 2, 2), ofmap) == "00\n00\n01\n10\n");
  machine.prediction.policy = "none";
  CHECK(mask(machine, plane(2, 2, 2), ofmap) == "00\n00\n00\n00\n");
  machine.prediction.policy = "oracle";
  CHECK(mask(machine, plane(2, 2, 2), {0, 1, -1, 1, 2, 2, 2, 0}) == "10\n10\n00\n01\n");
}

TEST_CASE("the header is that of a .npy file, version 1, aligned to 64 bytes") {
  const std::string header = mask_header(plane(3, 5, 70), 12);
  CHECK(header.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  CHECK(header.size() % 64 == 0);
  CHECK(static_cast<unsigned char>(header[8]) + 256 * static_cast<unsigned char>(header[9]) + 10 ==
        static_cast<int>(header.size()));
  CHECK(header.find("'descr': '|b1', 'fortran_order': False, 'shape': (12, 70, 3, 5), }") == 11);
  CHECK(header.back() == '\n');
}
