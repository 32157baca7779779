// Allows one writer of a sweep database at a time: a lock on a file beside the database, which the
// system releases when the process ends, however it ends.
#pragma once

#include <string>

namespace peeksim {

class DatabaseLock {
 public:
  // Throws Error(output): another process holds it (with that one's number and host), or the lock's
  // file cannot be written.
  explicit DatabaseLock(const std::string& database);
  ~DatabaseLock();
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

 private:
  std::string path_;
  int file_ = -1;
};

}  // namespace peeksim
