// Too large, endless, too many: the program ends with an error that says so, and says what to do.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

// Of the shell: limits are set there.
CommandResult shell(const Desk& desk, const std::string& line) {
  CommandSetup setup;
  setup.folder = desk.files.path();
  return run_program({"sh", "-c", line}, setup);
}

CommandResult limited(const Desk& desk, const std::string& limit, const std::string& arguments) {
  return shell(desk, "ulimit " + limit + "; exec " PEEKSIM_BINARY " " + arguments);
}

// Valid, and many times as large when it is read as on disk.
void write_large_machine(const Desk& desk) {
  std::string text = "name: large\nprediction:\n  exclude:\n";
  while (text.size() < std::size_t{8} << 20) text += "    - x\n";
  desk.files.write("large.yaml", text);
}

// KiB of address space, enough for all that is small.
const std::string little_memory = "-v 400000";

}  // namespace

TEST_CASE("no memory left is exit code 10 with a remedy") {
  const Desk desk;
  write_large_machine(desk);
  CHECK(limited(desk, little_memory, "config check machine.yaml").exit_code == 0);
  const CommandResult result = limited(desk, little_memory, "config check large.yaml");
  CHECK(result.exit_code == 10);
  CHECK(contains(result.err, "peeksim: error: out of memory; take fewer --jobs, "));
}

TEST_CASE("a request of a batch for which there is no memory is answered so, and the next is run") {
  const Desk desk;
  write_large_machine(desk);
  desk.files.write("in.jsonl",
                   "{\"id\": 1, \"machine\": \"large.yaml\", \"trace\": \"trace.h5\"}\n"
                   "{\"id\": 2, \"machine\": \"machine.yaml\", \"trace\": \"trace.h5\"}\n");
  const CommandResult result = limited(desk, little_memory, "batch --jobs 1 < in.jsonl");
  CHECK(result.exit_code == 0);
  const std::size_t end = std::min(result.out.find('\n'), result.out.size());
  const json first = json::parse(result.out.substr(0, end));
  CHECK(first.at("id") == 1);
  REQUIRE(first.contains("error"));
  CHECK(first.at("error").at("exit_code") == 10);
  CHECK(contains(first.at("error").at("message"), "out of memory; "));
  CHECK(json::parse(result.out.substr(end)).contains("result"));
}

TEST_CASE("whatever reads a text file refuses one without an end") {
  const Desk desk;
  std::filesystem::create_symlink("/dev/zero", desk.files.path("zero.csv"));
  const std::string refusal = ": is larger than 64 MiB, the most that such a file may have; ";
  const auto refused = [&](const Words& words, const std::string& name = "/dev/zero") {
    CAPTURE(words[0]);
    const CommandResult result = desk.run(words);
    CAPTURE(result.err);
    CHECK(result.exit_code == 3);
    CHECK(contains(result.err, name + refusal));
  };
  std::filesystem::resize_file(desk.files.write("large.json", ""), (64 << 20) + 1);
  desk.files.write("thresholds.yaml",
                   "extends: machine.yaml\nname: t\nprediction: {thresholds_file: large.json}\n");
  refused({"config", "check", "/dev/zero"});
  refused({"config", "check", "thresholds.yaml"}, "large.json");
  refused({"run", "machine.yaml", "--trace", "trace.h5", "--set", "energy=./large.json"},
          "large.json");
  refused({"trace", "synth", "/dev/zero", "-o", "a.h5"});
  refused({"trace", "synth", "zero.csv", "-o", "a.h5"}, "zero.csv");
  refused({"sweep", "plan", "/dev/zero"});
  refused({"compare", "/dev/zero", "/dev/zero"});
  refused({"report", "/dev/zero", "-o", "a.html"});
  refused({"price", "/dev/zero", "--energy", "45nm"});
}

TEST_CASE("a request that is larger than 16 MiB is answered with an error, and the next is run") {
  const Desk desk;
  const std::string request = R"({"id": 2, "machine": "machine.yaml", "trace": "trace.h5")";
  const std::string large = R"({"id": ")" + std::string(17 << 20, 'x') + "\"}";
  const std::string long_one = request + std::string(15 << 20, ' ') + "}";
  desk.files.write("in.jsonl", large + "\n" + long_one + "\n\n" + large);
  const CommandResult result = shell(desk, PEEKSIM_BINARY " batch --jobs 1 < in.jsonl");
  CHECK(result.exit_code == 0);
  CHECK(result.err == "");
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 3);
  for (const std::string number : {"1", "4"})
    CHECK(contains(result.out,
                   R"({"id":null,"error":{"message":"request:)" + number +
                       R"(: is larger than 16 MiB; write a smaller one","exit_code":3}})"));
  CHECK(contains(result.out, R"({"id":2,"result":)"));
}

TEST_CASE("a request without an end ends the batch") {
  const Desk desk;
  const CommandResult result = shell(desk, PEEKSIM_BINARY " batch --jobs 1 < /dev/zero");
  CHECK(result.exit_code == 3);
  CHECK(contains(result.out, "request:1: is larger than 16 MiB"));
  CHECK(contains(result.err, "request: a line is larger than 64 MiB; write one request a line"));
}

TEST_CASE("with too few open files a run succeeds, or says what is too few") {
  const Desk desk;
  for (int files = 5; files < 12; ++files) {
    CAPTURE(files);
    const CommandResult result =
        limited(desk, "-n " + std::to_string(files), "run machine.yaml --trace trace.h5 --quiet");
    if (result.exit_code == 0) continue;
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "Too many open files; allow more open files with ulimit -n"));
  }
}
