// Sums that are too large to be counted.
#include "sim/base/overflow.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace peeksim;

namespace {

std::string overflow_of(Count sum, Count value) {
  try {
    add_checked(sum, value, "cycles");
  } catch (const Overflow& overflow) {
    return overflow.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a sum may be as large as the largest counter, and not larger") {
  Count sum = max_count - 3;
  add_checked(sum, 3, "cycles");
  CHECK(sum == max_count);
  CHECK(overflow_of(max_count - 3, 4) ==
        "cycles becomes larger than 2^58, the most that is counted");
}

TEST_CASE("a sum that no integer holds is an overflow, not a negative number") {
  const Count most = std::numeric_limits<Count>::max();
  CHECK_FALSE(overflow_of(1, most).empty());
  CHECK_FALSE(overflow_of(most, most).empty());
}

TEST_CASE("an overflow becomes an error that names the layer, and other work is as before") {
  CHECK(name_overflow("conv1", [] { return 7; }) == 7);
  try {
    name_overflow("conv1", [] { throw Overflow("takes too long"); });
    FAIL_CHECK("no error was thrown");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::machine);
    CHECK(std::string(error.what()) ==
          "layer 'conv1': takes too long; take fewer images, smaller layers or a faster machine");
  }
}
