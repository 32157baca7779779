// What a single value may be written like.
#include "sim/config/value.h"

#include <doctest/doctest.h>

#include "sim/config/read_yaml.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

Value parse(const std::string& text) {
  return parse_yaml("key: " + text, "m.yaml").entries()[0].second;
}

template <class Convert>
std::string refusal(const std::string& text, const Convert& convert) {
  return config_error([&] { convert(parse(text)); });
}

}  // namespace

TEST_CASE("integers are plain decimal digits") {
  CHECK(parse("0").integer(0, 9) == 0);
  CHECK(parse("-12").integer(-20, 9) == -12);
  CHECK(parse("9007199254740993").integer(0, INT64_MAX) == 9007199254740993);
  const auto integer = [](const Value& value) { value.integer(1, 4096); };
  for (const std::string text : {"010", "0x10", "1e3", "+5", "1_000", "16.0", "sixteen", "0o20",
                                 "1,2", "true", ".inf", "--1", ".", "1 2"}) {
    INFO(text);
    const std::string error = refusal(text, integer);
    CHECK(error.find("m.yaml:1: key: expected an integer from 1 to 4096, found '") == 0);
    CHECK(error.find("plain decimal digits") != error.npos);
  }
}

TEST_CASE("an integer out of range is refused with the range, just outside and far outside") {
  const auto integer = [](const Value& value) { value.integer(1, 4096); };
  CHECK(parse("4096").integer(1, 4096) == 4096);
  CHECK(refusal("4097", integer) ==
        "m.yaml:1: key: expected an integer from 1 to 4096, found 4097");
  CHECK(refusal("0", integer).find("from 1 to 4096, found 0") != std::string::npos);
  CHECK(refusal("99999999999999999999", integer).find("from 1 to 4096") != std::string::npos);
}

TEST_CASE("a quoted value is a text, never a number or a truth value") {
  CHECK(parse("\"16\"").text() == "16");
  CHECK(refusal("\"16\"", [](const Value& v) { v.integer(1, 99); }) ==
        "m.yaml:1: key: expected an integer from 1 to 99, found the text \"16\"; drop the quotes");
  CHECK(refusal("'0.5'", [](const Value& v) { v.number(); }).find("drop the quotes") !=
        std::string::npos);
  CHECK(refusal("'true'", [](const Value& v) { v.boolean(); }).find("drop the quotes") !=
        std::string::npos);
}

TEST_CASE("numbers are finite decimals") {
  CHECK(parse("0").number() == 0);
  CHECK(parse("-0.5").number() == -0.5);
  CHECK(parse("2e-3").number() == 0.002);
  CHECK(parse("1E+2").number() == 100);
  for (const std::string text : {".nan", ".inf", "nan", "inf", "infinity", "1e999", "0x1p3", ".5",
                                 "5.", "+1", "01.5", "1_0", "1e", "1.5.2", "."}) {
    INFO(text);
    CHECK(refusal(text, [](const Value& v) { v.number(); }).find("finite decimal number") !=
          std::string::npos);
  }
}

TEST_CASE("truth values are true and false only") {
  CHECK(parse("true").boolean());
  CHECK_FALSE(parse("false").boolean());
  for (const std::string text : {"yes", "on", "True", "TRUE", "1", "y"}) {
    INFO(text);
    CHECK(refusal(text, [](const Value& v) { v.boolean(); }).find("expected true or false") !=
          std::string::npos);
  }
}

TEST_CASE("sizes are bytes or have a binary unit") {
  const Bytes most = Bytes{1} << 40;
  CHECK(parse("65536").bytes(1, most) == 65536);
  CHECK(parse("64 KiB").bytes(1, most) == 65536);
  CHECK(parse("64KiB").bytes(1, most) == 65536);
  CHECK(parse("1 MiB").bytes(1, most) == 1048576);
  CHECK(parse("2 GiB").bytes(1, most) == 2147483648);
  for (const std::string text :
       {"64 KB", "64 kib", "0.5 MiB", "-1", "010", "0x40", "KiB", "64  KiB", "1 TiB"}) {
    INFO(text);
    CHECK(refusal(text, [&](const Value& v) { v.bytes(1, most); }).find("64 KiB or 1 MiB") !=
          std::string::npos);
  }
  for (const std::string text :
       {"0", "0 KiB", "1025 GiB", "9999999999999 GiB", "99999999999999999999"}) {
    INFO(text);
    CHECK(refusal(text, [&](const Value& v) {
            v.bytes(1, most);
          }).find("from 1 to 1099511627776") != std::string::npos);
  }
}

TEST_CASE("a name outside its choices is refused with a suggestion") {
  CHECK(parse("gate").one_of({"gate", "packed"}) == "gate");
  CHECK(refusal("gat", [](const Value& v) {
          v.one_of({"gate", "packed"});
        }) == "m.yaml:1: key: unknown name 'gat'; did you mean 'gate'?");
}

TEST_CASE("a value of another kind is refused by name") {
  CHECK(refusal("[1]", [](const Value& v) { v.integer(0, 1); }).find("found a list") !=
        std::string::npos);
  CHECK(refusal("{a: 1}", [](const Value& v) { v.text(); }).find("found a map of keys") !=
        std::string::npos);
  CHECK(refusal("", [](const Value& v) { v.items(); }) ==
        "m.yaml:1: key: expected a list, found nothing");
  CHECK(refusal("~", [](const Value& v) { v.entries(); }).find("found nothing") !=
        std::string::npos);
  CHECK(refusal("1", [](const Value& v) { v.entries(); }).find("expected a map of keys") !=
        std::string::npos);
}

TEST_CASE("an unknown key is refused with a suggestion") {
  CHECK(refusal("{matc: 1}", [](const Value& v) {
          v.require_known_keys({"match", "peeks"});
        }) == "m.yaml:1: key.matc: unknown key 'matc'; did you mean 'match'?");
}
