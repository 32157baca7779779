// peeksim batch: requests on standard input, answers on standard output.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <sstream>

#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

// The shell gives the program its input.
CommandResult batch(const Desk& desk, const std::string& input, const std::string& options = "") {
  desk.files.write("in.jsonl", input);
  CommandSetup setup;
  setup.folder = desk.files.path();
  return run_program({"sh", "-c", "exec " PEEKSIM_BINARY " batch " + options + " < in.jsonl"},
                     setup);
}

// Every answer by its id as JSON text; fails the test unless each line is one.
std::map<std::string, json> answers(const CommandResult& result) {
  CHECK(result.exit_code == 0);
  CHECK(result.err == "");
  std::map<std::string, json> found;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    json answer = json::parse(line);
    CHECK(answer.size() == 2);
    CHECK(found.emplace(answer.at("id").dump(), answer).second);
  }
  return found;
}

json error_of(const Desk& desk, const std::string& request) {
  const auto found = answers(batch(desk, request + "\n"));
  REQUIRE(found.size() == 1);
  return found.begin()->second.at("error");
}

}  // namespace

TEST_CASE("an answer says what run says, and holds results.json when asked") {
  const Desk desk;
  desk.ok(run_to("out", {"--set", "array.rows=2"}));
  const auto found =
      answers(batch(desk, R"({"id": [1, "a"], "machine": "machine.yaml", "trace": )"
                          R"("trace.h5", "set": {"array.rows": 2}, "detail": true})"));
  const json& result = found.at(R"([1,"a"])").at("result");
  const json expected = desk.json("out/results.json");
  CHECK(result.at("detail") == expected);
  const json& network = expected.at("totals").at("network");
  const json& metrics = result.at("metrics").at("network");
  CHECK(metrics.at("cycles") == network.at("machine").at("counters").at("cycles"));
  CHECK(metrics.at("energy") == network.at("machine").at("energy").at("total"));
  CHECK(metrics.at("speed_up") == network.at("speed_up"));
  CHECK(result.at("energy_unit") == "pJ");
  CHECK(result.at("warnings").empty());
  CHECK(result.at("larger_is_better") ==
        json({"mac_reduction", "speed_up", "energy_ratio", "utilisation", "images_per_second",
              "tops", "tops_per_watt", "gops_per_mm2"}));
}

TEST_CASE("a key may follow from others") {
  const Desk desk;
  const std::string point = R"({"machine": "machine.yaml", "trace": "trace.h5", "detail": true, )";
  const std::string derived = R"("derived": {"buffers.ifmap_read_width": "array.rows / 2"})";
  const auto found =
      answers(batch(desk, point + R"("id": 1, "set": {"array.rows": 8}, )" + derived + "}\n"));
  const json& machine = found.at("1").at("result").at("detail").at("machine");
  CHECK(machine.at("buffers").at("ifmap_read_width") == 4);
  CHECK(contains(found.at("1").at("result").at("warnings").dump(), "the array reads 8"));
  const std::string twice = point + R"("set": {"buffers.ifmap_read_width": 8}, )" + derived + "}";
  CHECK(contains(error_of(desk, twice).at("message").get<std::string>(),
                 "'buffers.ifmap_read_width' is set by 'set' too"));
}

TEST_CASE("a machine may be an object, by itself or on top of a file") {
  const Desk desk;
  desk.files.write("sub/parent.yaml", "extends: ../machine.yaml\nname: parent\n");
  const auto found = answers(batch(
      desk, R"({"id": 1, "trace": "trace.h5", "detail": true, "machine": {"extends": )"
            R"("sub/parent.yaml", "name": "7", "buffers": {"ifmap_bytes": "2 KiB"}, )"
            R"("prediction": {"window": [2, 3], "exclude": ["first"]}}})"
            "\n"
            R"({"id": 2, "trace": "trace.h5", "detail": true, "machine": {"name": "alone"}})"));
  const json& machine = found.at("1").at("result").at("detail").at("machine");
  CHECK(machine.at("name") == "7");
  CHECK(machine.at("buffers").at("ifmap_bytes") == 2048);
  CHECK(machine.at("buffers").at("weight_bytes") == 512);
  CHECK(machine.at("prediction").at("window") == json({2, 3}));
  CHECK(found.at("2").at("result").at("machine") == "alone");
}

TEST_CASE("a machine that does not meet a condition is not simulated, and the answer says which") {
  const Desk desk;
  const std::string request = R"("machine": "machine.yaml", "trace": "trace.h5", )"
                              R"("set": {"array.rows": 2, "array.cols": 8}, "where": )";
  const auto found =
      answers(batch(desk, R"({"id": 1, )" + request + R"("array.rows * array.cols == 16"})" + "\n" +
                              R"({"id": 2, )" + request +
                              R"(["array.rows == 2", "array.cols > array.rows * 4"]})"));
  CHECK(found.at("1").count("result") == 1);
  CHECK(found.at("2").at("excluded_by") == "array.cols > array.rows * 4");
}

TEST_CASE("a bad line is answered with an error, and the next one is served") {
  const Desk desk;
  const std::string good = R"({"id": "good", "machine": "machine.yaml", "trace": "trace.h5"})";
  for (const std::string bad :
       {"", "nonsense", "[]", "7", R"({"id": 1)", R"({"id": 1, "id": 2})", R"({"machine": {}})"}) {
    CAPTURE(bad);
    const auto found = answers(batch(desk, bad + "\n" + good));
    CHECK(found.at(R"("good")").count("result") == 1);
    CHECK(found.size() == (bad.empty() ? 1 : 2));
    if (!bad.empty()) CHECK(found.at("null").at("error").at("exit_code") == 3);
  }
}

TEST_CASE("a line that is nested too deep is answered with an error, and the next one is served") {
  const Desk desk;
  const std::string good = R"({"id": "good", "machine": "machine.yaml", "trace": "trace.h5"})";
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  for (const std::string key : {"id", "machine", "trace", "set", "images", "unknown"}) {
    CAPTURE(key);
    const auto found = answers(batch(desk, "{\"" + key + "\": " + deep + "}\n" + good));
    CHECK(found.at(R"("good")").count("result") == 1);
    const json& error = found.at("null").at("error");
    CHECK(error.at("exit_code") == 3);
    CHECK(contains(error.at("message").get<std::string>(), "is nested 200001 levels deep"));
  }
}

TEST_CASE("an error says where it is and what to do, with the exit code of run") {
  const Desk desk;
  const auto check = [&](const std::string& keys, int exit_code, const std::string& part) {
    const json error = error_of(desk, R"({"id": 1, "trace": "trace.h5", )" + keys + "}");
    CAPTURE(error.dump());
    CHECK(error.at("exit_code") == exit_code);
    CHECK(contains(error.at("message"), part));
  };
  const std::string machine = R"("machine": "machine.yaml", )";
  check(R"("machine": "machine.yml")", 3, "machine.yml: cannot read this file");
  check(R"("machine": {"array": {"rws": 4}, "name": "m"})", 3,
        "request:1: machine.array.rws: unknown key 'array.rws'; did you mean 'array.rows'?");
  check(R"("machine": {"array": {"rows": 4}})", 3, "the machine has no name");
  check(R"("machine": {"extends": "none.yaml", "name": "m"})", 3, "none.yaml");
  check(machine + R"("set": {"array.rows": 0})", 3, "expected an integer from 1 to 4096");
  check(machine + R"("set": {"array.rows": "4"})", 3, "drop the quotes");
  check(machine + R"("set": {"array.rows": 4, "array.rows": 5})", 3, "duplicate key");
  check(machine + R"("set": [])", 3, "expected a map of keys");
  check(machine + R"("image": 1)", 3, "unknown key 'image'; did you mean 'images'?");
  check(machine + R"("images": 3)", 2, "the trace has 2 images, not 3");
  check(machine + R"("set": {"buffers.ifmap_bytes": 8})", 5, "ifmap buffer");
  check(machine + R"("set": {"energy": "none"})", 3, "energy");
  check(machine + R"("set": {"energy": "eyeriss-relative", "array.dispatch": "packed"})", 3,
        "energy table 'eyeriss-relative' has no actions.wire");
  check(machine + R"("where": ["array.rws == 4"])", 3, "did you mean 'array.rows'?");
  const json error = error_of(desk, R"({"machine": "machine.yaml", "trace": "none.h5"})");
  CHECK(error.at("exit_code") == 4);
}

TEST_CASE("many requests are all answered, the same whatever the number of processes") {
  const Desk desk;
  std::string input;
  for (int i = 1; i <= 40; ++i)
    input += R"({"id": )" + std::to_string(i) +
             R"(, "machine": "machine.yaml", "trace": "trace.h5", "set": {"array.rows": )" +
             std::to_string(i) + "}}\n";
  const auto alone = answers(batch(desk, input, "--jobs 1"));
  CHECK(alone.size() == 40);
  const bool same = answers(batch(desk, input, "--jobs 4")) == alone;
  CHECK(same);
}

TEST_CASE("an entry that names no layer is a warning") {
  const Desk desk;
  const auto found = answers(batch(desk, R"({"machine": "machine.yaml", "trace": "trace.h5", )"
                                         R"("set": {"prediction.exclude": ["convv*"]}})"));
  const json& warnings = found.at("null").at("result").at("warnings");
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "'convv*' names no layer of trace.h5"));
}

TEST_CASE("a buffer outside the capacities of the energy table is a warning") {
  const Desk desk;
  const auto found = answers(batch(desk, R"({"machine": "machine.yaml", "trace": "trace.h5", )"
                                         R"("set": {"buffers.ofmap_bytes": "8 MiB"}})"));
  const json& warnings = found.at("null").at("result").at("warnings");
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "one of 8388608 is priced as the nearest"));
}

TEST_CASE("an end of input ends it, Ctrl-C too, and a command line that is wrong is refused") {
  const Desk desk;
  CHECK(answers(batch(desk, "")).empty());
  desk.refused({"batch", "--jobs", "0"}, 2, {"--jobs is 0"});
  desk.refused({"batch", "file"}, 2, {"too many positional options"});
  CommandSetup setup;
  setup.folder = desk.files.path();
  setup.signal = SIGINT;
  setup.signal_when = [&] {
    const std::filesystem::path answered = desk.files.path("answers");
    return std::filesystem::exists(answered) && std::filesystem::file_size(answered) > 0;
  };
  // The shell holds the pipe open for writing, so that the input never ends.
  const CommandResult result =
      run_program({"sh", "-c",
                   "mkfifo requests && exec 3<>requests && echo nonsense >&3 && "
                   "exec " PEEKSIM_BINARY " batch <&3 >answers"},
                  setup);
  CHECK(result.exit_code == 130);
  CHECK(contains(result.err, "batch: interrupted: 0 requests in flight are not answered; send"));
}
