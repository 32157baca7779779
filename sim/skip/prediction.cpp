#include "sim/skip/prediction.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/base/bits.h"
#include "sim/base/error.h"
#include "sim/base/vectors.h"
#include "sim/operands/operands.h"

namespace peeksim {

namespace {

// For each column of the plane, all bits of a number: set where its window is gated.
void spread(const WindowGrid& grid, const std::uint8_t* predicted, std::int32_t* gated) {
  const int cols = grid.cols(), width = grid.width;
  for (int j = 0; j < width; ++j)
    for (int col = 0; col < cols; ++col) gated[col * width + j] = -std::int32_t{predicted[col]};
}

// How many values of a row of the plane are above 0 where both masks are set.
PEEKSIM_VECTORS int count_positive(const float* values, const std::int32_t* gated,
                                   const std::int32_t* neighbors, int count) {
  int positive = 0;
  for (int q = 0; q < count; ++q)
    positive += -std::int32_t{values[q] > 0.0f} & gated[q] & neighbors[q] & 1;
  return positive;
}

// Adds the windows of one channel after another to the counts of gated and wrongly gated outputs.
class PlaneJudge {
 public:
  explicit PlaneJudge(const WindowGrid& grid)
      : grid_(grid),
        gated_(std::size_t(grid.cols()) * grid.width),
        are_neighbors_(std::size_t(grid.first != nullptr ? grid.P : grid.height) * grid.Q) {
    for (std::size_t i = 0; i < are_neighbors_.size(); ++i)
      are_neighbors_[i] =
          grid.is_peek({static_cast<int>(i) / grid.Q, static_cast<int>(i) % grid.Q}) ? 0 : -1;
  }

  // predicted: a byte for each window of the plane.
  void judge(const float* plane, const std::uint8_t* predicted, Prediction& result) {
    const int cols = grid_.cols(), rows = grid_.rows();
    for (int row = 0; row < rows; ++row, predicted += cols) {
      if (row == 0 || row + 1 == rows || grid_.first != nullptr) enter_rows_like(row);
      const int windows = std::accumulate(predicted, predicted + cols, 0);
      if (windows == 0) continue;
      const Count last = predicted[cols - 1];
      result.predicted_zero += (windows - last) * neighbors_ + last * neighbors_of_last_;
      spread(grid_, predicted, gated_.data());
      const float* values = plane + std::int64_t{row} * grid_.height * grid_.Q;
      const std::int32_t* const are_neighbors =
          &are_neighbors_[grid_.first != nullptr ? std::size_t(row) * grid_.Q : 0];
      for (int i = 0; i < height_; ++i, values += grid_.Q)
        result.false_zero += count_positive(values, gated_.data(),
                                            are_neighbors + std::size_t(i) * grid_.Q, grid_.Q);
    }
  }

 private:
  // Only the windows of the last row can be lower than those of the first. Where windows differ in
  // their peeks, none that has a peek is predicted.
  void enter_rows_like(int row) {
    height_ = grid_.height_of(row);
    neighbors_ = grid_.first != nullptr ? 1 : grid_.neighbors_of(row, 0);
    neighbors_of_last_ = grid_.first != nullptr ? 1 : grid_.neighbors_of(row, grid_.cols() - 1);
  }

  const WindowGrid& grid_;
  std::vector<std::int32_t> gated_;              // of each column of the plane: 0, or all bits set
  std::vector<std::int32_t> are_neighbors_;      // [rows of a window, or P][Q]: the same
  int height_ = 0;                               // of the row's windows
  Count neighbors_ = 0, neighbors_of_last_ = 0;  // of a window of the row, of its last one
};

}  // namespace

void WindowBits::extract(int window, int windows, int first, int channels,
                         std::uint64_t* out) const {
  const int shift = first % 64, word = first / 64;
  const std::uint64_t* words = bits_.data() + index(window);
  if (shift + channels <= 64) {  // as every group of a depthwise layer has it
    for (int i = 0; i < windows; ++i, words += words_)
      out[i] = words[word] >> shift & low_bits(channels);
    return;
  }
  for (int i = 0; i < windows; ++i, words += words_) {
    for (int done = 0; done < channels; done += 64, ++out) {
      const int from = word + done / 64;
      std::uint64_t bits = words[from] >> shift;
      if (shift != 0 && from + 1 < words_) bits |= words[from + 1] << (64 - shift);
      *out = bits & low_bits(std::min(64, channels - done));
    }
  }
}

OutputFate Prediction::fate_of(int channel, int row, int col) const {
  if (!predicts) return OutputFate::computed;
  const int window = row / grid.height * grid.cols() + col / grid.width;
  return !grid.is_peek({row, col}) && predicted.test(window, channel) ? fate : OutputFate::computed;
}

void require_operands(const LayerPrediction& settings, const Operands* operands) {
  if (!settings.predictor->reads_operands) return;
  if (operands != nullptr && operands->computes() && !operands->ifmap.empty()) return;
  throw Error(ErrorKind::machine, settings.threshold_where,
              std::string("policy '") + settings.predictor->name +
                  "' decides from weights and activations, which are not known here",
              "policies that decide from the ofmap are peek and oracle");
}

Prediction predict(const LayerPrediction& settings, const std::vector<float>& ofmap, int channels,
                   int image, const LayerOperands* operands) {
  Prediction result;
  result.grid = settings.grid;
  result.predicts = settings.predicts();
  result.fate = settings.predictor->fate;
  if (!result.predicts) return result;

  std::vector<std::uint8_t> decided;  // [K,windows]; empty: by each channel's plane
  require_operands(settings, operands == nullptr ? nullptr : &operands->operands);
  if (settings.predictor->decide != nullptr) {
    decided = settings.predictor->decide({ofmap, channels, image, operands}, settings, result);
    if (!result.predicts) return result;
  }
  result.decision_macs = settings.decision_macs;
  const WindowGrid& grid = result.grid;
  const std::int64_t plane_size = std::int64_t{grid.P} * grid.Q;
  const int windows = grid.count();
  result.predicted = WindowBits(windows, channels);
  std::vector<std::uint8_t> predicted(windows);
  PlaneJudge plane_judge(grid);
  for (int k = 0; k < channels; ++k) {
    const float* plane = ofmap.data() + k * plane_size;
    if (!decided.empty())
      std::copy_n(decided.begin() + Count{k} * windows, windows, predicted.begin());
    else
      settings.predictor->predict(grid, plane, settings.thresholds[k], settings.parameters,
                                  predicted.data());
    if (result.fate != OutputFate::interpolated) plane_judge.judge(plane, predicted.data(), result);
    result.predicted.set_channel(k, predicted.data());
  }
  result.correct_zero = result.predicted_zero - result.false_zero;
  return result;
}

Prediction judge(const LayerPrediction& settings, const WindowGrid& grid, WindowBits bits,
                 const std::vector<float>& ofmap, int channels) {
  Prediction result;
  result.grid = grid;
  result.predicts = true;
  result.fate = settings.predictor->fate;
  result.predicted = std::move(bits);
  std::vector<std::uint8_t> predicted(grid.count());
  PlaneJudge plane_judge(grid);
  for (int k = 0; k < channels; ++k) {
    for (int window = 0; window < grid.count(); ++window)
      predicted[window] = result.predicted.test(window, k);
    plane_judge.judge(ofmap.data() + k * std::int64_t{grid.P} * grid.Q, predicted.data(), result);
  }
  result.correct_zero = result.predicted_zero - result.false_zero;
  return result;
}

}  // namespace peeksim
