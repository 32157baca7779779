// The simulator against an independent model: every counter and every cycle of every small case.
#include <doctest/doctest.h>

#include "sim/base/error.h"
#include "tests/support/simulate.h"
#include "tests/support/vector_case.h"

using namespace peeksim;

namespace {

Counters simulate(const VectorCase& c) {
  return simulate(fresh_engine(), c.machine, c.layer, c.values());
}

}  // namespace

TEST_CASE("every counter and every cycle of every vector agrees") {
  int compared = 0;
  for (const VectorCase& c : all_vector_cases()) {
    if (c.expects_error) continue;
    CAPTURE(c.path);
    Counters got = c.stated(simulate(c));
    Counters expected = c.expected;
    for_each_counter(expected, [&](const char* name, const char*, Count want) {
      for_each_counter(got, [&](const char* other, const char*, Count have) {
        if (name != std::string(other)) return;
        CAPTURE(name);
        CHECK(have == want);
      });
    });
    ++compared;
  }
  CHECK(compared >= 297);
}

TEST_CASE("a machine that cannot run a vector's layer says so") {
  int refused = 0;
  for (const VectorCase& c : all_vector_cases()) {
    if (!c.expects_error) continue;
    CAPTURE(c.path);
    CHECK_THROWS_AS(simulate(c), Error);
    ++refused;
  }
  CHECK(refused >= 27);
}
