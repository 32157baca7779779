#include "sim/engine/self_check.h"

#include "sim/base/bug.h"

namespace peeksim {

void take_measured(const Counters& counted, Counters& counters, const std::string& layer) {
  for (const CounterRow& row : counter_rows) {
    const Count measured = counted.*row.value;
    Count& stated = counters.*row.value;
    if (row.source == CounterSource::checked && measured != stated)
      throw bug(layer, "the hardware did not do what the program says: " + std::string(row.name) +
                           " is " + std::to_string(measured) + ", expected " +
                           std::to_string(stated));
    if (row.source == CounterSource::measured) stated = measured;
  }
}

}  // namespace peeksim
