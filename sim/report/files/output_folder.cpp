#include "sim/report/files/output_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "sim/base/error.h"
#include "sim/report/files/output_file.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

std::string reason() {
  return std::strerror(errno);
}

[[noreturn]] void fail(const std::string& where, const std::string& what,
                       const std::string& remedy) {
  throw Error(ErrorKind::output, where, what, remedy);
}

}  // namespace

OutputFolder::OutputFolder(const std::string& path, bool force) {
  // "out/" and "out" are the same folder.
  const fs::path trimmed =
      fs::path(path).has_filename() ? fs::path(path) : fs::path(path).parent_path();
  path_ = trimmed.string();
  std::error_code none;
  const fs::file_status status = fs::symlink_status(path_, none);
  if (fs::exists(status) && !fs::is_directory(fs::status(path_, none)))
    fail(path_, "is not a folder", "name another folder");
  if (fs::exists(status) && !force)
    fail(path_, "exists already", "name another folder, or add --force to replace its results");
  partial_ = path_ + ".partial-XXXXXX";
  if (::mkdtemp(partial_.data()) == nullptr)
    fail(path_, "cannot be written: " + reason(),
         "make its parent folder, with permission to write there, or name another");
  const mode_t mask =
      ::umask(0);  // mkdtemp makes folders private; results get the default permissions
  ::umask(mask);
  ::chmod(partial_.c_str(), 0777 & ~mask);
}

OutputFolder::~OutputFolder() {
  std::error_code none;
  if (!committed_) fs::remove_all(partial_, none);
}

void OutputFolder::write(const std::string& name, const std::string& text) {
  const std::string path = partial_ + "/" + name;
  const std::string final_path = path_ + "/" + name;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0)
    fail(final_path, "cannot be written: " + reason(), "free some space or name another folder");
  struct Closer {
    int file;
    ~Closer() { ::close(file); }
  } closer{file};
  write_all(file, text, final_path);
  flush_to_disk(file, final_path);
  names_.push_back(name);
}

void OutputFolder::commit() {
  if (!fs::exists(path_)) {
    put_in_place(partial_, path_);
  } else {
    for (const std::string& name : names_) put_in_place(partial_ + "/" + name, path_ + "/" + name);
    std::error_code none;
    fs::remove(partial_, none);
  }
  committed_ = true;
}

}  // namespace peeksim
