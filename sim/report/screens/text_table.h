// A text table: names aligned left, numbers right. A table that is wider than the screen is split
// into blocks of columns, one below the other, each with the names, so that no line wraps.
#pragma once

#include <string>
#include <vector>

#include "sim/report/screens/screen_style.h"

namespace peeksim {

class TextTable {
 public:
  // Header lines, one entry per column; the first column is aligned left, the others right.
  explicit TextTable(std::vector<std::vector<std::string>> headers)
      : headers_(std::move(headers)) {}

  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void add_rule() { rows_.emplace_back(); }  // a line across

  // Every line ends in a newline. On a screen too narrow for a name and a column, names are
  // shortened, to no less than 8 letters.
  std::string text(const ScreenStyle& style = {}) const;

 private:
  struct Block {
    std::size_t first = 1, end = 1;  // columns beside the names
  };

  std::vector<std::size_t> column_widths() const;
  std::string block_text(const Block& block, const std::vector<std::size_t>& widths,
                         const ScreenStyle& style) const;

  std::vector<std::vector<std::string>> headers_;
  std::vector<std::vector<std::string>> rows_;  // an empty row is a rule
};

// A number with `decimals` digits after the point.
std::string fixed(double value, int decimals);

// The same, or "-" when it does not apply.
std::string fixed_or_dash(bool applies, double value, int decimals);

}  // namespace peeksim
