#include "sim/engine/memory/transfer_data.h"

#include <sys/mman.h>

#include <new>

namespace peeksim {

// Transfers in flight may point to a region that has become too small for others: it stays. As
// every region is twice as large as the one before, all of them take less than twice the last.
unsigned char* transfer_data(Bytes bytes) {
  static unsigned char* region = nullptr;
  static std::size_t size = std::size_t{1} << 19;
  if (region != nullptr && static_cast<std::size_t>(bytes) <= size) return region;
  do size *= 2;
  while (size < static_cast<std::size_t>(bytes));
  void* const mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  region = mapped == MAP_FAILED ? nullptr : static_cast<unsigned char*>(mapped);
  if (region == nullptr) throw std::bad_alloc();
  return region;
}

}  // namespace peeksim
