#include "sim/report/screens/text_table.h"

#include <algorithm>
#include <cstdio>

namespace peeksim {

namespace {

constexpr std::size_t gap = 2;  // between columns
constexpr std::size_t min_name_width = 8;

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string space(width - display_width(text), ' ');
  return left ? text + space : space + text;
}

}  // namespace

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string fixed_or_dash(bool applies, double value, int decimals) {
  return applies ? fixed(value, decimals) : "-";
}

std::vector<std::size_t> TextTable::column_widths() const {
  std::vector<std::size_t> widths;
  for (const auto* part : {&headers_, &rows_}) {
    for (const auto& row : *part) {
      widths.resize(std::max(widths.size(), row.size()), 0);
      for (std::size_t i = 0; i < row.size(); ++i)
        widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  return widths;
}

std::string TextTable::block_text(const Block& block, const std::vector<std::size_t>& widths,
                                  const ScreenStyle& style) const {
  std::size_t full = widths.empty() ? 0 : widths[0];
  for (std::size_t i = block.first; i < block.end; ++i) full += gap + widths[i];
  std::string out;
  const auto line_of = [&](const std::vector<std::string>& row) {
    if (row.empty()) return std::string(full, '-') + "\n";
    std::string line = padded(shortened(row[0], widths[0]), widths[0], true);
    for (std::size_t i = block.first; i < std::min(block.end, row.size()); ++i)
      line += std::string(gap, ' ') + padded(row[i], widths[i], false);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  };
  for (const auto& row : headers_) out += colored(line_of(row), ColorRole::heading, style);
  out += line_of({});
  for (const auto& row : rows_) out += line_of(row);
  return out;
}

std::string TextTable::text(const ScreenStyle& style) const {
  std::vector<std::size_t> widths = column_widths();
  if (widths.size() < 2 || style.width == 0) return block_text({1, widths.size()}, widths, style);
  const std::size_t widest = gap + *std::max_element(widths.begin() + 1, widths.end());
  if (widths[0] + widest > style.width)
    widths[0] = std::min(widths[0],
                         std::max(min_name_width, style.width > widest ? style.width - widest : 0));
  std::string out;
  for (Block block; block.end < widths.size();) {
    block.first = block.end;
    std::size_t used = widths[0];
    do {
      used += gap + widths[block.end++];
    } while (block.end < widths.size() && used + gap + widths[block.end] <= style.width);
    out += (out.empty() ? "" : "\n") + block_text(block, widths, style);
  }
  return out;
}

}  // namespace peeksim
