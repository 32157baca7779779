// `peeksim sweep --slurm` before Slurm itself comes into it: what sbatch is told and what is
// refused. Its commands are stand-ins that note their arguments; tests/slurm has the real ones.
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "tests/cli/sweeping.h"

namespace fs = std::filesystem;
using namespace peeksim;

namespace {

// A desk with a sweep of 12 points, and a Slurm whose commands do what a test says.
class SlurmDesk : public SweepDesk {
 public:
  SlurmDesk() {
    squeue("true");
    sbatch("echo 41");
  }

  void sbatch(const std::string& does) { command("sbatch", does); }
  void squeue(const std::string& does) { command("squeue", does); }

  CommandSetup setup() const {
    CommandSetup setup;
    setup.environment["PATH"] = files.path("bin") + ":" + ::getenv("PATH");
    return setup;
  }

  static Words words(const std::string& options, const Words& more = {}) {
    Words all = {"sweep", "sweep.yaml", "--out", "sweep.db", "--slurm", options};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string submit(const std::string& options, const Words& more = {}) const {
    return ok(words(options, more), setup());
  }
  // The last line of what sbatch was told, a word per line.
  Words told(const std::string& command = "sbatch") const {
    Words words(1);
    for (const char c : files.read(command + ".told"))
      if (c == '\n') {
        words.emplace_back();
      } else {
        words.back() += c;
      }
    words.pop_back();
    return words;
  }
  std::string script(const std::string& of) const {
    return files.read("sweep.db.shards/shard-of-" + of + ".sh");
  }
  // A line of squeue's about a shard of this sweep's.
  std::string queued(const std::string& number, const std::string& of) const {
    return "echo '" + number + " " + files.path("sweep.db.shards/shard-of-" + of + ".sh") + "'\n";
  }

 private:
  void command(const std::string& name, const std::string& does) const {
    const std::string path =
        files.write("bin/" + name, "#!/bin/sh\nprintf '%s\\n' \"$@\" > '" +
                                       files.path(name + ".told") + "'\n" + does + "\n");
    fs::permissions(path, fs::perms::owner_all);
  }
};

}  // namespace

TEST_CASE("sbatch is given the user's options as they are, and no shell reads them") {
  const SlurmDesk desk;
  const std::string said =
      desk.submit("--partition=x  --comment 'two  words; $(touch hacked)' -t 10 --array-size=4");
  CHECK(desk.told() == Words{"--parsable", "--partition=x", "--comment",
                             "two  words; $(touch hacked)", "-t", "10", "--array=1-4",
                             desk.files.path("sweep.db.shards/shard-of-4.sh")});
  CHECK(!fs::exists(desk.files.path("hacked")));
  CHECK(contains(said,
                 "0 of 4 shards complete, 0 in Slurm's queue, 4 submitted as job "
                 "41\nwatch:  squeue --jobs=41\n"));
  CHECK(contains(said,
                 "sbatch --partition=x --comment 'two  words; $(touch hacked)' -t 10 "
                 "--array=1 " +
                     desk.files.path("sweep.db.shards/shard-of-4.sh")));
  CHECK(contains(said, "join:   peeksim sweep merge -o sweep.db sweep.db.shards/*.db\n"));
}

TEST_CASE("how many tasks run at a time is written as Slurm does") {
  const SlurmDesk desk;
  desk.submit("--array-size=4%2");
  const Words told = desk.told();
  CHECK(std::count(told.begin(), told.end(), "--array=1-4%2") == 1);
}

TEST_CASE("a task runs its shard with the options of the sweep, from wherever it starts") {
  const SlurmDesk desk;
  desk.submit("--array-size=4");
  CHECK(contains(desk.script("4"), "--jobs \"${SLURM_CPUS_ON_NODE:-1}\"\n"));
  desk.submit("--array-size=4", {"--deadline", "0.5", "--jobs", "3", "--retry"});
  CHECK(contains(desk.script("4"), "--jobs 3 --deadline=0.5 --retry\n"));
  for (const std::string number : {"1", "2", "3", "4"}) {
    CommandSetup task;
    task.folder = "/";
    task.environment["SLURM_ARRAY_TASK_ID"] = number;
    const CommandResult result =
        run_program({"sh", desk.files.path("sweep.db.shards/shard-of-4.sh")}, task);
    CHECK(result.exit_code == 0);
    CHECK(contains(result.out, "3 points run, 3 done, 0 failed"));
  }
  fs::remove(desk.files.path("sbatch.told"));
  CHECK(contains(desk.submit("--array-size=4"),
                 "4 of 4 shards complete, 0 in Slurm's queue, 0 submitted\n"));
  CHECK(contains(desk.submit(""), "1 of 1 shards complete"));  // however the sweep is cut
  CHECK(!fs::exists(desk.files.path("sbatch.told")));
}

TEST_CASE("a shard that has a task in the queue is left alone") {
  SlurmDesk desk;
  desk.squeue(desk.queued("2", "6") + desk.queued("5", "6") + "echo '3 /other/shard-of-6.sh'");
  CHECK(contains(desk.submit("--array-size 6"), "2 in Slurm's queue, 4 submitted"));
  CHECK(desk.told()[1] == "--array=1,3-4,6");
  desk.refused(desk.words("--array-size=5"), 9,
               {"sweep.db.shards: tasks of an array of another size", "shard-of-6.sh"},
               desk.setup());
}

TEST_CASE("a shard whose points failed is submitted again with --retry only") {
  const SlurmDesk desk;
  CHECK(desk.run({"sweep", "sweep.yaml", "--out", "sweep.db", "--deadline", "1e-9"}).exit_code ==
        8);
  CHECK(contains(desk.submit("--array-size=3"), "3 of 3 shards complete"));
  CHECK(contains(desk.submit("--array-size=3", {"--retry"}), "0 of 3 shards complete"));
  CHECK(desk.told()[1] == "--array=1-3");
}

TEST_CASE("a database that a task left empty as it died is no obstacle") {
  const SlurmDesk desk;
  desk.files.write("sweep.db.shards/shard-1-of-2.db", "");
  SQLite::Database(desk.files.path("sweep.db.shards/shard-2-of-2.db"),
                   SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .execAndGet("PRAGMA journal_mode = WAL");
  CHECK(contains(desk.submit("-p x --array-size=2"), "2 submitted"));
}

TEST_CASE("a sweep without Slurm's commands is refused, and what to do is said") {
  const SlurmDesk desk;
  CommandSetup setup;
  setup.environment["PATH"] = desk.files.path();
  desk.refused(desk.words(""), 9, {"there is no squeue on the PATH; ", "--shard"}, setup);
}

TEST_CASE("what Slurm refuses is an error in its own words") {
  SlurmDesk desk;
  desk.squeue("echo 'squeue: error: no controller' >&2\nexit 1");
  CommandResult result = desk.run(desk.words(""), desk.setup());
  CHECK(result.exit_code == 9);
  CHECK(result.err == "peeksim: error: squeue: no controller; nothing was submitted\n");
  CHECK(!fs::exists(desk.files.path("sweep.db.shards")));
  desk.squeue("true");
  desk.sbatch("echo 'sbatch: error: invalid partition\nsbatch: error: Failed' >&2\nexit 1");
  result = desk.run(desk.words(""), desk.setup());
  CHECK(result.exit_code == 9);
  CHECK(result.err == "peeksim: error: sbatch: invalid partition, Failed; nothing was submitted\n");
  desk.sbatch("exit 3");
  result = desk.run(desk.words(""), desk.setup());
  CHECK(result.err == "peeksim: error: sbatch: failed with exit code 3; nothing was submitted\n");
  desk.sbatch("true");
  result = desk.run(desk.words("--test-only"), desk.setup());
  CHECK(result.exit_code == 9);
  CHECK(contains(result.err, "sbatch: gave no job number"));
}

TEST_CASE("a wrong --slurm is refused before anything is submitted") {
  const SlurmDesk desk;
  const auto refused = [&](const std::string& options, const Words& parts, const Words& more = {}) {
    desk.refused(desk.words(options, more), 2, parts, desk.setup());
  };
  for (const std::string size :
       {"0", "-1", "many", "1.5", "99999999999999999999", "4%", "4%0", "%4", "4%x", "4%2%1"})
    refused("--array-size=" + size, {"--array-size is '" + size + "'"});
  refused("--array-size", {"--array-size is ''"});
  for (const std::string own : {"--array=1-3", "-a1-3"})
    refused(own, {"'" + own + "' is in --slurm", "--array-size"});
  refused("--comment=\\q", {"--slurm cannot be read"});
  refused("", {"--shard does not go with --slurm"}, {"--shard", "1/2"});
  refused("", {"--limit does not go with --slurm"}, {"--limit", "1"});
  CHECK(!fs::exists(desk.files.path("sbatch.told")));
}

TEST_CASE("a sweep that cannot run is refused before anything is submitted") {
  const SlurmDesk desk;
  desk.write_sweep("axes: {array.rowz: [1, 2]}\n");
  desk.refused(desk.words(""), 3, {"array.rowz"}, desk.setup());
}

TEST_CASE("a folder in which Slurm would find no log is refused") {
  const SlurmDesk desk;
  const CommandResult result =
      desk.run({"sweep", "sweep.yaml", "--out", "a\\b.db", "--slurm", ""}, desk.setup());
  CHECK(result.exit_code == 9);
  CHECK(contains(result.err, "has a backslash"));
  CHECK(!fs::exists(desk.files.path("sbatch.told")));
}

TEST_CASE("a sweep's name cannot add a line to the script") {
  const SlurmDesk desk;
  std::string sweep = desk.files.read("sweep.yaml");
  sweep.replace(sweep.find("small sweep"), 11, "\"one\\ntouch hacked \\\"two\\\"\"");
  desk.files.write("sweep.yaml", sweep);
  desk.submit("--array-size=2");
  CHECK(contains(desk.script("2"), "\n#SBATCH --job-name=\"one touch hacked \\\"two\\\"\"\n"));
}
