// Columns of text that line up: names to the left, numbers to the right.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

class TextTable {
 public:
  // Header lines, one entry per column; the first column is aligned left, the others right.
  explicit TextTable(std::vector<std::vector<std::string>> headers)
      : headers_(std::move(headers)) {}

  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void add_rule() { rows_.emplace_back(); }  // a line across

  // Every line ends in a newline.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> headers_;
  std::vector<std::vector<std::string>> rows_;  // an empty row is a rule
};

// A number with `decimals` digits after the point.
std::string fixed(double value, int decimals);

// The same, or "-" when there is nothing to say.
std::string fixed_or_dash(bool applies, double value, int decimals);

// How many columns of a terminal the text takes: multi-byte UTF-8 letters count once.
std::size_t display_width(const std::string& text);

}  // namespace peeksim
