#include "tests/cli/peeksim.h"

#include <algorithm>

#include "sim/trace/synth.h"

namespace peeksim {

namespace {

const char* const small_workload =
    "name: small\n"
    "source: made for tests\n"
    "layers:\n"
    "  - {name: conv1, C: 3, H: 12, W: 12, K: 8, R: 3, S: 3, pad: 1}\n"
    "  - {name: conv2, C: 8, H: 12, W: 12, K: 8, R: 3, S: 3, stride: 2, pad: 1}\n"
    "  - {name: conv3, C: 8, H: 6, W: 6, K: 12, R: 3, S: 3, pad: 1}\n"
    "  - {name: fc, kind: fc, C: 12, K: 10, activation: none}\n";

// Made once: every test starts with the same bytes.
const std::string& small_trace() {
  static const std::string bytes = [] {
    const TempFolder folder;
    SynthSettings settings;
    settings.images = 2;
    settings.type = "f32";
    synthesize(load_workload(folder.write("workload.yaml", small_workload)), settings,
               folder.path("trace.h5"));
    return folder.read("trace.h5");
  }();
  return bytes;
}

}  // namespace

CommandResult run_peeksim(const Words& arguments, const CommandSetup& setup) {
  Words all = {PEEKSIM_BINARY};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program(all, setup);
}

std::string shipped(const std::string& path) {
  return std::string(PEEKSIM_SOURCE_DIR "/") + path;
}

Words run_to(const std::string& folder, const Words& more) {
  Words words = {"run", "machine.yaml", "--trace", "trace.h5", "--out", folder};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Desk::Desk() {
  files.write("workload.yaml", small_workload);
  files.write("trace.h5", small_trace());
  files.write("machine.yaml", read_bytes(shipped("configs/tiny.yaml")));
}

CommandResult Desk::run(const Words& arguments, CommandSetup setup) const {
  if (setup.folder.empty()) setup.folder = files.path();
  return run_peeksim(arguments, setup);
}

std::string Desk::ok(const Words& arguments, const CommandSetup& setup) const {
  const CommandResult result = run(arguments, setup);
  CAPTURE(arguments);
  CHECK(result.exit_code == 0);
  CHECK(result.err == "");
  return result.out;
}

std::string Desk::refused(const Words& arguments, int exit_code, const Words& parts,
                          const CommandSetup& setup) const {
  const auto before = files.contents();
  const CommandResult result = run(arguments, setup);
  const std::string& line = result.err;
  CAPTURE(arguments);
  CAPTURE(line);
  CHECK(result.exit_code == exit_code);
  CHECK(line.rfind("peeksim: error: ", 0) == 0);
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  CHECK(line.back() == '\n');
  // A range of allowed values is a remedy too; every other one follows a semicolon.
  const bool has_remedy = contains(line, "; ") || contains(line, ": expected an integer from ");
  CHECK(has_remedy);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(contains(line, part));
  }
  const bool nothing_changed = files.contents() == before;
  CHECK(nothing_changed);
  return line;
}

std::string Desk::refused_machine(const std::string& keys, const Words& parts,
                                  int exit_code) const {
  files.write("other.yaml", "extends: machine.yaml\nname: other\n" + keys);
  return refused({"run", "other.yaml", "--trace", "trace.h5", "--out", "out"}, exit_code, parts);
}

nlohmann::json Desk::json(const std::string& name) const {
  return nlohmann::json::parse(files.read(name));
}

std::vector<std::map<std::string, std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      if (quoted && i + 1 < text.size() && text[i + 1] == '"') {
        rows.back().back() += text[++i];
      } else {
        quoted = !quoted;
      }
    } else if (c == ',' && !quoted) {
      rows.back().emplace_back();
    } else if (c == '\n' && !quoted) {
      rows.push_back({""});
    } else {
      rows.back().back() += c;
    }
  }
  REQUIRE(rows.back() == std::vector<std::string>{""});  // the last line ends in a newline
  rows.pop_back();
  std::vector<std::map<std::string, std::string>> records;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    REQUIRE(rows[row].size() == rows[0].size());
    records.emplace_back();
    for (std::size_t i = 0; i < rows[row].size(); ++i) {
      REQUIRE(records.back().count(rows[0][i]) == 0);
      records.back()[rows[0][i]] = rows[row][i];
    }
  }
  return records;
}

}  // namespace peeksim
