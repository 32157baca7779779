// What may stand in the place of a word, as the program says it to a shell. tests/tools has the
// shells themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

// What may stand in the place of the last word: words, and "files ..." or "folders".
Words candidates(const Words& words) {
  Words arguments = {"--complete"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  const CommandResult result = run_peeksim(arguments);
  CHECK(result.exit_code == 0);
  CHECK(result.err == "");
  std::istringstream lines(result.out);
  Words found;
  for (std::string line; std::getline(lines, line);)
    found.push_back(line[0] == '\t' ? line.substr(1) : line.substr(0, line.find('\t')));
  return found;
}

bool has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

TEST_CASE("commands are completed word by word, and a command's files beside its sub-commands") {
  const Words first = candidates({""});
  for (const char* word : {"run", "sweep", "trace", "config", "completion", "--help", "--version"})
    CHECK(std::count(first.begin(), first.end(), word) == 1);
  CHECK(candidates({"tra"}) == Words{"trace"});
  CHECK(candidates({"trace", ""}) == Words{"info", "check", "synth"});
  const Words sweep = candidates({"sweep", ""});
  CHECK(has(sweep, "pareto"));
  CHECK(has(sweep, "files yaml yml"));
  CHECK(candidates({"sweep", "p"}) == Words{"plan", "pareto", "files yaml yml"});
  CHECK(candidates({"no-command", ""}).empty());
  CHECK(candidates({}).empty());
}

TEST_CASE("options are completed once, repeatable ones again, and also when no argument is left") {
  CHECK(candidates({"run", "--tr"}) == Words{"--trace"});
  const Words rest =
      candidates({"run", "m.yaml", "--trace", "t.h5", "--set", "a=1", "-q", "--force", ""});
  CHECK(has(rest, "--set"));
  CHECK(has(rest, "--json"));
  for (const char* given : {"--trace", "--quiet", "--force"}) CHECK_FALSE(has(rest, given));
  CHECK(has(candidates({"sweep", "merge", "-o", "all.db", "a.db", "b.db", ""}), "files db"));
}

TEST_CASE("values are completed by kind: files, folders and names") {
  CHECK(candidates({"run", ""}) == Words{"files yaml yml"});
  CHECK(candidates({"compare", "m.yaml", ""}) == Words{"files yaml yml json"});
  CHECK(candidates({"run", "m.yaml", "--trace", ""}) == Words{"files h5 hdf5"});
  CHECK(candidates({"run", "m.yaml", "--out", ""}) == Words{"folders"});
  CHECK(candidates({"run", "m.yaml", "--events", ""}) == Words{"files"});
  CHECK(candidates({"run", "m.yaml", "--engine", ""}) == Words{"event", "clocked"});
  CHECK(candidates({"run", "m.yaml", "--vcd-cycles", ""}).empty());
  CHECK(candidates({"run", "m.yaml", "--set", "array.r"}) == Words{"array.rows="});
  CHECK(candidates({"price", "r.json", "--energy", "4"}) == Words{"45nm", "files yaml yml"});
  CHECK(has(candidates({"sweep", "best", "a.db", "--objective", ""}), "edp"));
  CHECK(has(candidates({"sweep", "best", "a.db", "--scope", ""}), "convolutions"));
  CHECK(candidates({"events", "diff", "a.jsonl", ""}) == Words{"files jsonl"});
  CHECK(candidates({"trace", "synth", "w.yaml", "--type", "f"}) == Words{"f32", "f16"});
  CHECK(candidates({"completion", ""}) == Words{"bash", "zsh"});
}

TEST_CASE("a shell without a script is a usage error that names those with one") {
  const Desk desk;
  desk.refused({"completion", "fish"}, 2, {"no completion for 'fish'; known: bash, zsh"});
  CHECK(contains(desk.ok({"completion", "zsh"}), "#compdef peeksim"));
}
