#include "sim/trace/chunk_filters.h"

#include <libdeflate.h>

#include <cstdint>
#include <cstring>
#include <memory>

namespace peeksim::hdf5 {

namespace {

constexpr std::size_t checksum_bytes = 4;

// Over 16-bit big-endian words; an odd byte at the end is the high half of one. Sums are folded
// before they can overflow.
std::uint32_t fletcher32(const unsigned char* bytes, std::size_t count) {
  constexpr std::size_t words_at_once = 360;
  std::uint32_t sum = 0, sum_of_sums = 0;
  const auto fold = [&] {
    sum = (sum & 0xffff) + (sum >> 16);
    sum_of_sums = (sum_of_sums & 0xffff) + (sum_of_sums >> 16);
  };
  for (std::size_t words = count / 2; words > 0;) {
    const std::size_t taken = words < words_at_once ? words : words_at_once;
    words -= taken;
    for (std::size_t i = 0; i < taken; ++i, bytes += 2) {
      sum += std::uint32_t{bytes[0]} << 8 | bytes[1];
      sum_of_sums += sum;
    }
    fold();
  }
  if (count % 2 != 0) {
    sum += std::uint32_t{*bytes} << 8;
    sum_of_sums += sum;
    fold();
  }
  fold();
  return sum_of_sums << 16 | sum;
}

// The checksum is stored little-endian, after the bytes that it covers.
bool checksum_matches(const char* chunk, std::size_t count) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(chunk);
  std::uint32_t stored = 0;
  for (std::size_t i = 0; i < checksum_bytes; ++i)
    stored |= std::uint32_t{bytes[count + i]} << (8 * i);
  return stored == fletcher32(bytes, count);
}

// Undoes the shuffle filter, which stores the first bytes of all elements, then the second ones,
// and so on.
void unshuffle(const char* shuffled, std::size_t element, char* values, std::size_t bytes) {
  const std::size_t count = bytes / element;
  for (std::size_t j = 0; j < element; ++j, shuffled += count)
    for (std::size_t i = 0; i < count; ++i) values[i * element + j] = shuffled[i];
}

}  // namespace

ChunkFilters::ChunkFilters(hid_t list) {
  const int filters = H5Pget_nfilters(list);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, first_value = 0;
    std::size_t values = 1;
    const H5Z_filter_t filter = H5Pget_filter2(list, static_cast<unsigned>(i), &flags, &values,
                                               &first_value, 0, nullptr, nullptr);
    filters_.push_back({filter, (flags & H5Z_FLAG_OPTIONAL) != 0});
    add(filter, first_value);
  }
}

void ChunkFilters::add(H5Z_filter_t filter, unsigned first_value) {
  const bool last = fletcher32_;
  if (filter == H5Z_FILTER_SHUFFLE && !gzip_ && !last && shuffled_ == 1 && first_value > 0)
    shuffled_ = first_value;
  else if (filter == H5Z_FILTER_DEFLATE && !gzip_ && !last)
    gzip_ = true;
  else if (filter == H5Z_FILTER_FLETCHER32 && !last)
    fletcher32_ = true;
  else
    known_ = false;
}

bool ChunkFilters::may_skip(std::uint32_t skipped, std::size_t stored, std::size_t bytes) const {
  std::size_t expected = bytes;
  for (const Filter& filter : filters_) {
    const bool is_skipped = (skipped & 1) != 0;
    skipped >>= 1;
    const bool is_checksum = filter.id == H5Z_FILTER_FLETCHER32;
    if (is_skipped) {
      if (!filter.optional || is_checksum) return false;
    } else if (is_checksum) {
      expected += checksum_bytes;
    } else if (filter.id != H5Z_FILTER_SHUFFLE) {
      return false;  // its output may have any size
    }
  }
  return skipped == 0 && stored == expected;
}

bool ChunkFilters::undo(const char* chunk, std::size_t stored, char* values,
                        std::size_t bytes) const {
  if (!known_) return false;
  if (fletcher32_) {
    if (stored < checksum_bytes) return false;
    stored -= checksum_bytes;
    if (!checksum_matches(chunk, stored)) return false;
  }
  if (shuffled_ == 1) return inflate(chunk, stored, values, bytes);
  if (bytes % shuffled_ != 0) return false;
  const std::unique_ptr<char[]> shuffled(new char[bytes]);
  if (!inflate(chunk, stored, shuffled.get(), bytes)) return false;
  unshuffle(shuffled.get(), shuffled_, values, bytes);
  return true;
}

bool ChunkFilters::inflate(const char* chunk, std::size_t stored, char* values,
                           std::size_t bytes) const {
  if (!gzip_) {
    if (stored == bytes) std::memcpy(values, chunk, bytes);
    return stored == bytes;
  }
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  return inflater && libdeflate_zlib_decompress(inflater.get(), chunk, stored, values, bytes,
                                                nullptr) == LIBDEFLATE_SUCCESS;
}

}  // namespace peeksim::hdf5
