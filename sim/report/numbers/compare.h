// Compares runs: figures of each machine as a whole, the keys in which the machines differ, and
// every metric of the network and of each layer, relative to the first run. Layers are matched by
// name.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/numbers/priced.h"

namespace peeksim {

struct ComparedMetric {
  const char* name;      // in files: "cycles"
  const char* label;     // on screens
  const char* quantity;  // what it is a number of: a unit of pages (page/page_units.h)
  double scale;          // of a value on screens
  const char* unit;      // of a scaled value; "energy": a millionth of the energy table's unit
  int decimals;
  Number (*value)(const PricedPair& pair);  // of a layer, or of the network
};

const std::vector<ComparedMetric>& compared_metrics();

// A column of the table of machines: a number of a whole run, absolute or relative to the first.
struct ComparedFigure {
  std::string name;      // in files: "speed_up"
  std::string head;      // on screens, above the unit
  std::string label;     // on pages
  std::string quantity;  // as a metric's
  double scale;          // of a value on screens
  std::string
      unit;  // of a scaled value; "energy": as a metric's; "first": relative to the first run
  int decimals;
  bool is_energy;  // cannot be compared across energy tables
  std::function<Number(const PricedResult& run, const PricedResult& first)> value;
};

const std::vector<ComparedFigure>& compared_figures();

// The read widths of the ifmap and weight buffers, in elements per cycle: "16/16"; "∞" is
// unlimited.
std::string ports_text(const MachineSpec& machine);

struct ChangedKey {
  std::string key;                  // "array.rows"
  std::vector<std::string> values;  // of each run, in one line
};

// A row of the comparison: the network, or a layer by its name.
struct ComparedRow {
  std::string name;
  // By metric, then by run. Empty: not known, the run has no such layer, or its energies are of
  // another table.
  std::vector<std::vector<Number>> values;
};

struct Comparison {
  std::vector<std::string> names;  // "A", "B", ...
  // By run, then by figure. Empty: not known, or an energy of another table.
  std::vector<std::vector<Number>> figures;
  std::vector<ChangedKey> changed;
  ComparedRow network;
  std::vector<ComparedRow>
      layers;  // in the order of the first run, then those that only others have
  bool same_traces = true, same_energy_tables = true;
};

// REQUIRES: at least two runs.
Comparison compare_runs(const std::vector<PricedResult>& runs);

// b / a; empty when either is, or when a is 0.
Number ratio(const Number& b, const Number& a);

// The unit in which a metric or a figure is shown, with its prefix: "k cycles", "uJ"; "/ A" when
// it is relative to the first run.
std::string shown_unit(const std::string& unit, const std::string& energy_unit);

}  // namespace peeksim
