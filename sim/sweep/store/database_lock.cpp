#include "sim/sweep/store/database_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/base/error.h"

namespace peeksim {

namespace {

// A record lock: child processes do not inherit it, so an orphan cannot hold it.
bool lock(int file) {
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(file, F_SETLK, &whole) == 0;
}

// Whether the path still names the open file, and its last holder has not removed it.
bool is_at(int file, const std::string& path) {
  struct stat open = {}, there = {};
  return ::fstat(file, &open) == 0 && ::stat(path.c_str(), &there) == 0 &&
         open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

std::string holder(int file) {
  char text[320] = {};
  const ssize_t n = ::pread(file, text, sizeof text - 1, 0);
  return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : "another process";
}

std::string self() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return "process " + std::to_string(::getpid()) + " on " + host;
}

}  // namespace

DatabaseLock::DatabaseLock(const std::string& database) : path_(database + ".lock") {
  while (file_ < 0) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0)
      throw Error(ErrorKind::output, database,
                  std::string("cannot be written: ") + std::strerror(errno),
                  "make its folder, with permission to write there, or name another");
    if (!lock(file_)) {
      const bool held = errno == EAGAIN || errno == EACCES;
      const std::string who = held ? "is being written by " + holder(file_)
                                   : std::string("cannot be locked: ") + std::strerror(errno);
      ::close(file_);
      throw Error(ErrorKind::output, database, who,
                  held ? "wait for it, or name another database" : "name another place");
    }
    if (is_at(file_, path_)) break;
    ::close(file_);
    file_ = -1;
  }
  const std::string text = self();
  // Only for the error message of a second process; a full disk shows up in the database itself.
  const bool written = ::ftruncate(file_, 0) == 0 &&
                       ::pwrite(file_, text.data(), text.size(), 0) == ssize_t(text.size());
  static_cast<void>(written);
}

DatabaseLock::~DatabaseLock() {
  ::unlink(path_.c_str());
  ::close(file_);
}

}  // namespace peeksim
