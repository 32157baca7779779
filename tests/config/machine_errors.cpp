// Every way to write a wrong machine file, and the line that answers it.
#include <doctest/doctest.h>

#include "sim/config/load_machine.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

const Vocabulary vocabulary = {
    {"array.dispatch", {{"gate", "g"}, {"row_skip", "r"}, {"packed", "p"}}},
    {"prediction.policy", {{"none", "n"}, {"peek", "p"}, {"oracle", "o"}}}};

// The answer to a machine whose third line on is `text`.
std::string error(const std::string& text) {
  const TempFolder folder;
  folder.write("m.yaml", "name: m\n\n" + text);
  return config_error([&] { load_machine(folder.path("m.yaml"), {}, vocabulary); }, &folder);
}

bool starts(const std::string& text, const std::string& beginning) {
  if (text.rfind(beginning, 0) == 0) return true;
  MESSAGE(text);
  return false;
}

}  // namespace

TEST_CASE("unknown keys are refused with the nearest key") {
  CHECK(error("array: {row: 4}") ==
        "m.yaml:3: array.row: unknown key 'array.row'; did you mean 'array.rows'?");
  CHECK(error("aray: {rows: 4}") == "m.yaml:3: aray: unknown key 'aray'; did you mean 'array'?");
  CHECK(error("rows: 4") == "m.yaml:3: rows: unknown key 'rows'; did you mean 'array.rows'?");
  CHECK(
      starts(error("extend: x"), "m.yaml:3: extend: unknown key 'extend'; did you mean 'extends'"));
  CHECK(starts(error("array: {extends: x}"), "m.yaml:3: array.extends: unknown key"));
  CHECK(starts(error("schedule: {colour: red}"),
               "m.yaml:3: schedule.colour: unknown key 'schedule.colour'; "));
}

TEST_CASE("duplicate keys are refused") {
  CHECK(starts(error("array:\n  rows: 4\n  rows: 4"), "m.yaml:5: array.rows: duplicate key"));
  CHECK(starts(error("name: n"), "m.yaml:3: name: duplicate key, first on line 1"));
}

TEST_CASE("mistyped keys are refused") {
  CHECK(starts(error("array: {rows: four}"), "m.yaml:3: array.rows: expected an integer"));
  CHECK(starts(error("array: {rows: 010}"), "m.yaml:3: array.rows: expected an integer"));
  CHECK(starts(error("array: {rows: \"16\"}"), "m.yaml:3: array.rows: expected an integer"));
  CHECK(starts(error("array: {rows: [16]}"), "m.yaml:3: array.rows: expected an integer"));
  CHECK(starts(error("array: 16"), "m.yaml:3: array: expected a map of keys"));
  CHECK(starts(error("array:"), "m.yaml:3: array: expected a map of keys, found nothing"));
  CHECK(starts(error("array: {gate_zero_activations: 1}"),
               "m.yaml:3: array.gate_zero_activations: expected true or false"));
  CHECK(starts(error("buffers: {ifmap_bytes: 64 KB}"),
               "m.yaml:3: buffers.ifmap_bytes: expected a size"));
  CHECK(starts(error("prediction: {threshold: .nan}"),
               "m.yaml:3: prediction.threshold: expected a finite decimal number"));
  CHECK(starts(error("prediction: {exclude: first}"),
               "m.yaml:3: prediction.exclude: expected a list"));
  CHECK(starts(error("energy: ''"), "m.yaml:3: energy: expected a text"));
}

TEST_CASE("keys out of range are refused with the range") {
  CHECK(starts(error("array: {rows: 0}"),
               "m.yaml:3: array.rows: expected an integer from 1 to 4096, found 0"));
  CHECK(starts(error("array: {cols: 4097}"),
               "m.yaml:3: array.cols: expected an integer from 1 to 4096"));
  CHECK(starts(error("array: {lanes: 1025}"),
               "m.yaml:3: array.lanes: expected an integer from 1 to 1024"));
  CHECK(starts(error("precision: {weight_bytes: 3}"),
               "m.yaml:3: precision.weight_bytes: expected 1, 2 or 4"));
  CHECK(starts(error("precision: {activation_bytes: 8}"),
               "m.yaml:3: precision.activation_bytes: expected"));
  CHECK(starts(error("precision: {weight_bits: 6}"),
               "m.yaml:3: precision.weight_bits: expected 4, 8, 12, 16 or 32 bits, found 6"));
  CHECK(
      starts(error("buffers: {ofmap_bytes: 0}"), "m.yaml:3: buffers.ofmap_bytes: expected a size"));
  CHECK(starts(error("buffers: {ifmap_read_width: -1}"),
               "m.yaml:3: buffers.ifmap_read_width: expected"));
  for (const char* rate : {"0", "0.05", "12.85", "16777217", "-1"})
    CHECK(starts(
        error("dram: {bytes_per_cycle: " + std::string(rate) + "}"),
        "m.yaml:3: dram.bytes_per_cycle: expected a number from 0.1 to 16777216 with at most "
        "one decimal"));
  CHECK(starts(error("dram: {latency: -1}"), "m.yaml:3: dram.latency: expected"));
  CHECK(starts(error("clock_mhz: 0"), "m.yaml:3: clock_mhz: expected a number from 0.001"));
  CHECK(starts(error("prediction: {window: [0, 2]}"),
               "m.yaml:3: prediction.window[0]: expected an integer from 1 to 64"));
  CHECK(starts(error("prediction: {window: [2, 65]}"), "m.yaml:3: prediction.window[1]: expected"));
  CHECK(starts(error("prediction: {window: [2]}"),
               "m.yaml:3: prediction.window: expected a window as [height, width]"));
  CHECK(starts(error("prediction: {window: 2}"),
               "m.yaml:3: prediction.window: expected a window as [height, width]"));
}

TEST_CASE("unknown names are refused with the nearest name") {
  CHECK(error("array: {dispatch: rowskip}") ==
        "m.yaml:3: array.dispatch: unknown name 'rowskip'; did you mean 'row_skip'?");
  CHECK(starts(error("prediction: {policy: dense}"),
               "m.yaml:3: prediction.policy: unknown name 'dense'; known: none, peek, oracle"));
  CHECK(starts(error("schedule: {loop_order: block}"),
               "m.yaml:3: schedule.loop_order: unknown name 'block'"));
  CHECK(error("prediction: {peeks: diagnal}") ==
        "m.yaml:3: prediction.peeks: unknown name 'diagnal'; did you mean 'diagonal'?");
  CHECK(error("prediction: {exclude: [\"kind:depthwse\"]}") ==
        "m.yaml:3: prediction.exclude[0]: unknown name 'kind:depthwse'; did you mean "
        "'kind:depthwise'?");
}

TEST_CASE("without a vocabulary a name of a later room is taken as it is") {
  const TempFolder folder;
  const std::string path = folder.write("m.yaml", "name: m\narray: {dispatch: novel}\n");
  CHECK(load_machine(path, {}, {}).array.dispatch == "novel");
}

TEST_CASE("peeks are positions inside the window") {
  CHECK(starts(error("prediction: {window: [2, 3], peeks: [[0, 0], [1, 3]]}"),
               "m.yaml:3: prediction.peeks: peek [1, 3] lies outside the window of 2 x 3"));
  CHECK(starts(error("prediction: {peeks: [[2, 0]]}"), "m.yaml:3: prediction.peeks: peek [2, 0]"));
  CHECK(starts(error("prediction: {policy: none, peeks: [[2, 0]]}"),
               "m.yaml:3: prediction.peeks: peek [2, 0]"));
  CHECK(starts(error("prediction: {peeks: [[-1, 0]]}"),
               "m.yaml:3: prediction.peeks[0][0]: expected"));
  CHECK(starts(error("prediction: {peeks: [0, 1]}"),
               "m.yaml:3: prediction.peeks[0]: expected a peek as [row, column]"));
  CHECK(starts(error("prediction: {peeks: []}"), "m.yaml:3: prediction.peeks: no peek is listed"));
  CHECK(starts(error("prediction: {peeks: {a: 1}}"),
               "m.yaml:3: prediction.peeks: expected a pattern's name"));
}

TEST_CASE("a peek listed twice counts once") {
  const TempFolder folder;
  const std::string path =
      folder.write("m.yaml", "name: m\nprediction: {peeks: [[1, 1], [0, 1], [1, 1]]}\n");
  CHECK(load_machine(path, {}, {}).prediction.peeks.list == std::vector<Position>{{0, 1}, {1, 1}});
}

TEST_CASE("a layer's own window and peeks must fit each other too") {
  CHECK(starts(error("prediction:\n  window: [3, 3]\n  peeks: [[2, 2]]\n  layers:\n"
                     "    - {match: \"conv*\", window: [2, 2]}"),
               "m.yaml:7: prediction.layers[0]: peek [2, 2] lies outside the window of 2 x 2"));
  CHECK(starts(error("prediction:\n  layers:\n    - {match: a, peeks: [[2, 2]]}"),
               "m.yaml:5: prediction.layers[0]: peek [2, 2]"));
  CHECK(error("prediction:\n  layers:\n    - {match: \"*\", window: [3, 3]}\n"
              "    - {match: a, peeks: [[2, 2]]}") == "no error");
}

TEST_CASE("an entry of prediction.layers says whom it changes and what") {
  CHECK(starts(error("prediction: {layers: [{threshold: 1}]}"),
               "m.yaml:3: prediction.layers[0]: no key 'match'"));
  CHECK(starts(error("prediction: {layers: [{match: a}]}"),
               "m.yaml:3: prediction.layers[0]: changes nothing"));
  CHECK(starts(error("prediction: {layers: [{match: '', threshold: 1}]}"),
               "m.yaml:3: prediction.layers[0].match: expected a name"));
  CHECK(starts(error("prediction: {layers: [{match: a, policy: pek}]}"),
               "m.yaml:3: prediction.layers[0].policy: unknown name 'pek'; did you mean 'peek'?"));
  CHECK(starts(error("prediction: {layers: [a]}"),
               "m.yaml:3: prediction.layers[0]: expected a map of keys"));
  CHECK(starts(error("prediction: {layers: {match: a}}"),
               "m.yaml:3: prediction.layers: expected a list"));
}
