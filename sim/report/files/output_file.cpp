#include "sim/report/files/output_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "sim/base/error.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

std::string cannot(const char* what) {
  return std::string("cannot be ") + what + ": " + std::strerror(errno);
}

constexpr const char* make_room = "free some space or name another place";

}  // namespace

OutputFile::OutputFile(const std::string& path, bool force) : path_(path), target_(path) {
  std::error_code none;
  const bool exists = fs::exists(fs::symlink_status(path, none));
  if (exists && !fs::is_regular_file(fs::status(path, none)))
    throw Error(ErrorKind::output, path, "is not a plain file", "name another file");
  if (exists && !force)
    throw Error(ErrorKind::output, path, "exists already",
                "name another file, or add --force to replace it");
  if (exists) target_ = fs::canonical(path).string();
  partial_ = target_ + ".partial-XXXXXX";
  file_ = ::mkostemp(partial_.data(), O_CLOEXEC);
  if (file_ < 0)
    throw Error(ErrorKind::output, path, cannot("written"),
                "make its folder, with permission to write there, or name another");
  const mode_t mask =
      ::umask(0);  // mkostemp makes files private; results get the default permissions
  ::umask(mask);
  ::fchmod(file_, 0666 & ~mask);
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
  put_in_place(partial_, target_);
  committed_ = true;
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

void put_in_place(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0)
    throw Error(ErrorKind::output, to, cannot("put in place"), "name another place");
}

}  // namespace peeksim
