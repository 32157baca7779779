// Memory that processes forked later share. A fork copies nothing of it, not even its page tables:
// each process finds the pages that it reads.
#pragma once

#include <cstddef>
#include <vector>

namespace peeksim {

class SharedBlock {
 public:
  // Throws std::bad_alloc.
  explicit SharedBlock(std::size_t bytes);
  ~SharedBlock();
  SharedBlock(const SharedBlock&) = delete;
  SharedBlock& operator=(const SharedBlock&) = delete;

  std::size_t bytes() const { return bytes_; }

  // Plain values from the place of byte `from` on. REQUIRES: within the block.
  template <class T>
  void write(std::size_t from, const std::vector<T>& values) {
    write(from, values.data(), values.size());
  }
  template <class T>
  void write(std::size_t from, const T* values, std::size_t count) {
    copy(at_ + from, values, count * sizeof(T));
  }
  template <class T>
  void read(std::size_t from, std::size_t end, std::vector<T>& values) const {
    values.resize((end - from) / sizeof(T));
    copy(values.data(), at_ + from, end - from);
  }

  // Where values written from that byte on lie. REQUIRES: aligned as T.
  template <class T>
  const T* at(std::size_t from) const {
    return reinterpret_cast<const T*>(at_ + from);
  }

 private:
  static void copy(void* to, const void* from, std::size_t bytes);

  std::size_t bytes_;
  char* at_;
};

}  // namespace peeksim
