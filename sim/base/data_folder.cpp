#include "sim/base/data_folder.h"

#include <cstdlib>
#include <filesystem>

#include "sim/base/error.h"
#include "sim/base/paths.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

bool holds_data(const fs::path& folder) {
  return look_at(folder / "configs" / "energy").kind == PathKind::folder;
}

bool may_be_shipped(const std::string& path) {
  return !path.empty() && path[0] != '/' && path[0] != '.';
}

std::string none_shipped() {
  const std::string folder = data_folder();
  return folder.empty() ? "" : "; " + folder + " has none either";
}

}  // namespace

std::string data_folder() {
  const char* named = std::getenv("PEEKSIM_DATA");
  if (named != nullptr && *named != '\0') {
    if (holds_data(named)) return named;
    throw Error(ErrorKind::usage, "PEEKSIM_DATA",
                "'" + std::string(named) + "' is no folder with configs/energy in it",
                "name the folder that holds configs, workloads and traces, or unset it");
  }
  fs::path above = own_program();
  while (above.has_relative_path()) {
    above = above.parent_path();
    const fs::path folder = above / "share" / "peeksim";
    if (holds_data(folder)) return folder;
  }
  return "";
}

std::string input_file(const std::string& path) {
  return input_file(path, "");
}

std::string input_file(const std::string& path, const std::string& named_in) {
  const fs::path own = fs::path(named_in).parent_path() / path;
  const std::string here = named_in.empty() ? path : own.lexically_normal().string();
  if (!may_be_shipped(path) || look_at(here).kind != PathKind::nothing) return here;
  const std::string folder = data_folder();
  const fs::path shipped = fs::path(folder) / path;
  if (folder.empty() || look_at(shipped).kind != PathKind::file) return here;
  return path_behind_links(shipped);
}

std::string check_path(const std::string& path) {
  if (look_at(path).kind != PathKind::nothing || !may_be_shipped(path))
    return "check the path and its permissions";
  return "check the path" + none_shipped();
}

std::string check_path(const std::string& path, const std::string& named_in) {
  const bool missing = look_at(input_file(path, named_in)).kind == PathKind::nothing;
  return "the path is relative to the file that names it" +
         (missing && may_be_shipped(path) ? none_shipped() : "");
}

}  // namespace peeksim
