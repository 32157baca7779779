#include "sim/cli/shell/help.h"

#include <algorithm>

#include "sim/report/screens/screen_style.h"

namespace peeksim {

namespace {

constexpr std::size_t margin = 2, gap = 2;

ScreenStyle columns(std::size_t width) {
  ScreenStyle style;
  style.width = width;
  return style;
}

const ScreenStyle page = columns(80);
const ScreenStyle command_line = columns(78);  // " \" may follow

}  // namespace

std::string help_rows(const std::vector<HelpRow>& rows) {
  std::size_t widest = 0;
  for (const HelpRow& row : rows) widest = std::max(widest, display_width(row.term));
  const std::size_t indent = margin + widest + gap;
  std::string out;
  for (const HelpRow& row : rows) {
    std::string line = std::string(margin, ' ') + row.term;
    line += std::string(indent - margin - display_width(row.term), ' ') + row.meaning;
    out += wrapped(line, indent, page);
  }
  return out;
}

std::string help_text(const std::string& text) {
  return wrapped(text, 0, page);
}

std::string help_example(const std::string& command) {
  constexpr std::size_t indent = 9;  // "example: "
  std::string lines = wrapped("example: " + command, indent, command_line);
  for (std::size_t end = lines.find('\n'); end + 1 < lines.size(); end = lines.find('\n', end + 3))
    lines.insert(end, " \\");
  return lines;
}

}  // namespace peeksim
