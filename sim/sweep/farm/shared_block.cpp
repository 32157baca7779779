#include "sim/sweep/farm/shared_block.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace peeksim {

SharedBlock::SharedBlock(std::size_t bytes) : bytes_(bytes) {
  void* const at = ::mmap(nullptr, std::max<std::size_t>(bytes, 1), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  at_ = static_cast<char*>(at);
}

SharedBlock::~SharedBlock() {
  ::munmap(at_, std::max<std::size_t>(bytes_, 1));
}

void SharedBlock::copy(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

}  // namespace peeksim
