// The styles and scripts of HTML pages, embedded in the program: the files of sim/page/web and
// Chart.js.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace peeksim {

struct Asset {
  std::string name;  // the file name: "kit.js"
  std::string_view text;
};

const std::vector<Asset>& assets();

}  // namespace peeksim
