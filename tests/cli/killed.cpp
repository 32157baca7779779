// Killed before any of its changes to the file system, a command leaves the old state or the new
// one: the kill comes from a preloaded library that counts the changes.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <random>

#include "tests/cli/sweeping.h"

using namespace peeksim;

namespace {

CommandSetup kill_before(int change) {
  CommandSetup setup;
  setup.environment = {{"LD_PRELOAD", KILL_AT_CHANGE_LIBRARY}, {"KILL_AT", std::to_string(change)}};
  return setup;
}

// What a path holds; "": there is nothing.
std::string held(const Desk& desk, const std::string& name) {
  const auto contents = desk.files.contents();
  const auto found = contents.find(name);
  return found == contents.end() ? "" : found->second;
}

// Runs a command again and again, killed a change later each time, until it ends by itself; never
// more often than `most`, drawn from all changes. `check` looks at what each kill left. Returns how
// often it was killed.
int kill_everywhere(const Desk& desk, const Words& command, int most,
                    const std::function<void()>& prepare, const std::function<void()>& check) {
  std::mt19937 draw(1);
  int killed = 0;
  for (int change = 1;;) {
    CAPTURE(change);
    prepare();
    const CommandResult result = desk.run(command, kill_before(change));
    if (result.exit_code == 0) break;
    REQUIRE_MESSAGE(result.exit_code == 128 + SIGKILL, result.err);
    check();
    ++killed;
    // The further on, the larger the steps, so that `most` kills go as far as need be.
    change += killed < most / 2 ? 1 : 1 + static_cast<int>(draw() % static_cast<unsigned>(change));
  }
  return killed;
}

}  // namespace

TEST_CASE("wherever it is killed, a run leaves no results or whole ones") {
  const Desk desk;
  desk.ok(run_to("whole", {"--report", "whole.html", "--events", "whole.jsonl"}));
  int before = 0, after = 0;
  const int killed = kill_everywhere(
      desk, run_to("out", {"--report", "page.html", "--events", "log.jsonl", "--force"}), 60,
      [&] {
        for (const char* name : {"page.html", "log.jsonl"})
          std::filesystem::remove(desk.files.path(name));
        std::filesystem::remove_all(desk.files.path("out"));
      },
      [&] {
        const bool there = held(desk, "out") != "";
        (there ? after : before) += 1;
        for (const std::string name : {"out/results.json", "out/layers.csv"})
          CHECK(held(desk, name) == (there ? desk.files.read("whole" + name.substr(3)) : ""));
        for (const std::string end : {".html", ".jsonl"}) {
          const std::string text = held(desk, (end == ".html" ? "page" : "log") + end);
          CHECK((text == "" || text == desk.files.read("whole" + end)));
        }
      });
  CHECK(killed > 10);
  CHECK(before > 5);
  CHECK(after > 0);
}

TEST_CASE("wherever it is killed, a run that replaces results never leaves parts of two runs") {
  const Desk desk;
  desk.ok(run_to("new"));
  desk.ok(run_to("old", {"--set", "array.rows=2"}));
  const auto of = [&](const std::string& folder, const std::string& name) {
    return desk.files.read(folder + "/" + name);
  };
  std::map<std::string, int> states;
  kill_everywhere(
      desk, run_to("out", {"--force"}), 60,
      [&] {
        desk.files.write("out/results.json", of("old", "results.json"));
        desk.files.write("out/layers.csv", of("old", "layers.csv"));
        desk.files.write("out/notes.txt", "mine");
      },
      [&] {
        CHECK(desk.files.read("out/notes.txt") == "mine");
        const std::string results = desk.files.read("out/results.json");
        const bool is_new = results == of("new", "results.json");
        CHECK((is_new || results == of("old", "results.json")));
        const std::string layers = held(desk, "out/layers.csv");
        CHECK((layers == "" || layers == of(is_new ? "new" : "old", "layers.csv")));
        ++states[std::string(is_new ? "new" : "old") + (layers == "" ? ", alone" : "")];
      });
  CHECK(states["old"] > 5);
  CHECK(states["old, alone"] > 0);
  CHECK(states["new, alone"] > 0);
  CHECK(states["new"] > 0);
}

TEST_CASE("wherever they are killed, synth, masks and report leave the old file or the new one") {
  const Desk desk;
  desk.ok(run_to("out"));
  const std::vector<Words> commands = {
      {"trace", "synth", "workload.yaml", "--force", "-o"},
      {"masks", "trace.h5", "--machine", "machine.yaml", "--force", "--out"},
      {"report", "out/results.json", "--force", "-o"}};
  for (Words command : commands) {
    CAPTURE(command[0]);
    command.push_back("whole");
    desk.ok(command);
    command.back() = "made";
    int old = 0;
    const int killed = kill_everywhere(
        desk, command, 40, [&] { desk.files.write("made", "precious"); },
        [&] {
          const std::string text = desk.files.read("made");
          CHECK((text == "precious" || text == desk.files.read("whole")));
          old += text == "precious";
        });
    CHECK(killed > 3);
    CHECK(old > 2);
  }
}

TEST_CASE("wherever they are killed, a sweep and a merge go on to the same end") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("whole.db"));
  const auto forget = [&](const std::string& database) {
    for (const char* end : {"", "-wal", "-shm", "-journal", ".lock"})
      std::filesystem::remove(desk.files.path(database + end));
  };
  const auto check_end_of = [&](const Words& command) {
    desk.ok(command);
    CHECK(desk.same_exports("made.db", "whole.db"));
  };
  const Words merge = {"sweep", "merge", "whole.db", "-o", "made.db"};
  for (const Words& command : {SweepDesk::sweep_to("made.db"), merge}) {
    const int killed = kill_everywhere(
        desk, command, 16, [&] { forget("made.db"); }, [&] { check_end_of(command); });
    CHECK(killed > 8);
  }
}
