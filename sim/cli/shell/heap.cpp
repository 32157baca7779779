#include "sim/cli/shell/heap.h"

#include <cstdlib>  // says which C library it is

#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace peeksim {

namespace {

constexpr std::uintptr_t huge_page = std::uintptr_t{2} << 20;
constexpr int growth = 64 << 20;         // address space: memory only where it is written
constexpr int max_from_heap = 32 << 20;  // larger blocks are mapped one by one; glibc's maximum

std::uintptr_t heap_end() {
  return reinterpret_cast<std::uintptr_t>(sbrk(0));
}

}  // namespace

void prepare_heap() {
  mallopt(M_MMAP_THRESHOLD, max_from_heap);
  mallopt(M_TRIM_THRESHOLD, growth);
  mallopt(M_TOP_PAD, growth);
  const std::uintptr_t begin = (heap_end() + huge_page - 1) / huge_page * huge_page;
  void* volatile grown = std::malloc(huge_page);  // volatile: an unused block may be left out
  std::free(grown);
  const std::uintptr_t end = heap_end();
  if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace peeksim

#else

namespace peeksim {

void prepare_heap() {}

}  // namespace peeksim

#endif
