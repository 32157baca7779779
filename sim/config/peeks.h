// The positions of a window that are computed first, from a named pattern or a list
// (docs/machine.md section 2). A new pattern is one row of the table in peeks.cpp.
#pragma once

#include <vector>

#include "sim/config/machine.h"

namespace peeksim {

struct PeekPattern {
  const char* name;
  const char* meaning;
  std::vector<Position> (*positions)(const WindowSpec& window);
};

const std::vector<PeekPattern>& peek_patterns();

// The positions that a PeekSpec means in a window: unique, in raster order, all inside it.
// Throws Error(config) for an unknown pattern or a position outside the window.
std::vector<Position> peek_positions(const PeekSpec& peeks, const WindowSpec& window);

}  // namespace peeksim
