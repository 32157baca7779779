// How the process gets its memory from the system.
#pragma once

namespace peeksim {

// Lets the heap keep what was freed, and start in huge pages where the system has them: the tensors
// of one layer are as large as those of the next, and a page fault per 4 KiB of them is a tenth of
// the time of a large network. Called once, before large blocks are allocated. Does nothing where
// the C library is not glibc.
void prepare_heap();

}  // namespace peeksim
