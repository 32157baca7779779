// `peeksim run --jobs`: the images of a trace shared by worker processes.
#include <doctest/doctest.h>

#include <sys/types.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "sim/trace/synth.h"
#include "tests/cli/peeksim.h"
#include "tests/cli/spoil_trace.h"

using namespace peeksim;

namespace {

// run machine.yaml --trace images.h5 --jobs JOBS MORE...
Words run_with(int jobs, const Words& more) {
  Words words = {"run", "machine.yaml", "--trace", "images.h5", "--jobs", std::to_string(jobs)};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Two layers and an odd number of images, with inputs.
void make_images(const Desk& desk, int images) {
  desk.files.write("net.yaml",
                   "name: net\nsource: made for tests\nlayers:\n"
                   "  - {name: first, C: 3, H: 12, W: 11, K: 6, R: 3, S: 3, pad: 1}\n"
                   "  - {name: second, C: 6, H: 12, W: 11, K: 5, R: 3, S: 3, pad: 1}\n");
  SynthSettings settings;
  settings.images = images;
  synthesize(load_workload(desk.files.path("net.yaml")), settings, desk.files.path("images.h5"));
}

// Processes that run in a folder and were forked by one that does too.
std::vector<pid_t> workers_in(const std::string& folder) {
  std::map<pid_t, pid_t> parents;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::error_code gone;
    const std::string place = std::filesystem::read_symlink(process.path() / "cwd", gone);
    if (gone || place != std::filesystem::canonical(folder)) continue;
    std::ifstream status(process.path() / "status");
    for (std::string word; status >> word;)
      if (word == "PPid:") status >> parents[std::stoi(process.path().filename())];
  }
  std::vector<pid_t> workers;
  for (const auto& [process, parent] : parents)
    if (parents.count(parent) > 0) workers.push_back(process);
  return workers;
}

const Words all_files = {"--events",  "log.jsonl", "--timeline", "timeline.json", "--report",
                         "page.html", "--out",     "out",        "--force"};

}  // namespace

TEST_CASE("a run writes the same bytes with any number of jobs") {
  const Desk desk;
  make_images(desk, 5);
  for (const std::string engine : {"event", "clocked"}) {
    Words more = all_files;
    more.insert(more.end(), {"--engine", engine});
    Words files = {"log.jsonl", "timeline.json", "page.html", "out/results.json", "out/layers.csv"};
    if (engine == "clocked") {
      more.insert(more.end(), {"--vcd", "wave.vcd", "--vcd-cycles", "50:4000"});
      files.push_back("wave.vcd");
    }
    const std::string screen = desk.ok(run_with(1, more));
    std::map<std::string, std::string> first;
    for (const std::string& file : files) first[file] = desk.files.read(file);
    CHECK(first["log.jsonl"].size() > 1000);
    for (const int jobs : {2, 3, 40}) {
      CAPTURE(jobs);
      CHECK(desk.ok(run_with(jobs, more)) == screen);
      for (const std::string& file : files) CHECK(desk.files.read(file) == first[file]);
    }
  }
}

TEST_CASE("a run of workers is refused with the words and the exit code of a run without") {
  const Desk desk;
  make_images(desk, 4);
  desk.files.write("damaged.h5", desk.files.read("images.h5"));
  flip_bit(desk.files.path("damaged.h5"), "layers/0001/ofmap");
  const std::vector<std::pair<Words, int>> refusals = {
      {{"--engine", "clocked", "--vcd", "wave.vcd", "--vcd-cycles", "9000000:9000010"}, 2},
      {{"--images", "5"}, 2},
      {{"--set", "buffers.weight_bytes=1"}, 5},
      {{"--trace", "damaged.h5"}, 4}};
  for (const auto& [more, exit_code] : refusals) {
    std::string alone;
    for (const int jobs : {1, 2}) {
      Words words = {"run", "machine.yaml", "--jobs", std::to_string(jobs)};
      if (more.front() != "--trace") words.insert(words.end(), {"--trace", "images.h5"});
      words.insert(words.end(), more.begin(), more.end());
      const std::string line = desk.refused(words, exit_code, {});
      if (jobs == 1) alone = line;
      CHECK(line == alone);
    }
  }
  desk.refused(run_with(0, {}), 2, {"--jobs"});
}

TEST_CASE("a full disk under the waveform that a worker writes leaves no files") {
  const Desk desk;
  make_images(desk, 4);
  CommandSetup small;
  small.file_size_limit = 20'000;
  desk.refused(run_with(2, {"--engine", "clocked", "--vcd", "wave.vcd", "--vcd-cycles", "0:99999"}),
               6, {"wave.vcd: cannot be written"}, small);
}

TEST_CASE("a worker that is killed ends the run, and leaves no results") {
  const Desk desk;
  make_images(desk, 2000);
  CommandSetup kill_one;
  bool killed = false;
  kill_one.signal = SIGTERM;  // never sent: it is a worker that is killed
  kill_one.signal_when = [&] {
    const std::vector<pid_t> workers = workers_in(desk.files.path());
    if (!killed && workers.size() == 2) killed = ::kill(workers.front(), SIGKILL) == 0;
    return false;
  };
  desk.refused(run_with(2, all_files), 1, {"ended by a signal: Killed; was memory short?"},
               kill_one);
  CHECK(killed);
}
