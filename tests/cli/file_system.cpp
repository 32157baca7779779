// Whatever the file system says about a path of the user's, the command ends with the exit code of
// that input or output and the system's words; never with that of a bug.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

// A path that cannot be read or written, and what the system says.
struct Trouble {
  std::string path, words;
};

// The troubles, with links in a folder of their own.
class Troubles {
 public:
  Troubles() {
    std::filesystem::create_symlink("circle", files_.path("circle"));
    all = {{files_.path("circle"), "Too many levels of symbolic links"},
           {std::string(300, 'n'), "File name too long"},
           {files_.path("circle/below"), "Too many levels of symbolic links"}};
  }
  std::vector<Trouble> all;

 private:
  TempFolder files_;
};

}  // namespace

TEST_CASE("an input that the system does not give is an error with the system's words") {
  const Desk desk;
  const Troubles troubles;
  for (const auto& [path, words] : troubles.all) {
    CAPTURE(path);
    const auto refuse = [&, &said = words](const Words& command, int exit_code) {
      desk.refused(command, exit_code, {said});
    };
    refuse({"run", path, "--trace", "trace.h5"}, 3);
    refuse({"run", "machine.yaml", "--trace", path}, 4);
    refuse({"run", "machine.yaml", "--trace", "trace.h5", "--set", "energy=" + path + "/t.yaml"},
           3);
    refuse({"run", "machine.yaml", "--trace", "trace.h5", "--set",
            "prediction.thresholds_file=" + path},
           3);
    refuse({"trace", "synth", path, "-o", "new.h5"}, 3);
    refuse({"sweep", "plan", path}, 3);
    refuse({"sweep", "status", path}, 3);
    refuse({"sweep", "merge", path, "-o", "joined.db"}, 3);
    refuse({"report", path, "-o", "page.html"}, 3);
    refuse({"events", "diff", path, path}, 3);
    desk.files.write("heir.yaml", "extends: " + path + "\n");
    refuse({"config", "check", "heir.yaml"}, 3);
    for (const std::string& lines : std::vector<std::string>{
             "machine: " + path + "\ntrace: trace.h5\n",
             "machine: machine.yaml\ntrace: " + path + "\n",
             "machine: machine.yaml\ntrace: trace.h5\naxes: {a: {overlays: {x: " + path +
                 "}}}\n"}) {
      desk.files.write("sweep.yaml", "name: s\n" + lines);
      refuse({"sweep", "plan", "sweep.yaml"}, 3);
    }
  }
}

TEST_CASE("an output that the system does not take is an error with the system's words") {
  const Desk desk;
  const Troubles troubles;
  desk.files.write("sweep.yaml", "name: s\nmachine: machine.yaml\ntrace: trace.h5\n");
  for (const auto& [path, words] : troubles.all) {
    CAPTURE(path);
    // A link that leads nowhere has the name, and is no file and no folder.
    const bool is_link = path == troubles.all[0].path;
    const Words parts = {is_link ? "circle: is not a " : words};
    desk.refused(run_to(path), 6, parts);
    desk.refused(run_to("out", {"--events", path}), 6, parts);
    desk.refused(run_to("out", {"--report", path}), 6, parts);
    desk.refused({"trace", "synth", "workload.yaml", "-o", path}, 6, parts);
    desk.refused({"masks", "trace.h5", "--machine", "machine.yaml", "--out", path}, 6, parts);
    desk.refused({"sweep", "sweep.yaml", "--out", path}, 6, {words});
  }
}

TEST_CASE("what the user has no permission for is an error that says so") {
  const Desk desk;
  desk.ok({"masks", "trace.h5", "--machine", "machine.yaml", "--out", "masks.npy"});
  desk.files.write("sweep.yaml", "name: s\nmachine: machine.yaml\ntrace: trace.h5\n");
  desk.ok({"sweep", "sweep.yaml", "--out", "sweep.db"});
  desk.files.write("heir.yaml", "extends: closed/machine.yaml\nname: heir\n");
  // Root may do anything, so the program gives up being root; for that it lies where all may go.
  namespace fs = std::filesystem;
  fs::copy_file(PEEKSIM_BINARY, desk.files.path("peeksim"));
  fs::create_directory(desk.files.path("closed"));
  fs::copy_file(desk.files.path("machine.yaml"), desk.files.path("closed/machine.yaml"));
  for (const char* name : {"sweep.db", "trace.h5", "closed"})
    fs::permissions(desk.files.path(name), fs::perms::none);
  fs::permissions(desk.files.path(), fs::perms::all);
  Words as_other = {desk.files.path("peeksim")};
  if (::geteuid() == 0)
    as_other = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                desk.files.path("peeksim")};
  CommandSetup here;
  here.folder = desk.files.path();
  const auto refused = [&](const Words& command, int exit_code) {
    Words words = as_other;
    words.insert(words.end(), command.begin(), command.end());
    const CommandResult result = run_program(words, here);
    CAPTURE(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(contains(result.err, ": Permission denied; "));
  };
  refused({"trace", "info", "trace.h5"}, 4);
  refused({"trace", "info", "closed/trace.h5"}, 4);
  refused({"sweep", "status", "sweep.db"}, 3);
  refused({"sweep", "status", "closed/sweep.db"}, 3);
  refused({"sweep", "merge", "sweep.db", "-o", "joined.db"}, 3);
  refused({"config", "check", "closed/machine.yaml"}, 3);
  refused({"config", "check", "heir.yaml"}, 3);
  refused({"trace", "synth", "workload.yaml", "-o", "closed/new.h5"}, 6);
  fs::permissions(desk.files.path("closed"), fs::perms::all);
}

TEST_CASE("batch answers requests for files that the system does not give, and goes on") {
  const Desk desk;
  const Troubles troubles;
  std::string requests;
  for (const auto& [path, words] : troubles.all)
    requests += "{\"machine\": \"" + path + "\", \"trace\": \"trace.h5\"}\n" +
                "{\"machine\": \"machine.yaml\", \"trace\": \"" + path + "\"}\n" +
                "{\"machine\": \"machine.yaml\", \"trace\": \"trace.h5\", \"set\": {\"energy\": "
                "\"" +
                path + ".yaml\"}}\n";
  desk.files.write("requests", requests +
                                   "{\"machine\": \"machine.yaml\", \"trace\": \"trace.h5\", "
                                   "\"id\": \"last\"}\n");
  CommandSetup here;
  here.folder = desk.files.path();
  const CommandResult result = run_program(
      {"sh", "-c", std::string("'") + PEEKSIM_BINARY + "' batch --jobs 1 < requests"}, here);
  CHECK(result.exit_code == 0);
  std::map<int, int> answers;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const auto answer = nlohmann::json::parse(line);
    if (answer.contains("error"))
      ++answers[answer["error"]["exit_code"].get<int>()];
    else
      CHECK(answer["id"] == "last");
  }
  CHECK(answers == std::map<int, int>{{3, 6}, {4, 3}});
}
