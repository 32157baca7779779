#include "sim/page/compare_page.h"

#include "sim/page/page.h"
#include "sim/report/files/compare_file.h"
#include "sim/report/files/json_text.h"
#include "sim/report/screens/compare_screen.h"
#include "sim/report/screens/unrecorded.h"

namespace peeksim {

namespace {

// How a page shows a metric or a figure.
template <class Compared>
nlohmann::ordered_json display_format(const Compared& compared, const std::string& energy_unit) {
  return {{"name", compared.name},
          {"label", compared.label},
          {"unit", shown_unit(compared.unit, energy_unit)},
          {"scale", compared.scale},
          {"decimals", compared.decimals}};
}

}  // namespace

std::string compare_page(const Comparison& comparison, const std::vector<PricedResult>& runs,
                         const std::vector<std::string>& paths) {
  nlohmann::ordered_json data = compare_json(comparison, runs, paths);
  data["in_words"] = in_words(comparison);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    data["runs"][i]["ports"] = ports_text(runs[i].result.machine);
    data["runs"][i]["unrecorded"] = unrecorded_text(runs[i]);
  }
  for (const ComparedMetric& metric : compared_metrics())
    data["metrics"].push_back(display_format(metric, runs[0].unit));
  for (const ComparedFigure& figure : compared_figures())
    data["figures"].push_back(display_format(figure, runs[0].unit));
  PageParts parts;
  parts.title = "peeksim: " + std::to_string(runs.size()) + " runs compared";
  parts.data = one_line(data);
  parts.scripts = {"compare.js"};
  return make_page(parts);
}

}  // namespace peeksim
