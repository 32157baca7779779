// The styles and scripts of pages, embedded when the program is built: sim/page/web and Chart.js.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace peeksim {

struct Asset {
  std::string name;  // of the file, without its folder: "kit.js"
  std::string_view text;
};

const std::vector<Asset>& assets();

}  // namespace peeksim
