// Keys that belong to a row of a table, in sweeps: axes, conditions, and what a point is known by.
// The policy that has them is nowhere but in this test.
#include "sim/config/parameter.h"

#include "sim/config/read_yaml.h"
#include "sim/sweep/design/expression.h"
#include "sim/sweep/design/point_key.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

constexpr Parameter dispatch_parameters[] = {
    {"array.lookahead", Parameter::Type::integer, "taps", 0, 16, 2, "How far it looks"}};
constexpr Parameter predictor_parameters[] = {
    {"prediction.trust", Parameter::Type::number, "", 0, 1, 0.5, "How much it believes"}};

const Vocabulary words = {
    {"array.dispatch", {{"gate", "old"}, {"novel", "new", dispatch_parameters}}},
    {"prediction.policy", {{"none", "dense"}, {"guess", "guesses", predictor_parameters}}}};

MachineSpec machine(const std::vector<std::string>& overrides) {
  const TempFolder folder;
  const std::string path =
      folder.write("m.yaml", "name: m\narray: {dispatch: novel}\nprediction: {policy: guess}\n");
  return load_machine(path, overrides, words);
}

std::string key_of(const MachineSpec& spec) {
  return MachineIdentity(spec).point_key("table", "trace", 1);
}

}  // namespace

TEST_CASE("an axis may vary a parameter") {
  const Axis axis =
      read_axis("array.lookahead", parse_yaml("{range: [0, 16, 8]}", "s.yaml"), words);
  REQUIRE(axis.choices.size() == 3);
  CHECK(axis.choices[2].shown[0].second == "16");
  const std::string slip =
      config_error([] { read_axis("array.lookahed", parse_yaml("[1]", "s.yaml"), words); });
  CHECK(slip.find("did you mean 'array.lookahead'?") != std::string::npos);
}

TEST_CASE("a condition may use a parameter, also with its default value") {
  const auto holds = [](const std::string& text, const MachineSpec& spec) {
    return Expression(Value::scalar(text), words).holds(spec);
  };
  CHECK(holds("array.lookahead * 2 == array.lookahead + 3", machine({"array.lookahead=3"})));
  CHECK(holds("array.lookahead == 2 && prediction.trust == 0.5", machine({})));
  CHECK(holds("array.lookahead == 2", MachineSpec()));
}

TEST_CASE("points that differ in a parameter are different points") {
  CHECK(key_of(machine({})) == key_of(machine({"array.lookahead=2"})));
  CHECK(key_of(machine({})) != key_of(machine({"array.lookahead=3"})));
  CHECK(key_of(machine({})) != key_of(machine({"prediction.trust=1"})));
}

TEST_CASE("masks depend on the parameters of predictors, dense counters on those of the array") {
  const MachineIdentity plain(machine({}));
  const MachineIdentity trusting(machine({"prediction.trust=1"}));
  const MachineIdentity farsighted(machine({"array.lookahead=3"}));
  CHECK(plain.prediction_digest() != trusting.prediction_digest());
  CHECK(plain.prediction_digest() == farsighted.prediction_digest());
  CHECK(plain.dense_digest() != farsighted.dense_digest());
  CHECK(plain.dense_digest() == trusting.dense_digest());
}

TEST_CASE("masks and dense counters depend on no name, price or latency") {
  const MachineIdentity plain(machine({}));
  const MachineIdentity renamed(
      machine({"name=other", "clock_mhz=1000", "dram.kind=ddr4", "array.multicast_mm=2"}));
  CHECK(plain.dense_digest() == renamed.dense_digest());
  CHECK(plain.prediction_digest() == renamed.prediction_digest());
  const MachineIdentity later(machine({"prediction.latency=9"}));
  CHECK(plain.prediction_digest() == later.prediction_digest());
  CHECK(key_of(machine({})) != key_of(machine({"prediction.latency=9"})));
  const MachineIdentity daring(machine({"prediction.threshold=0.5"}));
  CHECK(plain.prediction_digest() != daring.prediction_digest());
  CHECK(plain.dense_digest() == daring.dense_digest());
  const MachineIdentity narrow(machine({"array.cols=3"}));
  CHECK(plain.dense_digest() != narrow.dense_digest());
}
