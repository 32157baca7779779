// A column of the table of layers on a terminal: each one's part of the network's cycles, in
// percent and as a bar. The bar of the layer with the most cycles is a whole one.
#pragma once

#include <algorithm>
#include <string>

#include "sim/report/numbers/summary.h"
#include "sim/report/screens/screen_style.h"
#include "sim/report/screens/text_table.h"

namespace peeksim {

class CycleShares {
 public:
  static constexpr std::size_t column = 4;  // of the table: after the cycles

  explicit CycleShares(const RunResult& result) : all_(result.totals().machine.cycles) {
    for (const LayerResult& layer : result.layers)
      most_ = std::max(most_, layer.counters.machine.cycles);
  }

  std::string of_layer(const Counters& counters, const ScreenStyle& style) const {
    return of_all(counters) + " " +
           inked(bar(share(counters.cycles, most_), bar_cells), Ink::bar, style);
  }
  std::string of_scope(const Counters& counters) const {
    return of_all(counters) + std::string(1 + bar_cells, ' ');
  }

 private:
  static constexpr std::size_t bar_cells = 8;

  std::string of_all(const Counters& counters) const {
    return fixed(100 * share(counters.cycles, all_), 1);
  }

  Cycle all_, most_ = 0;
};

}  // namespace peeksim
