#include "sim/base/output_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sim/base/error.h"
#include "sim/base/paths.h"

namespace peeksim {

namespace {

std::string cannot(const char* what) {
  return std::string("cannot be ") + what + ": " + std::strerror(errno);
}

constexpr const char* already_exists = "exists already";
constexpr const char* make_room = "free some space or name another place";

// Two steps, each of which fails where the name is taken, for file systems that cannot rename so.
bool rename_in_two_steps(const std::string& from, const std::string& to) {
  struct stat about = {};
  if (::stat(from.c_str(), &about) != 0) return false;
  if (S_ISDIR(about.st_mode))
    return ::mkdir(to.c_str(), 0777) == 0 && std::rename(from.c_str(), to.c_str()) == 0;
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

bool rename_without_replacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  const bool unknown = errno == EINVAL || errno == ENOSYS;
  return unknown && rename_in_two_steps(from, to);
}

}  // namespace

OutputFile::OutputFile(const std::string& path, bool force)
    : path_(path), target_(path), force_(force) {
  if (name_is_taken(path)) {
    if (look_at(path).kind != PathKind::file)
      throw Error(ErrorKind::output, path, "is not a plain file", "name another file");
    if (!force)
      throw Error(ErrorKind::output, path, already_exists,
                  "name another file, or add --force to replace it");
    target_ = path_behind_links(path);
  }
  partial_ = target_ + ".partial-XXXXXX";
  file_ = ::mkostemp(partial_.data(), O_CLOEXEC);
  if (file_ < 0)
    throw Error(ErrorKind::output, path, cannot("written"),
                "make its folder, with permission to write there, or name another");
  ::fchmod(file_, default_permissions(0666));
}

OutputFile::~OutputFile() {
  ::close(file_);
  if (!committed_) ::unlink(partial_.c_str());
}

void OutputFile::write(const std::string& text) {
  write_all(file_, text, path_);
}

void OutputFile::flush() {
  flush_to_disk(file_, path_);
}

void OutputFile::commit() {
  flush();
  put_in_place(partial_, target_, force_);
  committed_ = true;
}

mode_t default_permissions(mode_t wanted) {
  const mode_t mask = ::umask(0);  // can be read only by setting it
  ::umask(mask);
  return wanted & ~mask;
}

void write_all(int file, const std::string& text, const std::string& path) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(file, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw Error(ErrorKind::output, path, cannot("written"), make_room);
    done += static_cast<std::size_t>(n);
  }
}

void flush_to_disk(int file, const std::string& path) {
  if (::fsync(file) != 0) throw Error(ErrorKind::output, path, cannot("written"), make_room);
}

void put_in_place(const std::string& from, const std::string& to, bool replace) {
  if (replace ? std::rename(from.c_str(), to.c_str()) == 0 : rename_without_replacing(from, to))
    return;
  if (errno == EEXIST)
    throw Error(ErrorKind::output, to, std::string(already_exists) + ": it was made meanwhile",
                "name another place, or add --force to replace it");
  throw Error(ErrorKind::output, to, cannot("put in place"), "name another place");
}

}  // namespace peeksim
