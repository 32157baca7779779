// Properties of the terminal: its width, and whether to use colors.
#pragma once

#include <cstddef>

#include "sim/report/screens/screen_style.h"

namespace peeksim {

// Columns of the terminal behind a file descriptor: COLUMNS, where it is set, or what the terminal
// says; 80 when neither is known. 0: no terminal.
std::size_t terminal_width(int file);

// Whether colors are wanted there: a terminal that is not "dumb", and NO_COLOR (no-color.org) is
// not set, or empty.
bool colors_wanted(int file);

// The style of standard output.
ScreenStyle screen_style();

}  // namespace peeksim
