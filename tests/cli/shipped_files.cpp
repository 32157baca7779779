// Files that are shipped with the program, and its manual pages. tests/install has them installed.
#include <doctest/doctest.h>

#include "sim/report/files/version.h"
#include "tests/cli/peeksim.h"

using namespace peeksim;

TEST_CASE("a shipped file is found from any folder by its path in the data folder") {
  const Desk desk;
  desk.ok({"config", "check", "configs/peek-16x16.yaml"});
  desk.ok({"trace", "info", "traces/cifar_resnet20.h5"});
  desk.ok({"config", "layers", "configs/tiny.yaml", "--workload", "workloads/resnet18.yaml"});
  desk.ok({"sweep", "plan", "configs/sweeps/array-and-window.yaml"});
  desk.files.write("requests",
                   "{\"machine\": \"configs/peek-16x16.yaml\", \"images\": 1, \"trace\": "
                   "\"traces/cifar_resnet20.h5\"}\n");
  CommandSetup here;
  here.folder = desk.files.path();
  const CommandResult batch = run_program(
      {"sh", "-c", std::string("'") + PEEKSIM_BINARY + "' batch --jobs 1 < requests"}, here);
  CHECK(contains(batch.out, "\"result\""));
  // A file here wins; a path that begins with a dot means here alone.
  desk.files.write("configs/tiny.yaml", "extends: ../machine.yaml\nname: mine\n");
  CHECK(contains(desk.ok({"config", "show", "configs/tiny.yaml"}), "name: mine"));
  desk.refused({"config", "check", "./configs/peek-16x16.yaml"}, 3, {"check the path"});
  desk.refused({"config", "check", "configs/none.yaml"}, 3,
               {"configs/none.yaml: cannot read this file: No such file or directory; check the "
                "path; /",
                "/share/peeksim has none either"});
}

TEST_CASE("a PEEKSIM_DATA that is no data folder is an error that says so") {
  const Desk desk;
  CommandSetup wrong;
  wrong.environment = {{"PEEKSIM_DATA", "/nowhere"}};
  desk.refused({"config", "check", "machine.yaml"}, 2,
               {"PEEKSIM_DATA: '/nowhere' is no folder with configs/energy in it"}, wrong);
}

TEST_CASE("a manual page begins with the command's name and has roff's own signs escaped") {
  const Desk desk;
  const std::string page = desk.ok({"--man-page", "peeksim-sweep-plan"});
  CHECK(page.rfind(".TH PEEKSIM-SWEEP-PLAN 1 \"\" \"peeksim " + std::string(program_version()),
                   0) == 0);
  CHECK(contains(page, ".SH NAME\npeeksim\\-sweep\\-plan \\- check a sweep file"));
  const std::string run = desk.ok({"--man-page", "peeksim-run"});
  CHECK(contains(
      run, ".TP\n\\fB\\-\\-trace TRACE\\fR\nthe trace (HDF5); required without \\-\\-workload\n"));
}
