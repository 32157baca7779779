// The addresses of tensors in DRAM: each has a region of its own, which is accessed sequentially.
// Addresses are indicative: a block is moved as one contiguous transfer (docs/deviations.md).
#pragma once

#include <cstdint>

#include "sim/schedule/load_order.h"

namespace peeksim {

class AddressMap {
 public:
  // Of a load or store of so many bytes, behind the last one of its tensor.
  std::uint64_t load(Tensor tensor, Bytes bytes) {
    return next(static_cast<std::uint64_t>(tensor), bytes);
  }
  std::uint64_t store(Bytes bytes) { return next(ofmap, bytes); }

 private:
  static constexpr std::uint64_t region_bytes = std::uint64_t{256} << 20;
  static constexpr std::uint64_t ofmap = 3;

  std::uint64_t next(std::uint64_t region, Bytes bytes) {
    const std::uint64_t address = region * region_bytes + offsets_[region] % region_bytes;
    offsets_[region] += static_cast<std::uint64_t>(bytes);
    return address;
  }

  std::uint64_t offsets_[4] = {0, 0, 0, 0};
};

}  // namespace peeksim
