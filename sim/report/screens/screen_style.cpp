#include "sim/report/screens/screen_style.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace peeksim {

namespace {

// SGR codes of ECMA-48: bold; yellow; cyan. All are readable on dark and on light terminals.
const char* code_of(ColorRole role) {
  switch (role) {
    case ColorRole::heading:
      return "\033[1m";
    case ColorRole::warning:
      return "\033[33m";
    case ColorRole::bar:
      return "\033[36m";
  }
  return "";
}

std::string wrapped_line(const std::string& line, std::size_t indent, std::size_t width) {
  if (display_width(line) <= width) return line;
  const std::size_t start = line.find_first_not_of(' ');
  std::string text = line.substr(0, start == std::string::npos ? 0 : start);
  std::string word;
  std::size_t used = text.size();
  // Spaces inside the line are kept: they set labels apart.
  for (std::size_t at = text.size(); at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::size_t next = std::min(line.find_first_not_of(' ', end), line.size());
    word = line.substr(at, end - at);
    if (used > indent && used + display_width(word) > width) {
      text.erase(text.find_last_not_of(' ') + 1);
      text += "\n" + std::string(indent, ' ');
      used = indent;
    }
    text += line.substr(at, next - at);
    used += display_width(word) + (next - end);
    at = next;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

std::string colored(const std::string& text, ColorRole role, const ScreenStyle& style) {
  const std::size_t letters = text.find_last_not_of(" \n") + 1;
  if (!style.colors || letters == 0) return text;
  return code_of(role) + text.substr(0, letters) + "\033[0m" + text.substr(letters);
}

std::string wrapped(const std::string& text, std::size_t indent, const ScreenStyle& style) {
  if (style.width == 0) return text;
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);)
    out += wrapped_line(line, indent, style.width) + "\n";
  return out;
}

std::string bar(double part, std::size_t cells) {
  static constexpr std::array<const char*, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double max_eighths = 8 * static_cast<double>(cells);
  auto filled = static_cast<std::size_t>(std::lround(std::clamp(part, 0.0, 1.0) * max_eighths));
  if (filled == 0 && part > 0) filled = 1;
  std::string text;
  for (std::size_t cell = 0; cell < filled / 8; ++cell) text += "█";
  text += eighths.at(filled % 8);
  return text + std::string(cells - display_width(text), ' ');
}

std::string shortened(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::size_t at = 0;
  for (std::size_t letters = 0; at < text.size(); ++at) {
    const bool letter_starts = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (letter_starts && letters++ == width - 1) break;
  }
  return text.substr(0, at) + "…";
}

std::size_t display_width(const std::string& text) {
  std::size_t width = 0;
  bool in_code = false;
  for (const unsigned char c : text) {
    if (c == '\033') in_code = true;
    width += !in_code && (c & 0xC0) != 0x80;  // not a continuation byte
    if (c == 'm') in_code = false;
  }
  return width;
}

}  // namespace peeksim
