// Lays out help texts in 80 columns, which fit any terminal.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

// A term and what it means.
struct HelpRow {
  std::string term;
  std::string meaning;
};

// Terms to the left, meanings beside them, wrapped.
std::string help_rows(const std::vector<HelpRow>& rows);

// Flowing text, wrapped.
std::string help_text(const std::string& text);

// "example: COMMAND", continued with a backslash when it is long.
std::string help_example(const std::string& command);

}  // namespace peeksim
