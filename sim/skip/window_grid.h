// The windows of an ofmap plane and the positions in a window that are peeks
// (docs/machine.md section 2). Windows are anchored at (0,0); those at the right and bottom edge
// may be partial, and peeks outside the plane do not exist.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/units.h"
#include "sim/config/peeks.h"

namespace peeksim {

struct WindowGrid {
  int P = 0, Q = 0;             // the plane
  int height = 1, width = 1;    // a full window
  std::vector<Position> peeks;  // inside a window, sorted
  // [P,Q], 1 where an output is a peek, for a predictor whose windows differ in their peeks; null:
  // they are those of `peeks`. REQUIRES: windows of one output.
  std::shared_ptr<const std::vector<std::uint8_t>> first = nullptr;
  // More than 0: peeks are only estimated first, so many taps in the place of one, and are
  // neighbors as well.
  int estimates = 0;
  // Whether a window without an existing peek consists of peeks.
  bool computes_without_peek = false;

  int rows() const { return static_cast<int>(ceil_div(P, height)); }
  int cols() const { return static_cast<int>(ceil_div(Q, width)); }
  int count() const { return rows() * cols(); }

  // Extent of the windows of a row or column: smaller at the edge.
  int height_of(int row) const { return row + 1 < rows() ? height : P - row * height; }
  int width_of(int col) const { return col + 1 < cols() ? width : Q - col * width; }

  bool has_peeks() const { return first != nullptr || !peeks.empty(); }
  // Whether the output at a position of the plane is computed first.
  bool is_peek(Position at) const;

  // The positions inside a full window that are gated where it is predicted, in raster order.
  std::vector<Position> neighbors() const;

  // Existing peeks, and outputs that are not peeks, of a window.
  int peeks_of(int row, int col) const;
  int neighbors_of(int row, int col) const {
    return height_of(row) * width_of(col) - (estimates > 0 ? 0 : peeks_of(row, col));
  }

  // A full window and its peeks, whatever the plane.
  std::string window_text() const;

 private:
  int existing_peeks(int row, int col) const;
};

}  // namespace peeksim
