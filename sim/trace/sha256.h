// Incremental SHA-256, which identifies traces and the points of a sweep.
#pragma once

#include <memory>
#include <string>

#include "sim/base/error.h"

namespace peeksim {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(const void* bytes, std::size_t count);
  void add(const std::string& text) { add(text.data(), text.size()); }

  // 64 hexadecimal digits. Nothing may be added afterwards.
  std::string hex();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Of a whole file, in hexadecimal. Throws Error(trace), or of another kind, when it cannot be read.
std::string sha256_of_file(const std::string& path, ErrorKind kind = ErrorKind::trace);

}  // namespace peeksim
