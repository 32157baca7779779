#include "sim/page/page_units.h"

namespace peeksim {

namespace {

struct PageUnit {
  const char* name;
  const char* shown;
  double scale;
  int decimals;
  bool adds_up;
};

// Units of SI take prefixes. Counts have none: large ones are written in words.
constexpr PageUnit page_units[] = {
    {"cycles", "", 1, 0, true},
    {"MACs", "million", 1e-6, 2, true},
    {"s", "ms", 1e3, 3, true},
    {"energy", "µJ", 1e-6, 1, true},
    {"energy x s", "µJ·s", 1e-6, 3, true},
    {"bytes", "KiB", 1.0 / 1024, 0, true},
    {"mm2", "mm²", 1, 3, false},
    {"share", "%", 100, 2, false},
    {"ratio", "×", 1, 3, false},
    {"mW", "mW", 1, 1, false},
    {"images/s", "images/s", 1, 1, false},
    {"TOPS", "TOPS", 1, 3, false},
    {"TOPS/W", "TOPS/W", 1, 3, false},
    {"GOPS/mm2", "GOPS/mm²", 1, 1, false},
};

// "µJ·s" is of a table in pJ: "million MAC·s" of one in MACs.
std::string shown_text(const PageUnit& unit, const std::string& energy_unit) {
  const std::string name = unit.name, word = "energy", shown = unit.shown;
  if (name.rfind(word, 0) != 0 || energy_unit == "pJ") return shown;
  const std::string rest = name == word ? "" : "·s";
  if (energy_unit.empty()) return "millions of each energy table's unit" + rest;
  return "million " + (energy_unit == "mac" ? "MAC" : energy_unit) + rest;
}

}  // namespace

nlohmann::ordered_json units_json(const std::string& energy_unit) {
  nlohmann::ordered_json units;
  for (const PageUnit& unit : page_units)
    units[unit.name] = {{"shown", shown_text(unit, energy_unit)},
                        {"scale", unit.scale},
                        {"decimals", unit.decimals},
                        {"adds_up", unit.adds_up}};
  return units;
}

}  // namespace peeksim
