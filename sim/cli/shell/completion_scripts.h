// The scripts that `peeksim completion` prints. What they ask the program stands in completion.h.
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
