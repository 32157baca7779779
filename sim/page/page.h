// Builds an HTML page that opens from disk: one file with its data, styles and scripts, and a
// policy that forbids any network access.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

struct PageParts {
  std::string title;  // plain text
  std::string data;   // JSON; the scripts get it from data() of kit.js
  std::vector<std::string>
      scripts;  // files of sim/page/web, run in this order after Chart.js and kit.js
};

// Throws Error(usage) when the program was built without pages (PEEKSIM_PAGES in CMakeLists.txt).
void require_pages();

// REQUIRES: the scripts exist. The same parts give the same bytes. Throws as require_pages().
std::string make_page(const PageParts& parts);

// Escapes text for HTML, also inside quotes.
std::string html_text(const std::string& text);

}  // namespace peeksim
