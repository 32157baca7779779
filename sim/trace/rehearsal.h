// HDF5 1.10 trusts metadata that has no checksums (files without libver="latest", and the heap of
// variable-length strings): a flipped bit there makes it read stray memory, run in circles or
// allocate without end. So whatever touches a file's structure is first done in a child process,
// which may die of it.
#pragma once

#include <functional>
#include <string>

namespace peeksim::hdf5 {

// Does `attempt` in a child process with little time and memory. Throws Error(trace): what the
// attempt threw, or that the child did not survive it.
void rehearse(const std::string& path, const std::function<void()>& attempt);

}  // namespace peeksim::hdf5
