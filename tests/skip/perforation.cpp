// Perforation: which outputs are computed, and where the others have their values from.
#include <doctest/doctest.h>

#include "sim/skip/interpolation.h"
#include "sim/skip/prediction.h"
#include "tests/support/plane.h"
#include "tests/support/random.h"

using namespace peeksim;

namespace {

MachineSpec perforating(const WindowSpec& window, const std::vector<Position>& peeks) {
  MachineSpec machine;
  machine.prediction.policy = "perforate";
  machine.prediction.window = window;
  machine.prediction.peeks = {"", peeks};
  return machine;
}

WindowGrid grid_of(const MachineSpec& machine, const Layer& layer) {
  return resolve_prediction(machine, layer, false).grid;
}

// Of each position of the plane, where its value is from, row by row.
std::vector<std::vector<int>> sources(const WindowGrid& grid) {
  std::vector<std::vector<int>> rows(grid.P);
  for (int i = 0; i < grid.P * grid.Q; ++i) rows[i / grid.Q].push_back(source_of(grid, i));
  return rows;
}

using Rows = std::vector<std::vector<int>>;

// Machine.md section 2: the nearest existing peek of the window; the position itself where it is
// computed.
int naive_source(const MachineSpec& machine, const Layer& layer, int p, int q) {
  const WindowSpec window = machine.prediction.window;
  const int top = p - p % window.height, left = q - q % window.width;
  int best = -1, least = 0;
  for (int row = top; row < top + window.height && row < layer.P(); ++row)
    for (int col = left; col < left + window.width && col < layer.Q(); ++col)
      for (const Position peek : machine.prediction.peeks.list) {
        if (peek.row != row - top || peek.col != col - left) continue;
        const int distance = (row - p) * (row - p) + (col - q) * (col - q);
        if (best >= 0 && distance >= least) continue;
        least = distance;
        best = row * layer.Q() + col;
      }
  return best < 0 ? p * layer.Q() + q : best;
}

}  // namespace

TEST_CASE("a partial window without an existing peek consists of peeks") {
  // 2x2 windows on a 3x5 plane with the peek at (0,1): the last column has none.
  const WindowGrid grid = grid_of(perforating({2, 2}, {{0, 1}}), plane(3, 5));
  CHECK(grid.peeks_of(0, 0) == 1);
  CHECK(grid.neighbors_of(0, 0) == 3);
  CHECK(grid.peeks_of(1, 1) == 1);  // one row high
  CHECK(grid.neighbors_of(1, 1) == 1);
  CHECK(grid.peeks_of(0, 2) == 2);  // one column wide
  CHECK(grid.neighbors_of(0, 2) == 0);
  CHECK(grid.peeks_of(1, 2) == 1);
  CHECK(grid.neighbors_of(1, 2) == 0);
  CHECK(grid.is_peek({1, 4}));
  CHECK(grid.is_peek({2, 4}));
  CHECK_FALSE(grid.is_peek({2, 2}));
  CHECK(sources(grid) == Rows{{1, 1, 3, 3, 4}, {1, 1, 3, 3, 9}, {11, 11, 13, 13, 14}});
}

TEST_CASE("with peek, a window without an existing peek has none") {
  MachineSpec machine = perforating({2, 2}, {{0, 1}});
  machine.prediction.policy = "peek";
  const WindowGrid grid = grid_of(machine, plane(3, 5));
  CHECK(grid.peeks_of(0, 2) == 0);
  CHECK_FALSE(grid.is_peek({1, 4}));
}

TEST_CASE("an output has its value from the nearest peek, of equally near ones from the first") {
  const Rows diagonal = sources(grid_of(perforating({3, 3}, {{2, 2}, {0, 0}}), plane(3, 3)));
  CHECK(diagonal == Rows{{0, 0, 0}, {0, 0, 8}, {0, 8, 8}});
  const Rows other = sources(grid_of(perforating({3, 3}, {{2, 0}, {0, 2}}), plane(3, 3)));
  CHECK(other == Rows{{2, 2, 2}, {6, 2, 2}, {6, 6, 2}});
  // Squares of distances, not sums of rows and columns: (0,0) is 2 and 2 from one, 0 and 3 from the
  // other.
  const Rows squares = sources(grid_of(perforating({3, 4}, {{0, 3}, {2, 2}}), plane(3, 4)));
  CHECK(squares[0][0] == 10);
}

TEST_CASE("a peek outside the plane gives no value, and neither does one of another window") {
  // The right window is two columns wide and has (0,0) alone; (0,3) of the left one is nearer.
  const Rows rows = sources(grid_of(perforating({1, 4}, {{0, 0}, {0, 3}}), plane(1, 6)));
  CHECK(rows == Rows{{0, 0, 3, 3, 4, 4}});
}

TEST_CASE("sources agree with the definition, and are computed outputs of the same window") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const WindowSpec window = {random.between(1, 5), random.between(1, 5)};
    std::vector<Position> peeks;
    for (int i = random.between(1, 4); i > 0; --i)
      peeks.push_back({random.between(0, window.height - 1), random.between(0, window.width - 1)});
    const MachineSpec machine = perforating(window, peeks);
    const Layer layer = plane(random.between(1, 9), random.between(1, 9));
    const WindowGrid grid = grid_of(machine, layer);
    int wrong = 0;
    for (int p = 0; p < layer.P(); ++p)
      for (int q = 0; q < layer.Q(); ++q) {
        const int source = source_of(grid, p * layer.Q() + q);
        wrong += source != naive_source(machine, layer, p, q);
        wrong += !grid.is_peek({source / layer.Q(), source % layer.Q()});
      }
    CHECK(wrong == 0);
  }
}

TEST_CASE(
    "all outputs that are not computed are interpolated, whatever their values and thresholds") {
  MachineSpec machine = perforating({2, 2}, {{0, 1}});
  machine.prediction.threshold = -100;
  const Layer layer = plane(3, 5, 2);
  std::vector<float> ofmap(layer.outputs());
  for (std::size_t i = 0; i < ofmap.size(); ++i) ofmap[i] = static_cast<float>(i) - 15;
  const LayerPrediction settings = resolve_prediction(machine, layer, false);
  const Prediction prediction = predict(settings, ofmap, layer.K, 0);
  CHECK(prediction.predicts);
  CHECK_FALSE(prediction.has_neighbor_pass());
  CHECK(prediction.predicted_zero == 0);
  CHECK(prediction.correct_zero == 0);
  CHECK(prediction.false_zero == 0);
  for (int k = 0; k < layer.K; ++k)
    for (int p = 0; p < layer.P(); ++p)
      for (int q = 0; q < layer.Q(); ++q)
        CHECK((prediction.fate_of(k, p, q) == OutputFate::interpolated) ==
              !settings.grid.is_peek({p, q}));
  CHECK_FALSE(settings.reads_thresholds());
}

TEST_CASE("a negative threshold does nothing where nothing is compared") {
  MachineSpec machine = perforating({2, 2}, {{0, 1}});
  machine.prediction.threshold = -100;
  CHECK_FALSE(resolve_prediction(machine, plane(3, 5), false).has_negative_threshold());
}
