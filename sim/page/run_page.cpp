#include "sim/page/run_page.h"

#include <nlohmann/json.hpp>

#include "sim/page/page.h"

namespace peeksim {

std::string run_page(const std::string& results) {
  using Json = nlohmann::ordered_json;
  Json data;
  data["results"] = Json::parse(results);
  const Json& run = data["results"];
  PageParts parts;
  parts.title = "peeksim: " + run["trace"]["network"].get<std::string>() + " on " +
                run["machine"]["name"].get<std::string>();
  parts.data = data.dump();
  parts.scripts = {"run_report.js"};
  return make_page(parts);
}

}  // namespace peeksim
