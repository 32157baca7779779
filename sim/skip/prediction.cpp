#include "sim/skip/prediction.h"

#include <algorithm>
#include <utility>

#include "sim/base/bits.h"

namespace peeksim {

namespace {

// Counts the neighbors above 0 of each window of a window-row into positive[].
void count_positive_neighbors(const WindowGrid& grid, const float* plane, int row,
                              std::vector<int>& positive) {
  const int cols = grid.cols();
  std::fill(positive.begin(), positive.end(), 0);
  for (int i = 0; i < grid.height_of(row); ++i) {
    const float* values = plane + std::int64_t{row * grid.height + i} * grid.Q;
    for (int j = 0; j < grid.width; ++j) {
      if (std::binary_search(grid.peeks.begin(), grid.peeks.end(), Position{i, j})) continue;
      const int existing = j < grid.width_of(cols - 1) ? cols : cols - 1;
      for (int col = 0; col < existing; ++col)
        positive[col] += values[std::int64_t{col} * grid.width + j] > 0.0f;
    }
  }
}

// Adds one channel's windows to the counts of gated and wrongly gated outputs.
void judge_plane(const WindowGrid& grid, const float* plane, const std::uint8_t* predicted,
                 std::vector<int>& positive, Prediction& result) {
  const int cols = grid.cols();
  for (int row = 0; row < grid.rows(); ++row) {
    count_positive_neighbors(grid, plane, row, positive);
    const std::uint8_t* decided = predicted + std::int64_t{row} * cols;
    Count windows = 0, wrong = 0;
    for (int col = 0; col < cols; ++col) {
      windows += decided[col];
      wrong += decided[col] ? positive[col] : 0;
    }
    const Count last = decided[cols - 1];
    result.predicted_zero += (windows - last) * (cols > 1 ? grid.neighbors_of(row, 0) : 0) +
                             last * grid.neighbors_of(row, cols - 1);
    result.false_zero += wrong;
  }
}

}  // namespace

void WindowBits::extract(int window, int first, int channels, std::uint64_t* out) const {
  const std::uint64_t* words = bits_.data() + index(window);
  const int shift = first % 64;
  for (int done = 0; done < channels; done += 64, ++out) {
    const int word = (first + done) / 64;
    const int wanted = std::min(64, channels - done);
    std::uint64_t bits = words[word] >> shift;
    if (shift != 0 && word + 1 < words_) bits |= words[word + 1] << (64 - shift);
    *out = bits & low_bits(wanted);
  }
}

OutputFate Prediction::fate_of(int channel, int row, int col) const {
  if (!predicts) return OutputFate::computed;
  const int window = row / grid.height * grid.cols() + col / grid.width;
  const Position inside{row % grid.height, col % grid.width};
  const bool peek = std::binary_search(grid.peeks.begin(), grid.peeks.end(), inside);
  return !peek && predicted.test(window, channel) ? fate : OutputFate::computed;
}

Prediction predict(const LayerPrediction& settings, const std::vector<float>& ofmap, int channels) {
  Prediction result;
  result.grid = settings.grid;
  result.predicts = settings.predicts();
  result.fate = settings.predictor->fate;
  if (!result.predicts) return result;

  const WindowGrid& grid = result.grid;
  const std::int64_t plane_size = std::int64_t{grid.P} * grid.Q;
  const int windows = grid.count();
  result.predicted = WindowBits(windows, channels);
  std::vector<std::uint8_t> predicted(windows);
  std::vector<int> positive(grid.cols());
  for (int k = 0; k < channels; ++k) {
    const float* plane = ofmap.data() + k * plane_size;
    settings.predictor->predict(grid, plane, settings.thresholds[k], settings.parameters,
                                predicted.data());
    judge_plane(grid, plane, predicted.data(), positive, result);
    for (int window = 0; window < windows; ++window)
      result.predicted.set(window, k, predicted[window]);
  }
  result.correct_zero = result.predicted_zero - result.false_zero;
  return result;
}

Prediction judge(const LayerPrediction& settings, WindowBits bits, const std::vector<float>& ofmap,
                 int channels) {
  Prediction result;
  result.grid = settings.grid;
  result.predicts = true;
  result.fate = settings.predictor->fate;
  result.predicted = std::move(bits);
  const WindowGrid& grid = result.grid;
  std::vector<std::uint8_t> predicted(grid.count());
  std::vector<int> positive(grid.cols());
  for (int k = 0; k < channels; ++k) {
    for (int window = 0; window < grid.count(); ++window)
      predicted[window] = result.predicted.test(window, k);
    judge_plane(grid, ofmap.data() + k * std::int64_t{grid.P} * grid.Q, predicted.data(), positive,
                result);
  }
  result.correct_zero = result.predicted_zero - result.false_zero;
  return result;
}

}  // namespace peeksim
