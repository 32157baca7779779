// Turns values into bytes and back, for messages between processes of the same program on the same
// computer: no versions, no byte order. Values are read in the order in which they were written.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/base/bug.h"

namespace peeksim {

class Serializer {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  template <class T>
  void put(const std::vector<T>& list) {
    static_assert(std::is_trivially_copyable_v<T>);
    put(list.size());
    bytes_.append(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T));
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Throws Error(internal) for bytes that end too early.
class Deserializer {
 public:
  explicit Deserializer(const std::string& bytes) : bytes_(bytes) {}

  template <class T>
  void get(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::memcpy(&value, take(1, sizeof value), sizeof value);
  }
  void get(std::string& text) {
    const std::size_t size = get_size();
    text.assign(take(size, 1), size);
  }
  template <class T>
  void get(std::vector<T>& list) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::size_t size = get_size();
    const char* from = take(size, sizeof(T));
    list.resize(size);
    if (size > 0) std::memcpy(list.data(), from, size * sizeof(T));
  }
  std::size_t get_size() {
    std::size_t size = 0;
    get(size);
    return size;
  }

 private:
  const char* take(std::size_t count, std::size_t size) {
    if (count > (bytes_.size() - at_) / size) throw bug("message", "ends too early");
    const char* from = bytes_.data() + at_;
    at_ += count * size;
    return from;
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
};

}  // namespace peeksim
