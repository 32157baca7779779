// The shipped sweeps can all be planned, and run.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/cli/peeksim.h"

using namespace peeksim;

TEST_CASE("every shipped sweep says what it answers, can be planned, and its first points run") {
  const Desk desk;
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shipped("configs/sweeps"))) {
    const std::string file = entry.path().string(), name = entry.path().stem().string();
    CAPTURE(name);
    const std::string text = read_bytes(file);
    CHECK(text.rfind("# ", 0) == 0);
    CHECK(contains(text.substr(0, text.find("\nname:")), "?"));
    const CommandResult plan = desk.run({"sweep", "plan", file});
    CHECK(plan.exit_code == 0);
    CHECK(plan.out.rfind(name + ": ", 0) == 0);
    const CommandResult run = desk.run({"sweep", file, "--limit", "2", "--out", name + ".db"});
    CHECK(run.exit_code == 0);
    CHECK(contains(run.out, ".db: 2 points run, 2 done, 0 failed, "));
    ++checked;
  }
  CHECK(checked == 6);
}
