#include "sim/report/files/masks_file.h"

namespace peeksim {

namespace {

constexpr std::size_t alignment = 64;        // of the first value, as NumPy does it
constexpr std::size_t before_the_text = 10;  // magic, version and length of the text

// The outputs of channel `k` into plane[], which starts as all 0.
void fill_plane(const Prediction& prediction, int k, char* plane) {
  const WindowGrid& grid = prediction.grid;
  for (int row = 0, window = 0; row < grid.rows(); ++row)
    for (int col = 0; col < grid.cols(); ++col, ++window) {
      if (!prediction.predicted.test(window, k)) continue;
      for (int i = 0; i < grid.height_of(row); ++i)
        for (int j = 0; j < grid.width_of(col); ++j)
          plane[std::int64_t{row * grid.height + i} * grid.Q + col * grid.width + j] =
              !grid.is_peek({row * grid.height + i, col * grid.width + j});
    }
}

}  // namespace

std::string mask_header(const Layer& layer, int images) {
  std::string text = "{'descr': '|b1', 'fortran_order': False, 'shape': (" +
                     std::to_string(images) + ", " + std::to_string(layer.K) + ", " +
                     std::to_string(layer.P()) + ", " + std::to_string(layer.Q()) + "), }";
  const std::size_t size = before_the_text + text.size() + 1;
  text.append((alignment - size % alignment) % alignment, ' ');
  text += '\n';
  std::string header = "\x93NUMPY";
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(text.size() % 256);
  header += static_cast<char>(text.size() / 256);
  return header + text;
}

std::string mask_values(const Prediction& prediction, int channels) {
  const std::int64_t plane = std::int64_t{prediction.grid.P} * prediction.grid.Q;
  std::string values(static_cast<std::size_t>(plane * channels), '\0');
  if (!prediction.predicts || prediction.fate == OutputFate::interpolated) return values;
  for (int k = 0; k < channels; ++k) fill_plane(prediction, k, values.data() + k * plane);
  return values;
}

Masks::Decisions decisions_of(const Prediction& prediction, int channels) {
  const WindowGrid& grid = prediction.grid;
  Masks::Decisions made;
  for (int row = 0; row < grid.P; ++row)
    for (int col = 0; col < grid.Q; ++col) made.first.push_back(grid.is_peek({row, col}));
  const std::string gated = mask_values(prediction, channels);
  made.gated.assign(gated.begin(), gated.end());
  return made;
}

}  // namespace peeksim
