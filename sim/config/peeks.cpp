#include "sim/config/peeks.h"

#include <algorithm>

#include "sim/base/lookup.h"

namespace peeksim {

namespace {

std::vector<Position> corner(const WindowSpec&) {
  return {{0, 0}};
}

std::vector<Position> diagonal(const WindowSpec& window) {
  const int n = std::max(window.height, window.width);
  std::vector<Position> peeks;
  for (int i = 0; i < n; ++i) peeks.push_back({i * window.height / n, i * window.width / n});
  return peeks;
}

std::vector<Position> where(const WindowSpec& window, bool (*chosen)(Position)) {
  std::vector<Position> peeks;
  for (int i = 0; i < window.height; ++i)
    for (int j = 0; j < window.width; ++j)
      if (chosen({i, j})) peeks.push_back({i, j});
  return peeks;
}

std::vector<Position> checkerboard(const WindowSpec& window) {
  return where(window, [](Position p) { return (p.row + p.col) % 2 == 0; });
}

std::vector<Position> all(const WindowSpec& window) {
  return where(window, [](Position) { return true; });
}

std::vector<Position> named(const PeekSpec& peeks, const WindowSpec& window) {
  return require_row(peek_patterns(), peeks.pattern, "pattern", ErrorKind::config,
                     "prediction.peeks")
      .positions(window);
}

}  // namespace

const std::vector<PeekPattern>& peek_patterns() {
  static const std::vector<PeekPattern> table = {
      {"corner", "the window's first position", corner},
      {"diagonal", "one position per row or column along the diagonal", diagonal},
      {"checkerboard", "every second position, (row + column) even", checkerboard},
      {"all", "every position: nothing is left to predict", all}};
  return table;
}

std::vector<Position> peek_positions(const PeekSpec& peeks, const WindowSpec& window) {
  std::vector<Position> positions = peeks.pattern.empty() ? peeks.list : named(peeks, window);
  for (const Position& p : positions) {
    if (p.row >= 0 && p.row < window.height && p.col >= 0 && p.col < window.width) continue;
    throw Error(ErrorKind::config, "prediction.peeks",
                "peek [" + std::to_string(p.row) + ", " + std::to_string(p.col) +
                    "] lies outside the " + std::to_string(window.height) + "x" +
                    std::to_string(window.width) + " window",
                "positions are [row, column], counted from 0");
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

}  // namespace peeksim
