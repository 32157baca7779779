// Where the peeks of a window are, and what is left of a window at the edge of the plane.
#include "sim/skip/window_grid.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "sim/base/error.h"

using namespace peeksim;

namespace {

using Positions = std::vector<Position>;

Positions pattern(const std::string& name, int height, int width) {
  return peek_positions({name, {}}, {height, width});
}

Positions listed(const Positions& list, int height, int width) {
  return peek_positions({"", list}, {height, width});
}

std::string error(const PeekSpec& peeks, const WindowSpec& window) {
  try {
    peek_positions(peeks, window);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::config);
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("corner is the window's first position, whatever the window") {
  for (const auto& [height, width] : {std::pair{1, 1}, {2, 2}, {5, 3}})
    CHECK(pattern("corner", height, width) == Positions{{0, 0}});
}

TEST_CASE("diagonal has one peek per row of a tall and per column of a wide window") {
  CHECK(pattern("diagonal", 1, 1) == Positions{{0, 0}});
  CHECK(pattern("diagonal", 2, 2) == Positions{{0, 0}, {1, 1}});
  CHECK(pattern("diagonal", 4, 4) == Positions{{0, 0}, {1, 1}, {2, 2}, {3, 3}});
  CHECK(pattern("diagonal", 4, 2) == Positions{{0, 0}, {1, 0}, {2, 1}, {3, 1}});
  CHECK(pattern("diagonal", 2, 3) == Positions{{0, 0}, {0, 1}, {1, 2}});
  CHECK(pattern("diagonal", 3, 5) == Positions{{0, 0}, {0, 1}, {1, 2}, {1, 3}, {2, 4}});
  CHECK(pattern("diagonal", 1, 3) == Positions{{0, 0}, {0, 1}, {0, 2}});
}

TEST_CASE("diagonal follows its formula for every window up to 9 x 9") {
  for (int h = 1; h <= 9; ++h) {
    for (int w = 1; w <= 9; ++w) {
      const int n = h > w ? h : w;
      std::set<Position> expected;
      for (int i = 0; i < n; ++i) expected.insert({i * h / n, i * w / n});
      CHECK(pattern("diagonal", h, w) == Positions(expected.begin(), expected.end()));
      CHECK(expected.size() == static_cast<std::size_t>(n));
    }
  }
}

TEST_CASE("checkerboard takes the positions whose row and column add up to an even number") {
  CHECK(pattern("checkerboard", 1, 1) == Positions{{0, 0}});
  CHECK(pattern("checkerboard", 2, 2) == Positions{{0, 0}, {1, 1}});
  CHECK(pattern("checkerboard", 2, 3) == Positions{{0, 0}, {0, 2}, {1, 1}});
  CHECK(pattern("checkerboard", 3, 3) == Positions{{0, 0}, {0, 2}, {1, 1}, {2, 0}, {2, 2}});
}

TEST_CASE("all takes every position, in raster order") {
  CHECK(pattern("all", 2, 3) == Positions{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}});
}

TEST_CASE("an unknown pattern is an error that suggests the nearest") {
  CHECK(error({"diagnal", {}}, {2, 2}) ==
        "prediction.peeks: unknown pattern 'diagnal'; did you mean 'diagonal'?");
}

TEST_CASE("a list of peeks is put into raster order, and one listed twice counts once") {
  CHECK(listed({{1, 0}, {0, 1}, {1, 0}, {0, 1}, {0, 0}}, 2, 2) ==
        Positions{{0, 0}, {0, 1}, {1, 0}});
}

TEST_CASE("a listed peek outside the window is an error, on every side") {
  CHECK(listed({{1, 2}}, 2, 3) == Positions{{1, 2}});
  CHECK(error({"", {{2, 0}}}, {2, 3}).find("peek [2, 0] lies outside the 2x3 window") !=
        std::string::npos);
  CHECK(error({"", {{0, 0}, {0, 3}}}, {2, 3}).find("peek [0, 3] lies outside") !=
        std::string::npos);
  CHECK(error({"", {{-1, 0}}}, {2, 3}).find("peek [-1, 0] lies outside") != std::string::npos);
  CHECK(error({"", {{0, -1}}}, {2, 3}).find("peek [0, -1] lies outside") != std::string::npos);
}

TEST_CASE("windows at the right and bottom edge are partial, those elsewhere full") {
  const WindowGrid grid{5, 7, 2, 3, {}};
  CHECK(grid.rows() == 3);
  CHECK(grid.cols() == 3);
  CHECK(grid.count() == 9);
  CHECK(grid.height_of(0) == 2);
  CHECK(grid.height_of(1) == 2);
  CHECK(grid.height_of(2) == 1);
  CHECK(grid.width_of(1) == 3);
  CHECK(grid.width_of(2) == 1);
}

TEST_CASE("windows that divide the plane are all full") {
  const WindowGrid grid{4, 6, 2, 3, {}};
  CHECK(grid.count() == 4);
  CHECK(grid.height_of(1) == 2);
  CHECK(grid.width_of(1) == 3);
}

TEST_CASE("a window larger than the plane is one partial window") {
  const WindowGrid grid{2, 1, 4, 4, pattern("diagonal", 4, 4)};
  CHECK(grid.count() == 1);
  CHECK(grid.height_of(0) == 2);
  CHECK(grid.width_of(0) == 1);
  CHECK(grid.peeks_of(0, 0) == 1);
  CHECK(grid.neighbors_of(0, 0) == 1);
}

TEST_CASE("peeks outside the plane do not exist, and a partial window may be left without one") {
  const WindowGrid grid{3, 3, 2, 2, listed({{0, 1}, {1, 1}}, 2, 2)};
  CHECK(grid.peeks_of(0, 0) == 2);
  CHECK(grid.neighbors_of(0, 0) == 2);
  CHECK(grid.peeks_of(1, 0) == 1);  // one row high
  CHECK(grid.neighbors_of(1, 0) == 1);
  CHECK(grid.peeks_of(0, 1) == 0);  // one column wide
  CHECK(grid.neighbors_of(0, 1) == 2);
  CHECK(grid.peeks_of(1, 1) == 0);
  CHECK(grid.neighbors_of(1, 1) == 1);
}
