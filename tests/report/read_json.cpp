// JSON texts of others: how deep they may be.
#include "sim/report/files/read_json.h"

#include <doctest/doctest.h>

#include "tests/support/error_message.h"

using namespace peeksim;
using nlohmann::json;

namespace {

std::string nested(int levels, const std::string& open = "[", const std::string& close = "]") {
  std::string text;
  for (int i = 0; i < levels; ++i) text += open;
  if (open != "[") text += "0";
  for (int i = 0; i < levels; ++i) text += close;
  return text;
}

json read(const std::string& text) {
  return read_json<json>(text, Location{"file.json", 3, ""}, "write it again");
}

}  // namespace

TEST_CASE("the depth of a text is that of its arrays and objects, brackets in strings aside") {
  CHECK(json_depth("7") == 0);
  CHECK(json_depth("[]") == 1);
  CHECK(json_depth(R"({"a": [1, {"b": []}], "c": [[0]]})") == 4);
  CHECK(json_depth(R"(["[[[", "a\"[[", "\\", [1]])") == 2);
  CHECK(json_depth("]]][[") == 0);
}

TEST_CASE("a text is read up to the depth that is allowed, and refused from the next on") {
  CHECK(read(nested(max_json_depth)).is_array());
  CHECK(read(nested(max_json_depth, "{\"a\":", "}")).is_object());
  for (const int levels : {max_json_depth + 1, 11'700, 1'000'000})
    CHECK(message_of(ErrorKind::config, [&] { read(nested(levels)); }) ==
          "file.json:3: is nested " + std::to_string(levels) +
              " levels deep, at most 64 are read; write it again");
  CHECK(message_of(ErrorKind::config, [&] {
          read_json_if_valid<json>(nested(65, "{\"a\":", "}"), Location{"f", 0, ""}, "");
        }) == "f: is nested 65 levels deep, at most 64 are read");
}

TEST_CASE("a text that is not JSON is refused by the library, or discarded") {
  CHECK_THROWS_AS(read("{"), json::parse_error);
  CHECK(read_json_if_valid<json>("{", Location{}, "").is_discarded());
}
