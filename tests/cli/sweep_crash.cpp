// Whatever ends a sweep, what it had written stays, and the same command goes on.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>

#include "tests/cli/sweeping.h"

using namespace peeksim;

namespace {

CommandSetup signal_after(int milliseconds, int signal) {
  CommandSetup setup;
  setup.signal = signal;
  setup.signal_when = [left = milliseconds]() mutable { return left-- <= 0; };
  return setup;
}

// Sent when points are done and others begin, which they do not while the file `hold` is there.
CommandSetup signal_in_mid_run(const Desk& desk, int signal) {
  const std::string hold = desk.files.write("hold", ""), met = hold + ".met";
  std::filesystem::remove(met);
  CommandSetup setup;
  setup.environment = {{"LD_PRELOAD", HOLD_POINTS_LIBRARY}, {"HOLD_POINTS", hold}};
  setup.signal = signal;
  setup.signal_when = [met] { return std::filesystem::exists(met); };
  return setup;
}

}  // namespace

TEST_CASE("twenty times killed and resumed, a sweep has every point once and the same bytes") {
  const SweepDesk desk;
  desk.write_long_sweep();
  desk.ok(SweepDesk::sweep_to("whole.db"));
  std::mt19937 draw(20);
  int killed = 0;
  for (int tries = 0; killed < 20 && tries < 400; ++tries) {
    const CommandResult result = desk.run(SweepDesk::sweep_to("killed.db"),
                                          signal_after(static_cast<int>(draw() % 150), SIGKILL));
    killed += result.exit_code == 128 + SIGKILL;
  }
  CHECK(killed == 20);
  const std::string out = desk.ok(SweepDesk::sweep_to("killed.db"));
  CHECK(contains(out, " 300 done, 0 failed, 0 to run\n"));
  CHECK(desk.same_exports("killed.db", "whole.db"));
}

TEST_CASE("Ctrl-C keeps what was run, and the same command goes on") {
  const SweepDesk desk;
  desk.write_long_sweep();
  desk.ok(SweepDesk::sweep_to("whole.db"));
  for (const int signal : {SIGINT, SIGTERM}) {
    const CommandResult result =
        desk.run(SweepDesk::sweep_to("a.db"), signal_in_mid_run(desk, signal));
    CAPTURE(result.err);
    CHECK(result.exit_code == 130);
    CHECK(contains(result.err, "peeksim: error: a.db: interrupted: "));
    CHECK(contains(result.err, " points are left to run; the same command goes on"));
    CHECK_FALSE(contains(result.err, " 300 points are left"));
  }
  desk.ok(SweepDesk::sweep_to("a.db"));
  CHECK(desk.same_exports("a.db", "whole.db"));
}

TEST_CASE("the second sweep on one database is refused while the first one goes on") {
  const SweepDesk desk;
  desk.write_long_sweep();
  CommandResult second;
  CommandSetup first = signal_in_mid_run(desk, SIGCONT);  // harmless
  first.signal_when = [&, in_mid_run = first.signal_when] {
    if (!in_mid_run()) return false;
    second = desk.run(SweepDesk::sweep_to("a.db"));
    return std::filesystem::remove(desk.files.path("hold"));
  };
  const CommandResult result = desk.run(SweepDesk::sweep_to("a.db"), first);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "300 done"));
  CHECK(second.exit_code == 6);
  CHECK(contains(second.err, "peeksim: error: a.db: is being written by process "));
  CHECK(contains(second.err, "; wait for it, or name another database\n"));
}

TEST_CASE("a full disk ends a sweep with one line, and nothing is lost") {
  const SweepDesk desk;
  desk.write_long_sweep();
  desk.ok(SweepDesk::sweep_to("whole.db"));
  for (const long limit : {0L, 4096L, 40000L, 400000L, 600000L}) {
    CAPTURE(limit);
    CommandSetup full;
    full.file_size_limit = limit;
    const CommandResult result = desk.run(SweepDesk::sweep_to("a.db"), full);
    CAPTURE(result.err);
    CHECK(result.exit_code == 6);
    CHECK(contains(result.err, "peeksim: error: a.db: cannot be "));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
  CHECK(contains(desk.ok(SweepDesk::sweep_to("a.db")), " 300 done, 0 failed, 0 to run\n"));
  CHECK(desk.same_exports("a.db", "whole.db"));
}

TEST_CASE("a disk that is really full, or read-only, ends a sweep with one line") {
  const SweepDesk desk;
  desk.write_long_sweep();
  desk.ok(SweepDesk::sweep_to("part.db", {"--limit", "3"}));
  std::filesystem::create_directory(desk.files.path("disk"));
  const std::string program = std::string("'") + PEEKSIM_BINARY + "' ";
  // A namespace of its own: the small disk is gone with the shell, whatever happens.
  const std::string script =
      "mount -t tmpfs -o size=400k none disk || exit 99; " + program +
      "sweep sweep.yaml --jobs 2 --out disk/a.db; echo exit $?; mount -o remount,size=40m disk; " +
      program +
      "sweep sweep.yaml --jobs 2 --out disk/a.db | grep -c '300 done'; cp part.db disk/; "
      "mount -o remount,ro disk; " +
      program + "sweep sweep.yaml --out disk/part.db; echo exit $?; " + program +
      "sweep status disk/part.db | grep -c '300 points, 3 done'";
  CommandSetup here;
  here.folder = desk.files.path();
  const CommandResult result = run_program({"unshare", "-rm", "sh", "-c", script}, here);
  if (result.exit_code == 99 || contains(result.err, "unshare")) {
    MESSAGE(
        "mounting a small disk is not permitted here; the size limit of the test above stands "
        "in for it: ",
        result.err);
    return;
  }
  CAPTURE(result.err);
  CHECK(result.out == "exit 6\n1\nexit 6\n1\n");
  CHECK(contains(result.err, "peeksim: error: disk/a.db: cannot be written: the disk is full; "));
  CHECK(contains(result.err, "peeksim: error: disk/part.db: cannot be written: Read-only file"));
}

TEST_CASE("no process outlives a sweep that is killed") {
  const SweepDesk desk;
  desk.write_long_sweep();
  desk.run(SweepDesk::sweep_to("a.db"), signal_in_mid_run(desk, SIGKILL));
  // A child that lived would hold the pipe of standard output open, and the run above with it.
  CHECK(contains(desk.ok(SweepDesk::sweep_to("a.db")), " 300 done, 0 failed, 0 to run\n"));
}
