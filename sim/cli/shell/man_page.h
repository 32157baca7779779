// Manual pages, for man(1), from the same descriptions as --help. `peeksim --man-page` prints the
// names of all pages, `peeksim --man-page NAME` a page; the build writes them into files.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/shell/help.h"

namespace peeksim {

constexpr const char* man_page_mark = "--man-page";

// The beginning of the page of a command: "peeksim config check" is peeksim-config-check(1).
std::string man_title(const std::string& command, const std::string& summary);
std::string man_page_name(const std::string& command);

// Sections: flowing text; terms and what they mean; command lines, as they are.
std::string man_text(const std::string& title, const std::string& text);
std::string man_rows(const std::string& title, const std::vector<HelpRow>& rows);
std::string man_lines(const std::string& title, const std::vector<std::string>& lines);

// The last section of a page: the other pages.
std::string man_see_also(const std::vector<std::string>& pages);

}  // namespace peeksim
