// One writer at a time: a lock on the file beside a database, which goes with the process that
// holds it however that ends.
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
