// Tries an operation on an HDF5 file in a child process first, because damage can crash HDF5. HDF5
// 1.10 trusts metadata that has no checksums (files without libver="latest", and the heap of
// variable-length strings): a flipped bit there makes it read stray memory, loop forever or
// allocate without bound.
#pragma once

#include <functional>
#include <string>

namespace peeksim::hdf5 {

// Does `attempt` in a child process with little time and memory. Throws Error(trace): what the
// attempt threw, or that the child did not survive it.
void rehearse(const std::string& path, const std::function<void()>& attempt);

}  // namespace peeksim::hdf5
