#include "sim/base/units.h"

#include <doctest/doctest.h>

using namespace peeksim;

TEST_CASE("ceil_div rounds up, and only when there is a rest") {
  CHECK(ceil_div(0, 4) == 0);
  CHECK(ceil_div(1, 4) == 1);
  CHECK(ceil_div(4, 4) == 1);
  CHECK(ceil_div(5, 4) == 2);
}
