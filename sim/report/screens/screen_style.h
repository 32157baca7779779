// How a screen is drawn: on a terminal in its width, with bars and perhaps colors; in a pipe or a
// file every table at full width, in plain text, so that the same results give the same bytes.
#pragma once

#include <cstddef>
#include <string>

namespace peeksim {

struct ScreenStyle {
  std::size_t width = 0;  // columns of the terminal; 0: as wide as it takes
  bool bars = false;
  bool colors = false;
};

enum class Ink { heading, warning, bar };

// The text in a color, or as it is. Spaces and ends of lines after it have none.
std::string inked(const std::string& text, Ink ink, const ScreenStyle& style);

// Breaks lines that are wider than the style at spaces; what follows is indented by `indent`. A
// word that is wider stays whole.
std::string wrapped(const std::string& text, std::size_t indent, const ScreenStyle& style);

// A bar of `cells` letters for a part from 0 to 1, in steps of an eighth of a letter. Spaces fill
// it up. A part above 0 shows.
std::string bar(double part, std::size_t cells);

// As many letters as fit, the last one an ellipsis when there are more. REQUIRES: width > 0, no
// color.
std::string shortened(const std::string& text, std::size_t width);

// How many columns of a terminal the text takes: multi-byte UTF-8 letters count once, colors not at
// all.
std::size_t display_width(const std::string& text);

}  // namespace peeksim
