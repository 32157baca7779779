// A view of a constant array whose length is not part of its type, so that constexpr rows of tables
// can hold lists. The subset of std::span (C++20) that this needs.
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
