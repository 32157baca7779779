#include "sim/base/utf8.h"

#include <algorithm>
#include <cctype>

namespace peeksim {

namespace {

struct Sequence {
  std::size_t bytes = 1;  // taken
  bool valid = false;
};

// What begins at a byte: a character, or as much of one as is there. (The Unicode Standard, table
// 3-7: well-formed byte sequences.)
Sequence sequence_at(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) return {1, true};
  if (first < 0xc2 || first > 0xf4) return {};
  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  unsigned low = 0x80, high = 0xbf;  // of the second byte: no overlong forms, no surrogates
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  std::size_t taken = 1;
  for (; taken < size && at + taken < text.size(); ++taken, low = 0x80, high = 0xbf)
    if (byte(at + taken) < low || byte(at + taken) > high) break;
  return {taken, taken == size};
}

}  // namespace

std::string valid_utf8(const std::string& text) {
  if (std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; })) return text;
  std::string valid;
  for (std::size_t at = 0; at < text.size();) {
    const Sequence sequence = sequence_at(text, at);
    valid += sequence.valid ? text.substr(at, sequence.bytes) : "\xef\xbf\xbd";
    at += sequence.bytes;
  }
  return valid;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace peeksim
