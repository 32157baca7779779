// Files that are shipped with the program.
#include <doctest/doctest.h>

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
