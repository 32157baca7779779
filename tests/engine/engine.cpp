// The table of engines.
#include "sim/engine/engine.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "sim/base/error.h"
#include "tests/support/simulate.h"

using namespace peeksim;

TEST_CASE("every engine has a name of its own, a meaning, and simulates a layer") {
  Layer layer;
  layer.name = "small";
  layer.H = layer.W = 4;
  layer.K = 2;
  MachineSpec machine;
  machine.name = "small";
  std::set<std::string> names;
  for (const EngineKind& kind : engines()) {
    CAPTURE(kind.name);
    CHECK(names.insert(kind.name).second);
    CHECK(std::string(kind.meaning) != "");
    CHECK(&find_engine(kind.name) == &kind);
    const LayerValues values{std::vector<float>(32, 1.0f), {}};
    const Counters n = simulate(fresh_engine(kind.name), machine, layer, values);
    CHECK(n.macs_total == 32);
    CHECK(n.cycles > 0);
  }
  CHECK(names.count("event") == 1);
}

TEST_CASE("an engine that does not exist is a usage error with a suggestion") {
  try {
    find_engine("evnet");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(std::string(error.what()).find("unknown engine 'evnet'; did you mean 'event'?") !=
          std::string::npos);
  }
}
