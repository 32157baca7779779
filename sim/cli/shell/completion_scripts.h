// The scripts that `peeksim completion` prints; completion.h describes how they call the program.
#pragma once

#include <vector>

namespace peeksim {

// A shell, and the script that teaches it to complete peeksim.
struct Shell {
  const char* name;
  const char* script;
};
const std::vector<Shell>& shells();

}  // namespace peeksim
