// Operations, images and joules per second.
#include "sim/report/numbers/rates.h"

#include <doctest/doctest.h>

using namespace peeksim;

namespace {

PricedCounters side() {
  PricedCounters counted;
  counted.counters.cycles = 2000000;
  counted.counters.macs_total = 64000000;
  counted.total_energy = 5e9;  // pJ: 5 mJ
  counted.total_area = 4.0;
  return counted;
}

MachineSpec machine() {
  MachineSpec machine;
  machine.clock_mhz = 500;
  return machine;
}

}  // namespace

TEST_CASE("rates follow from cycles, MACs, joules and area") {
  const Rates rates = rates_of(side(), machine(), 2, "pJ");
  CHECK(*rates.seconds == doctest::Approx(0.004));
  CHECK(*rates.milliwatts == doctest::Approx(1250));
  CHECK(*rates.images_per_second == doctest::Approx(500));
  CHECK(*rates.tops == doctest::Approx(0.032));
  CHECK(*rates.tops_per_watt == doctest::Approx(0.0256));
  CHECK(*rates.gops_per_mm2 == doctest::Approx(8));
}

TEST_CASE("what needs joules or an area is unknown without them, and so is a rate of no time") {
  const Rates relative = rates_of(side(), machine(), 2, "mac");
  CHECK_FALSE(relative.milliwatts);
  CHECK_FALSE(relative.tops_per_watt);
  CHECK(*relative.tops == doctest::Approx(0.032));
  PricedCounters bare = side();
  bare.total_area.reset();
  CHECK_FALSE(rates_of(bare, machine(), 1, "pJ").gops_per_mm2);
  bare.counters.cycles = 0;
  CHECK_FALSE(rates_of(bare, machine(), 1, "pJ").tops);
  bare.unknown = {&Counters::cycles};
  CHECK_FALSE(rates_of(bare, machine(), 1, "pJ").seconds);
}
