// Conditions over the keys of a machine.
#include "sim/sweep/design/expression.h"

#include "sim/run/machine_vocabulary.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

bool holds(const std::string& text, const MachineSpec& machine = {}) {
  return Expression(Value::scalar(text, {"sweep.yaml", 3, "where"}), vocabulary()).holds(machine);
}

std::string error(const std::string& text) {
  return config_error([&] { holds(text); });
}

}  // namespace

TEST_CASE("numbers, truth values and words of keys compare") {
  MachineSpec machine;
  machine.array.rows = 8;
  machine.array.cols = 32;
  machine.array.dispatch = "row_skip";
  machine.prediction.threshold = 0.25;
  CHECK(holds("array.rows * array.cols == 256", machine));
  CHECK(holds("array.rows <= 8 && array.rows >= 8 && array.rows != 9", machine));
  CHECK_FALSE(holds("array.rows > array.cols", machine));
  CHECK(holds("array.dispatch == row_skip", machine));
  CHECK(holds("array.dispatch != gate && array.gate_zero_activations == true", machine));
  CHECK_FALSE(holds("array.dispatch == packed || !(array.rows == 8)", machine));
  CHECK(holds("prediction.threshold == 0.25", machine));
  CHECK(holds("buffers.ifmap_bytes >= 2^18", machine));
  CHECK(holds("prediction.peeks == diagonal", machine));
  CHECK(holds("buffers.ifmap_bytes == 256 KiB && buffers.ifmap_bytes < 1MiB", machine));
  CHECK(holds("buffers.weight_bytes + 256 KiB == 0.5 MiB && 1 GiB == 1024 * 1 MiB", machine));
  CHECK(holds("min(array.rows, array.cols) == 8", machine));
}

TEST_CASE("a second spelling of a key may be used too") {
  MachineSpec machine;
  machine.precision.activation_bits = 12;
  CHECK(holds("precision.activation_bits == 12 && precision.activation_bytes == 1.5", machine));
}

TEST_CASE("an expression is a number of the machine") {
  MachineSpec machine;
  machine.array.rows = 8;
  const Expression ports(Value::scalar("4 * array.rows"), vocabulary());
  CHECK(ports.value(machine) == 32);
  machine.array.rows = 3;
  CHECK(ports.value(machine) == 12);
}

TEST_CASE("a text that is not a condition is an error at its line") {
  CHECK(error("array.row == 8") ==
        "sweep.yaml:3: where: 'array.row' is no key of a machine; did you mean 'array.rows'?");
  CHECK(error("array.dispatch == gaet").find("'gaet' is no key") != std::string::npos);
  CHECK(error("array.rows ==").find("is no expression: ") != std::string::npos);
  CHECK(error("").find("is no expression: ") != std::string::npos);
  CHECK(error("array.rows = 8").find("sets a key with '='; write '=='") != std::string::npos);
  CHECK(error("prediction.window == 2").find("a key in it is a list") != std::string::npos);
  CHECK(error("array.rows / (array.rows - array.rows) > 1").find("divide by 0") ==
        std::string::npos);
  CHECK(error("1 / (array.rows - array.rows)").find("does it divide by 0?") != std::string::npos);
}
