// A constant array seen without its length in the type: what rows of tables hold lists in, so that
// they stay constants. Of std::span (C++20) as much as that needs.
#pragma once

#include <cstddef>

namespace peeksim {

template <class T>
class Span {
 public:
  constexpr Span() = default;
  // REQUIRES: the array outlives the span.
  template <std::size_t N>
  constexpr Span(const T (&array)[N]) : first_(array), size_(N) {}

  constexpr const T* begin() const { return first_; }
  constexpr const T* end() const { return first_ + size_; }
  constexpr std::size_t size() const { return size_; }

 private:
  const T* first_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace peeksim
