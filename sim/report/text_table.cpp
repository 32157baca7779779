#include "sim/report/text_table.h"

#include <algorithm>
#include <cstdio>

namespace peeksim {

namespace {

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string space(width - display_width(text), ' ');
  return left ? text + space : space + text;
}

}  // namespace

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) {
    return (c & 0xC0) != 0x80;  // not a continuation byte
  }));
}

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string fixed_or_dash(bool applies, double value, int decimals) {
  return applies ? fixed(value, decimals) : "-";
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const auto* part : {&headers_, &rows_}) {
    for (const auto& row : *part) {
      widths.resize(std::max(widths.size(), row.size()), 0);
      for (std::size_t i = 0; i < row.size(); ++i)
        widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::size_t full = widths.empty() ? 0 : 2 * (widths.size() - 1);
  for (const std::size_t width : widths) full += width;

  std::string out;
  const auto append = [&](const std::vector<std::string>& row) {
    if (row.empty()) {
      out += std::string(full, '-') + "\n";
      return;
    }
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += (i == 0 ? "" : "  ") + padded(row[i], widths[i], i == 0);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  for (const auto& row : headers_) append(row);
  append({});
  for (const auto& row : rows_) append(row);
  return out;
}

}  // namespace peeksim
