// Name patterns as in a shell: `*` matches any characters, `?` any one, `[ab]` one of these.
#pragma once

#include <fnmatch.h>

#include <string>

namespace peeksim {

inline bool glob_matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

}  // namespace peeksim
