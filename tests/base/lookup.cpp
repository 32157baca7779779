#include "sim/base/lookup.h"

#include <doctest/doctest.h>

using namespace peeksim;

namespace {

struct Shape {
  const char* name;
  int corners;
};

constexpr Shape shapes[] = {{"triangle", 3}, {"square", 4}};

}  // namespace

TEST_CASE("a row is found by its name, in an array and in a list") {
  const std::vector<Shape> list(std::begin(shapes), std::end(shapes));
  CHECK(require_row(shapes, "square", "shape", ErrorKind::config, "").corners == 4);
  CHECK(&require_row(list, "square", "shape", ErrorKind::config, "") == &list[1]);
  CHECK(find_row(list, "triangle") == &list[0]);
  CHECK(find_row(shapes, "circle") == nullptr);
  CHECK(row_names(shapes) == std::vector<std::string>{"triangle", "square"});
}

TEST_CASE("a name without a row is an error that says what is known") {
  const auto message = [](const std::string& name, ErrorKind kind, const std::string& where) {
    try {
      require_row(shapes, name, "shape", kind, where);
    } catch (const Error& error) {
      CHECK(error.kind() == kind);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message("squar", ErrorKind::usage, "") == "unknown shape 'squar'; did you mean 'square'?");
  CHECK(message("circle", ErrorKind::config, "a.yaml:3: shape") ==
        "a.yaml:3: shape: unknown shape 'circle'; known: triangle, square");
}
