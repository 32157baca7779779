// Values as bytes between a process and its children, which are the same program on the same
// machine: no versions, no byte order.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace peeksim {

class Packer {
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

// Reads what a Packer wrote, in the same order. After an end that came too early every value is
// empty and complete() is false.
class Unpacker {
 public:
  explicit Unpacker(const std::string& bytes) : bytes_(bytes) {}

  template <class T>
  void get(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    value = T();
    if (const char* from = take(sizeof value)) std::memcpy(&value, from, sizeof value);
  }
  void get(std::string& text) {
    std::size_t size = 0;
    get(size);
    const char* from = take(size);
    text = from != nullptr ? std::string(from, size) : "";
  }
  template <class T>
  void get(std::vector<T>& list) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::size_t size = 0;
    get(size);
    list.clear();
    if (size > bytes_.size() / sizeof(T)) size = bytes_.size() / sizeof(T) + 1;
    const char* from = take(size * sizeof(T));
    if (from == nullptr) return;
    list.resize(size);
    if (size > 0) std::memcpy(list.data(), from, size * sizeof(T));
  }

  bool ended() const { return short_; }
  // Everything was there, and nothing is left.
  bool complete() const { return !short_ && at_ == bytes_.size(); }

 private:
  const char* take(std::size_t size) {
    if (short_ || size > bytes_.size() - at_) {
      short_ = true;
      return nullptr;
    }
    const char* from = bytes_.data() + at_;
    at_ += size;
    return from;
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
  bool short_ = false;
};

}  // namespace peeksim
