#include "sim/report/files/output_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/base/error.h"
#include "sim/base/output_file.h"
#include "sim/base/paths.h"

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

OutputFolder::OutputFolder(const std::string& path, bool force) : force_(force) {
  // "out/" and "out" are the same folder.
  const std::size_t last = path.find_last_not_of('/');
  path_ = last == std::string::npos ? path : path.substr(0, last + 1);
  if (name_is_taken(path_)) {
    if (look_at(path_).kind != PathKind::folder)
      fail(path_, "is not a folder", "name another folder");
    if (!force)
      fail(path_, "exists already", "name another folder, or add --force to replace its results");
    lock();
  }
  partial_ = path_ + ".partial-XXXXXX";
  if (::mkdtemp(partial_.data()) == nullptr)
    fail(path_, "cannot be written: " + reason(),
         "make its parent folder, with permission to write there, or name another");
  ::chmod(partial_.c_str(), default_permissions(0777));
}

OutputFolder::~OutputFolder() {
  if (!committed_) remove_folder(partial_);
  if (lock_ >= 0) ::close(lock_);
}

// Of two that replace results in one folder, one would get the other's parts between its own. Where
// the file system knows no locks, nobody is kept out.
void OutputFolder::lock() {
  lock_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ >= 0 && ::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    fail(path_, "is being written by another process", "wait for it, or name another folder");
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
  if (!force_ || !name_is_taken(path_)) {
    put_in_place(partial_, path_, false);
  } else {
    if (lock_ < 0) lock();
    replace_files();
  }
  committed_ = true;
}

// Whenever the process is killed, the first file has no others of another run beside it.
void OutputFolder::replace_files() {
  for (std::size_t i = 1; i < names_.size(); ++i) {
    const std::string path = path_ + "/" + names_[i];
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
      fail(path, "cannot be replaced: " + reason(), "name another folder");
  }
  for (const std::string& name : names_)
    put_in_place(partial_ + "/" + name, path_ + "/" + name, true);
  remove_folder(partial_);
}

}  // namespace peeksim
