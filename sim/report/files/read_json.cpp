#include "sim/report/files/read_json.h"

#include <algorithm>

namespace peeksim {

int json_depth(const std::string& text) {
  int depth = 0, deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (quoted) {
      if (letter == '\\') ++i;  // what follows it ends no string
      if (letter == '"') quoted = false;
    } else if (letter == '"') {
      quoted = true;
    } else if (letter == '[' || letter == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (letter == ']' || letter == '}') {
      --depth;
    }
  }
  return deepest;
}

void require_json_depth(const std::string& text, const Location& where, const std::string& remedy) {
  const int depth = json_depth(text);
  if (depth > max_json_depth)
    throw Error(ErrorKind::config, where,
                "is nested " + std::to_string(depth) + " levels deep, at most " +
                    std::to_string(max_json_depth) + " are read",
                remedy);
}

}  // namespace peeksim
