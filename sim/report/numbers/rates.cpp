#include "sim/report/numbers/rates.h"

namespace peeksim {

namespace {

// Unknown where either is, or the divisor is 0.
Number divided(const Number& number, const Number& by) {
  return number && by && *by != 0 ? Number(*number / *by) : Number();
}

Number scaled(const Number& number, double factor) {
  return number ? Number(*number * factor) : Number();
}

}  // namespace

Rates rates_of(const PricedCounters& side, const MachineSpec& machine, int images,
               const std::string& energy_unit) {
  Rates rates;
  rates.seconds = divided(side.number(&Counters::cycles), machine.clock_mhz * 1e6);
  const Number joules = energy_unit == "pJ" ? scaled(side.total_energy, 1e-12) : Number();
  const Number operations = scaled(side.number(&Counters::macs_total), 2);
  rates.milliwatts = scaled(divided(joules, rates.seconds), 1e3);
  rates.images_per_second = divided(images, rates.seconds);
  rates.tops = scaled(divided(operations, rates.seconds), 1e-12);
  rates.tops_per_watt = scaled(divided(operations, joules), 1e-12);
  rates.gops_per_mm2 = divided(scaled(rates.tops, 1e3), side.total_area);
  return rates;
}

Rates rates_of(const PricedResult& priced) {
  return rates_of(priced.network.machine, priced.result.machine, priced.result.trace.images,
                  priced.unit);
}

}  // namespace peeksim
