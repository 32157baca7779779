// Keys that belong to a row of a table: a dispatch policy that is nowhere but in this test has
// some, and machine files, overrides and the reference know them.
#include "sim/config/parameter.h"

#include <doctest/doctest.h>

#include "sim/config/load_machine.h"
#include "sim/config/machine_keys.h"
#include "sim/config/machine_reference.h"
#include "sim/config/parameter_keys.h"
#include "sim/config/read_yaml.h"
#include "sim/config/show_machine.h"
#include "sim/config/to_yaml.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

constexpr Parameter lookahead = {"array.lookahead", Parameter::Type::integer, "taps", 0, 16, 2,
                                 "How far it looks"};
constexpr Parameter trust = {"prediction.trust",    Parameter::Type::number, "", 0, 1, 0.5,
                             "How much it believes"};

constexpr Parameter dispatch_parameters[] = {lookahead};
constexpr Parameter predictor_parameters[] = {trust};

const Vocabulary vocabulary = {
    {"array.dispatch", {{"gate", "old"}, {"novel", "new", dispatch_parameters}}},
    {"prediction.policy",
     {{"none", "dense"},
      {"guess", "guesses", predictor_parameters},
      {"bet", "guesses more", predictor_parameters}}}};

const std::string novel = "name: m\narray: {dispatch: novel}\nprediction: {policy: none}\n";

MachineSpec load(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const TempFolder folder;
  return load_machine(folder.write("m.yaml", text), overrides, vocabulary);
}

std::string shown(const MachineSpec& machine) {
  return to_yaml(show_machine(machine));
}

std::string error(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const TempFolder folder;
  folder.write("m.yaml", text);
  return config_error([&] { load_machine(folder.path("m.yaml"), overrides, vocabulary); }, &folder);
}

// Nobody sees what a parameter with such a declaration does to machine files.
std::string declared(const Parameter& parameter, const std::string& chooser) {
  const Parameter list[] = {parameter};
  try {
    parameters_of({{chooser, {{"x", "x", list}}}});
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::internal);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a parameter has its default until a file or an override sets it") {
  CHECK(load(novel).parameters.of(lookahead) == 2);
  CHECK(load(novel, {"array.lookahead=5"}).parameters.of(lookahead) == 5);
  const std::string set = "name: m\narray: {dispatch: novel, lookahead: 3}\n";
  CHECK(load(set).parameters.of(lookahead) == 3);
  CHECK(load(set).location("array.lookahead").line == 2);
  CHECK(load(set, {"array.lookahead=0"}).parameters.of(lookahead) == 0);
  CHECK(load("name: m\n").parameters.of(trust) == 0.5);
  CHECK(MachineSpec().parameters.of(lookahead) == 2);
}

TEST_CASE("a file that extends another inherits its parameters") {
  const TempFolder folder;
  folder.write("parent.yaml", "name: p\narray: {dispatch: novel, lookahead: 7}\n");
  const std::string child = folder.write("child.yaml", "extends: parent.yaml\nname: c\n");
  CHECK(load_machine(child, {}, vocabulary).parameters.of(lookahead) == 7);
  const MachineTemplate base(child, vocabulary);
  const KeyValues keys = partial_machine(parse_yaml("array: {lookahead: 9}", "part"), vocabulary);
  CHECK(base.with(keys, vocabulary).parameters.of(lookahead) == 9);
}

TEST_CASE("a parameter's value is checked as every other key's") {
  CHECK(error("name: m\n\narray: {lookahead: 17}\n") ==
        "m.yaml:3: array.lookahead: expected an integer from 0 to 16, found 17");
  CHECK(error("name: m\narray: {lookahead: 1.5}\n")
            .find("m.yaml:2: array.lookahead: expected an integer from 0 to 16, found '1.5'") == 0);
  CHECK(error("name: m\nprediction: {trust: 1.5}\n") ==
        "m.yaml:2: prediction.trust: expected a number from 0 to 1, found 1.5");
  CHECK(error(novel, {"prediction.trust=much"})
            .find("--set: prediction.trust: expected a finite decimal number") == 0);
}

TEST_CASE("a mistyped parameter finds its name, and one of no row is unknown") {
  CHECK(error("name: m\narray: {lookahed: 1}\n") ==
        "m.yaml:2: array.lookahed: unknown key 'array.lookahed'; did you mean 'array.lookahead'?");
  CHECK(error(novel, {"lookahead=1"}) ==
        "--set: unknown key 'lookahead'; did you mean 'array.lookahead'?");
  const TempFolder folder;
  const std::string path = folder.write("m.yaml", "name: m\narray: {lookahead: 1}\n");
  CHECK(config_error([&] { load_machine(path, {}, {}); }).find("unknown key") != std::string::npos);
}

TEST_CASE("a machine shows the parameters that count in it, and reads back as the same") {
  const std::string without = shown(load("name: m\n"));
  CHECK(without.find("  lookahead") == std::string::npos);
  const std::string with_default = shown(load(novel));
  CHECK(with_default.find("  zero_lookahead: 0\n  multicast_mm: 0\n  lookahead: 2\nprecision:") !=
        std::string::npos);
  CHECK(shown(load(novel, {"array.lookahead=2"})) == with_default);
  CHECK(shown(load(novel, {"array.lookahead=3"})) != with_default);
  for (const char* value : {"0", "1", "0.1", "1e-9"}) {
    const std::string set = std::string("prediction.trust=") + value;
    const MachineSpec machine = load(novel, {"prediction.policy=guess", set});
    CHECK(shown(load(shown(machine))) == shown(machine));
    CHECK(shown(machine_from_tree(show_machine(machine), vocabulary)) == shown(machine));
  }
}

TEST_CASE("a value is shown as text that reads back, whatever its size") {
  CHECK(show_parameter(1000000).text() == "1000000");
  CHECK(show_parameter(-3).text() == "-3");
  CHECK(show_parameter(0.25).text() == "0.25");
  CHECK(show_parameter(1e300).number() == 1e300);
}

TEST_CASE("a parameter that is set for a row that nobody chose is named") {
  CHECK(machine_warnings(load(novel, {"array.lookahead=3"}), vocabulary).empty());
  CHECK(machine_warnings(load("name: m\n"), vocabulary).empty());
  CHECK(machine_warnings(load("name: m\n", {"array.lookahead=3"}), vocabulary) ==
        std::vector<std::string>{"array.lookahead has no effect without array.dispatch novel"});
  CHECK(machine_warnings(load(novel, {"prediction.trust=1"}), vocabulary) ==
        std::vector<std::string>{
            "prediction.trust has no effect without prediction.policy guess or bet"});
}

TEST_CASE("a policy that only some layers have brings its parameters too") {
  const MachineSpec machine =
      load("name: m\nprediction: {policy: none, layers: [{match: a, policy: bet}]}\n");
  CHECK(machine.parameters.by_key.at("prediction.trust") == 0.5);
  CHECK(machine_warnings(machine, vocabulary).empty());
}

TEST_CASE("the reference lists parameters in the group of their row") {
  const std::string page = machine_reference(vocabulary);
  const std::size_t row = page.find(
      "| `array.lookahead` | integer | taps | 0 to 16 | `2` | How far it looks. Counts only with "
      "array.dispatch novel |\n");
  CHECK(row != std::string::npos);
  CHECK(row < page.find("## precision"));
  CHECK(page.find("| `prediction.trust` | number |  | 0 to 1 | `0.5` | ") != std::string::npos);
  CHECK(machine_keys(vocabulary).size() == machine_keys().size() + 2);
}

TEST_CASE("a badly declared parameter is a bug that says which") {
  CHECK(declared(lookahead, "array.dispatch") == "");
  CHECK(declared(lookahead, "prediction.policy").find("array.lookahead: is not in the group") == 0);
  Parameter wrong = lookahead;
  wrong.key = "array.rows";
  CHECK(declared(wrong, "array.dispatch").find("array.rows: is a key of every machine") == 0);
  wrong = lookahead;
  wrong.default_value = 17;
  CHECK(declared(wrong, "array.dispatch").find("array.lookahead: has a default out of") == 0);
  Parameter other = lookahead;
  other.max = 8;
  const Parameter others[] = {other};
  CHECK_THROWS_AS(parameters_of({{"array.dispatch",
                                  {{"novel", "new", dispatch_parameters}, {"x", "x", others}}}}),
                  Error);
}
