#include "sim/base/utf8.h"

#include <doctest/doctest.h>

#include <cstdint>

#include "sim/base/error.h"

using namespace peeksim;

namespace {

const std::string unknown = "\xef\xbf\xbd";  // U+FFFD

}  // namespace

TEST_CASE("text in UTF-8 stays as it is") {
  for (const std::string text : {"", "plain", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x90\xa4",
                                 "a\xc2\x80z", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
    CHECK(valid_utf8(text) == text);
}

TEST_CASE("bytes that are no UTF-8 are shown as U+FFFD, and all others stay") {
  CHECK(valid_utf8("a\xff\xfe"
                   "b") == "a" + unknown + unknown + "b");
  CHECK(valid_utf8("\x80") == unknown);
  CHECK(valid_utf8("\xc3") == unknown);                // breaks off
  CHECK(valid_utf8("\xe2\x82z") == unknown + "z");     // breaks off
  CHECK(valid_utf8("\xf0\x9f\x90") == unknown);        // breaks off
  CHECK(valid_utf8("\xc0\xaf") == unknown + unknown);  // an overlong form of /
  CHECK(valid_utf8("\xe0\x80\xaf").find("/") == std::string::npos);
  CHECK(valid_utf8("\xed\xa0\x80") == unknown + unknown + unknown);  // a surrogate
  CHECK(valid_utf8("\xf4\x90\x80\x80") == unknown + unknown + unknown + unknown);
  CHECK(valid_utf8("\xc3\xbc\xff") == "\xc3\xbc" + unknown);
}

TEST_CASE("valid text is valid, whatever bytes it is made of") {
  std::uint64_t state = 1;
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (int j = 0; j < 12; ++j) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      text += static_cast<char>(state >> 56);
    }
    const std::string valid = valid_utf8(text);
    CHECK(valid_utf8(valid) == valid);
  }
}

TEST_CASE("letters go to lower case, and no other byte changes") {
  CHECK(lower_case("Layer_1.CSV") == "layer_1.csv");
  CHECK(lower_case("\xc3\x9c\xff") == "\xc3\x9c\xff");
}

TEST_CASE("an error about a name that is no UTF-8 is valid text") {
  const Error error(ErrorKind::config, "m\xff.yaml", "is '\xfe'");
  CHECK(std::string(error.what()).find("m" + unknown + ".yaml: is '" + unknown + "'") == 0);
}
