// The message of an expected configuration error.
#pragma once

#include <string>

#include "sim/base/error.h"
#include "tests/support/temp_folder.h"

namespace peeksim {

// The message of the configuration error that `action` throws, without the folder's own name; says
// so when there is none.
template <class Action>
std::string config_error(const Action& action, const TempFolder* folder = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::config) return "not a config error";
    std::string text = error.what();
    const std::string prefix = folder == nullptr ? "" : folder->path("");
    for (std::size_t at = 0; !prefix.empty() && (at = text.find(prefix)) != text.npos;) {
      text.erase(at, prefix.size());
    }
    return text.find('\n') == text.npos ? text : "more than one line";
  }
  return "no error";
}

}  // namespace peeksim
