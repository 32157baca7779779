// Reads YAML strictly: one document, no duplicate keys, no anchors, merge keys or tags. All
// YAML that the simulator reads goes through it; only read_yaml.cpp includes yaml-cpp.
#pragma once

#include <string>

#include "sim/config/value.h"

namespace peeksim {

// Reads a YAML file. Throws Error(config): as read_text_file, YAML syntax, duplicate key, anchors,
// tags, more than one document.
Value read_yaml(const std::string& path);

// The same for text; `file` names it in errors ("--set" for an override). With a `key` the text is
// that key's value, and errors name the key instead of a line.
Value parse_yaml(const std::string& text, const std::string& file, const std::string& key = "");

}  // namespace peeksim
