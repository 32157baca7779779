#include "sim/base/text_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "sim/base/data_folder.h"
#include "sim/base/error.h"
#include "sim/base/paths.h"

namespace peeksim {

std::string larger_than(std::size_t max) {
  return "is larger than " + std::to_string(max / mebibyte) + " MiB";
}

std::string read_text_file(const std::string& path, const std::string& remedy) {
  if (look_at(path).kind == PathKind::folder)
    throw Error(ErrorKind::config, path, "is a folder, expected a file", "name a file in it");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  const auto refuse = [&] {
    const int reason = errno;  // asking for the advice changes it
    const std::string advice = remedy.empty() ? check_path(path) : remedy;
    errno = reason;
    throw cannot_open(ErrorKind::config, path, advice);
  };
  if (!file) refuse();
  constexpr std::size_t step = std::size_t{1} << 16;
  std::string text;
  for (std::size_t size = 0;; size = text.size()) {
    text.resize(size + step);
    text.resize(size + std::fread(&text[size], 1, step, file.get()));
    if (text.size() == size) break;
    if (text.size() > max_text_bytes)
      throw Error(ErrorKind::config, path,
                  larger_than(max_text_bytes) + ", the most that such a file may have",
                  "check that it is the file you mean");
  }
  if (std::ferror(file.get())) refuse();
  return text;
}

}  // namespace peeksim
