// A page that opens from disk: one HTML file that holds its data, styles and scripts, and is
// forbidden to ask a network for anything.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

struct PageParts {
  std::string title;                 // plain text
  std::string data;                  // JSON; the scripts get it from data() of kit.js
  std::vector<std::string> scripts;  // of sim/page/web, in their order, after Chart.js and kit.js
};

// REQUIRES: the scripts exist. The same parts give the same bytes.
std::string make_page(const PageParts& parts);

// Text as HTML shows it, also between quotes.
std::string html_text(const std::string& text);

}  // namespace peeksim
