// Text in UTF-8, for people and for files that have to be valid. Names of files are bytes: they are
// opened as they are, and shown through this.
#pragma once

#include <string>

namespace peeksim {

// The text with U+FFFD in place of whatever is no UTF-8: of each byte that begins no character, and
// of each character that breaks off.
std::string valid_utf8(const std::string& text);

// The text with its ASCII letters in lower case.
std::string lower_case(std::string text);

}  // namespace peeksim
