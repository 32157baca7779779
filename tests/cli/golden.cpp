// The screen as a person reads it, character by character. When it was meant to change, write the
// new one: PEEKSIM_WRITE_GOLDEN=1 build/release/tests/test_cli --test-case='the screen of*'
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "tests/cli/peeksim.h"

using namespace peeksim;

TEST_CASE("the screen of a small run is tests/cli/golden/small_run.txt") {
  const Desk desk;
  std::string screen =
      desk.ok({"run", shipped("tests/cli/golden/machine.yaml"), "--trace", "trace.h5"});
  // The trace's bytes, and so its hash, depend on the version of HDF5; its values do not.
  const std::size_t hash = screen.find("sha256 ") + 7;
  REQUIRE(hash + 12 < screen.size());
  screen.replace(hash, 12, "............");
  const std::string golden = shipped("tests/cli/golden/small_run.txt");
  if (std::getenv("PEEKSIM_WRITE_GOLDEN") != nullptr) {
    std::ofstream(golden, std::ios::binary) << screen;
    FAIL("wrote ", golden, ": read it, then run the test again");
  }
  const bool same = screen == read_bytes(golden);
  CHECK_MESSAGE(same, "if this screen is meant, see the top of golden.cpp; it is now\n", screen);
}
