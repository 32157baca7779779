#include "sim/base/paths.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fs = std::filesystem;

namespace peeksim {

namespace {

PathState describe(const fs::file_status& status, const std::error_code& error) {
  switch (status.type()) {
    case fs::file_type::regular:
      return {PathKind::file, ""};
    case fs::file_type::directory:
      return {PathKind::folder, "it is a folder"};
    case fs::file_type::not_found:
      return {PathKind::nothing, "there is no such file"};
    case fs::file_type::none:
      return {PathKind::unknown, error.message()};
    default:
      return {PathKind::other, "it is no plain file"};
  }
}

}  // namespace

PathState look_at(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return describe(status, error);
}

bool name_is_taken(const std::string& path) {
  std::error_code error;
  return describe(fs::symlink_status(path, error), error).is_there();
}

void require_file(const std::string& path, const std::string& what, const Location& where,
                  const std::string& remedy) {
  const PathState state = look_at(path);
  if (state.kind != PathKind::file)
    throw Error(ErrorKind::config, where, "cannot read " + what + " " + path + ": " + state.reason,
                remedy);
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

Bytes bytes_of(const std::string& path) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(path, error);
  return error ? 0 : static_cast<Bytes>(bytes);
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string absolute_path(const std::string& path) {
  std::error_code error;
  const fs::path found = fs::absolute(path, error);
  if (error)
    throw Error(ErrorKind::usage, path, "the current folder is gone: " + error.message(),
                "change to another");
  return found.lexically_normal().string();
}

std::string path_behind_links(const std::string& path) {
  std::error_code error;
  const fs::path found = fs::canonical(path, error);
  return error ? path : found.string();
}

void make_folders(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw Error(ErrorKind::output, path, "cannot be made: " + error.message(),
                "name another place, or make it by hand");
}

void remove_folder(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
}

std::string own_program() {
  return path_behind_links("/proc/self/exe");
}

}  // namespace peeksim
