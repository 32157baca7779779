#include "sim/base/error.h"

#include <doctest/doctest.h>

using namespace peeksim;

TEST_CASE("a location prints as file:line: key and leaves out what is unknown") {
  CHECK(Location{"m.yaml", 3, "array.rows"}.text() == "m.yaml:3: array.rows");
  CHECK(Location{"m.yaml", 3, ""}.text() == "m.yaml:3");
  CHECK(Location{"--set", 0, "array.rows"}.text() == "--set: array.rows");
  CHECK(Location{"", 0, "array.rows"}.text() == "array.rows");
  CHECK(Location{}.text().empty());
}

TEST_CASE("an error is one line of place, finding and remedy") {
  const Error error(ErrorKind::config, Location{"m.yaml", 3, "x"}, "expected 1", "write 1");
  CHECK(std::string(error.what()) == "m.yaml:3: x: expected 1; write 1");
  CHECK(std::string(Error(ErrorKind::usage, "", "no command").what()) == "no command");
}

TEST_CASE("running out of memory has an exit code of its own, and a remedy") {
  CHECK(out_of_memory().exit_code() == 10);
  CHECK(std::string(out_of_memory().what()).find("out of memory; take fewer --jobs") == 0);
}

TEST_CASE("an error's kind is the exit code") {
  CHECK(Error(ErrorKind::config, "", "").exit_code() == 3);
  CHECK(Error(ErrorKind::interrupted, "", "").exit_code() == 130);
}
