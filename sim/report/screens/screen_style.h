// How tables and text are drawn: on a terminal in its width, with bars and perhaps colors; in a
// pipe or file at full width in plain text, so that the same results give the same bytes.
#pragma once

#include <cstddef>
#include <string>

namespace peeksim {

struct ScreenStyle {
  std::size_t width = 0;  // columns of the terminal; 0: unlimited
  bool bars = false;
  bool colors = false;
};

enum class ColorRole { heading, warning, bar };

// The text in a color, if the style has colors. Trailing spaces and newlines stay uncolored.
std::string colored(const std::string& text, ColorRole role, const ScreenStyle& style);

// Wraps lines that are wider than the style at spaces; continuation lines are indented by `indent`.
// A word that is wider is not broken.
std::string wrapped(const std::string& text, std::size_t indent, const ScreenStyle& style);

// A bar for a part from 0 to 1, padded with spaces to `cells` characters, in steps of an eighth of
// a character. A part above 0 is always visible.
std::string bar(double part, std::size_t cells);

// Cuts the text to `width` characters, the last one an ellipsis. REQUIRES: width > 0, no color.
std::string shortened(const std::string& text, std::size_t width);

// The columns of a terminal that the text takes: a multi-byte UTF-8 character counts once, color
// codes do not count.
std::size_t display_width(const std::string& text);

}  // namespace peeksim
