// A column of the table of layers on a terminal: each layer's share of the network's cycles, in
// percent and as a bar. The layer with the most cycles has the longest bar.
#pragma once

#include <algorithm>
#include <string>

#include "sim/report/numbers/priced.h"
#include "sim/report/screens/screen_style.h"
#include "sim/report/screens/text_table.h"

namespace peeksim {

class CycleShares {
 public:
  static constexpr std::size_t column = 4;  // of the table: after the cycles

  explicit CycleShares(const PricedResult& priced) : all_(cycles(priced.network)) {
    for (const PricedPair& layer : priced.layers)
      max_cycles_ = std::max(max_cycles_, cycles(layer));
  }

  std::string of_layer(const PricedPair& layer, const ScreenStyle& style) const {
    return of_all(layer) + " " +
           colored(bar(share(cycles(layer), max_cycles_), bar_cells), ColorRole::bar, style);
  }
  std::string of_scope(const PricedPair& scope) const {
    return of_all(scope) + std::string(1 + bar_cells, ' ');
  }

 private:
  static constexpr std::size_t bar_cells = 8;

  // 0 when unknown: no bar.
  static Cycle cycles(const PricedPair& pair) { return pair.machine.counters.cycles; }

  std::string of_all(const PricedPair& pair) const {
    const bool known = pair.machine.count(&Counters::cycles).has_value();
    return fixed_or_dash(known, 100 * share(cycles(pair), all_), 1);
  }

  Cycle all_, max_cycles_ = 0;
};

}  // namespace peeksim
