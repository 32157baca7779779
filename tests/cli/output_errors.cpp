// Results that cannot be written are an error that costs nothing that was there before.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

const Words synth = {"trace", "synth", "workload.yaml", "-o", "new.h5"};

}  // namespace

TEST_CASE("an existing folder of results is kept byte for byte without --force") {
  const Desk desk;
  desk.files.write("out/results.json", "precious");
  for (const std::string folder : {"out", "out/"}) {
    desk.refused(run_to(folder), 6, {"out: exists already; name another folder, or add --force"});
  }
}

TEST_CASE("--force replaces results and keeps the other files of the folder") {
  const Desk desk;
  desk.files.write("out/results.json", "old");
  desk.files.write("out/notes.txt", "mine");
  desk.ok(run_to("out", {"--force"}));
  desk.ok(run_to("fresh"));
  CHECK(desk.files.read("out/results.json") == desk.files.read("fresh/results.json"));
  CHECK(desk.files.read("out/layers.csv") == desk.files.read("fresh/layers.csv"));
  CHECK(desk.files.read("out/notes.txt") == "mine");
  CHECK(desk.files.contents().size() == 10);  // 3 inputs, out/ with 3 files, fresh/ with 2
}

TEST_CASE("a missing parent folder is refused") {
  const Desk desk;
  desk.refused(run_to("no/such/out"), 6, {"no/such/out: cannot be written: ", "; make its parent"});
  desk.refused({"trace", "synth", "workload.yaml", "-o", "no/new.h5"}, 6, {"no/new.h5: "});
}

TEST_CASE("a file in the place of the folder, or of its parent, is refused and kept") {
  const Desk desk;
  desk.files.write("file", "precious");
  desk.refused(run_to("file"), 6, {"file: is not a folder; name another folder"});
  desk.refused(run_to("file", {"--force"}), 6, {"file: is not a folder"});
  desk.refused(run_to("file/out"), 6, {"file/out: cannot be written: "});
}

TEST_CASE("a folder in which nothing can be written is refused") {
  const Desk desk;
  // Not even root can make files in /proc.
  desk.refused(run_to("/proc/out"), 6, {"/proc/out: cannot be written: ", "; make its parent"});
  desk.refused({"trace", "synth", "workload.yaml", "-o", "/proc/new.h5"}, 6, {"/proc/new.h5: "});
}

TEST_CASE("a full disk leaves neither half a result nor a lost one") {
  const Desk desk;
  for (const long limit : {0L, 4096L, 20000L}) {
    CAPTURE(limit);
    CommandSetup full;
    full.file_size_limit = limit;
    desk.refused(run_to("out"), 6, {"out/results.json: cannot be written: ", "; free some space"},
                 full);
  }
  desk.files.write("old/results.json", "precious");
  CommandSetup full;
  full.file_size_limit = 4096;
  desk.refused(run_to("old", {"--force"}), 6, {"old/results.json: cannot be written"}, full);
}

TEST_CASE("a full disk leaves neither half a trace nor a lost one") {
  const Desk desk;
  desk.files.write("old.h5", "precious");
  for (const long limit : {0L, 100L, 4096L, 8192L}) {
    CAPTURE(limit);
    CommandSetup full;
    full.file_size_limit = limit;
    desk.refused(synth, 6, {"new.h5: cannot be written", "; is the disk full?"}, full);
    desk.refused({"trace", "synth", "workload.yaml", "-o", "old.h5", "--force"}, 6,
                 {"old.h5: cannot be written"}, full);
  }
}

TEST_CASE("a disk that is really full leaves nothing") {
  const Desk desk;
  std::filesystem::create_directory(desk.files.path("disk"));
  // A namespace of its own: the small disk is gone with the shell, whatever happens.
  const std::string script = std::string("mount -t tmpfs -o size=16k none disk || exit 99; '") +
                             PEEKSIM_BINARY +
                             "' run machine.yaml --trace trace.h5 --out disk/out; echo exit $?; "
                             "ls -A disk";
  CommandSetup here;
  here.folder = desk.files.path();
  const CommandResult result = run_program({"unshare", "-rm", "sh", "-c", script}, here);
  if (result.exit_code != 0) {
    MESSAGE("mounting a small disk is not permitted here; the size limit of the tests above ",
            "stands in for it: ", result.err);
    return;
  }
  CHECK(result.out == "exit 6\n");
  CHECK(contains(result.err, "peeksim: error: disk/out/results.json: cannot be written: No space"));
}

TEST_CASE("an existing trace is kept without --force and replaced with it") {
  const Desk desk;
  desk.files.write("new.h5", "precious");
  desk.refused(synth, 6, {"new.h5: exists already; ", "--force"});
  Words forced = synth;
  forced.push_back("--force");
  desk.ok(forced);
  CHECK(desk.files.read("new.h5") != "precious");
  CHECK(desk.files.contents().size() == 4);
}

TEST_CASE("a standard output that is full or closed is an error; the results stay") {
  const Desk desk;
  CommandSetup full, closed;
  full.out_path = "/dev/full";
  closed.out_closed = true;
  int runs = 0;
  for (const CommandSetup& setup : {full, closed}) {
    const Words parts = {"standard output: cannot be written; "};
    for (const Words& command :
         {Words{"--help"}, Words{"--version"}, Words{"config", "show", "machine.yaml"},
          Words{"config", "reference"}, Words{"trace", "info", "trace.h5"},
          Words{"trace", "check", "trace.h5"}, Words{"run", "machine.yaml", "--trace", "trace.h5"}})
      desk.refused(command, 6, parts, setup);
    const std::string out = "out" + std::to_string(++runs);
    const CommandResult result = desk.run(run_to(out), setup);
    CHECK(result.exit_code == 6);
    CHECK(contains(result.err, parts[0]));
    CHECK(desk.json(out + "/results.json")["layers"].size() == 4);
    desk.files.write("copy.h5", "");
    const CommandResult made =
        desk.run({"trace", "synth", "workload.yaml", "-o", "copy.h5", "--force"}, setup);
    CHECK(made.exit_code == 6);
    desk.ok({"trace", "check", "copy.h5"});
  }
}

TEST_CASE("a file to write that is also one to read is refused, under any of its names") {
  const Desk desk;
  desk.ok(run_to("out"));
  std::filesystem::create_symlink("trace.h5", desk.files.path("link.h5"));
  std::filesystem::create_hard_link(desk.files.path("machine.yaml"), desk.files.path("hard.yaml"));
  const Words in_place = {" is also read, as "};
  const auto refuse = [&](Words command) {
    command.push_back("--force");
    desk.refused(command, 6, in_place);
  };
  for (const std::string name : {"trace.h5", "./trace.h5", "link.h5"})
    refuse({"masks", "trace.h5", "--machine", "machine.yaml", "--out", name});
  refuse({"masks", "trace.h5", "--machine", "machine.yaml", "--out", "hard.yaml"});
  refuse({"trace", "synth", "workload.yaml", "-o", "workload.yaml"});
  refuse({"report", "out/results.json", "-o", "out/results.json"});
  refuse({"view", "trace.h5", "--machine", "machine.yaml", "-o", "trace.h5"});
  refuse({"run", "machine.yaml", "--trace", "trace.h5", "--events", "trace.h5"});
  refuse({"compare", "out/results.json", "out/results.json", "--html", "out/results.json"});
}

TEST_CASE("two outputs of one name are refused, however it is spelled") {
  const Desk desk;
  desk.refused({"run", "machine.yaml", "--trace", "trace.h5", "--events", "a", "--timeline", "./a"},
               2, {"--timeline and --events name the same file"});
}
