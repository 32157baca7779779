#include "sim/base/error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/base/utf8.h"

namespace peeksim {

namespace {

std::string message(const std::string& where, const std::string& what, const std::string& remedy) {
  std::string text = where.empty() ? what : where + ": " + what;
  if (!remedy.empty()) text += "; " + remedy;
  // File names and messages of libraries may hold line breaks; ours are one line.
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return valid_utf8(text);
}

}  // namespace

std::string Location::text() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (key.empty()) return text;
  return text.empty() ? key : text + ": " + key;
}

Error::Error(ErrorKind kind, const std::string& where, const std::string& what,
             const std::string& remedy)
    : std::runtime_error(message(where, what, remedy)), kind_(kind) {}

Error::Error(ErrorKind kind, const Location& where, const std::string& what,
             const std::string& remedy)
    : Error(kind, where.text(), what, remedy) {}

Error cannot_open(ErrorKind kind, const std::string& path, const std::string& remedy) {
  const int reason = errno;
  const bool too_many = reason == EMFILE || reason == ENFILE;
  return {too_many ? ErrorKind::usage : kind, path,
          std::string("cannot read this file: ") + std::strerror(reason),
          too_many ? "allow more open files with ulimit -n" : remedy};
}

Error out_of_memory() {
  return {ErrorKind::memory, "", "out of memory",
          "take fewer --jobs, fewer images or smaller layers, or a computer with more memory"};
}

}  // namespace peeksim
