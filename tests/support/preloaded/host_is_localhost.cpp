// Preloaded into a program (LD_PRELOAD), this gives the computer the name localhost: what that
// means is known everywhere, while the computer's own name may mean any address, or none.
#include <unistd.h>

#include <cstdio>

extern "C" int gethostname(char* name, std::size_t size) {
  return std::snprintf(name, size, "localhost") < 0 ? -1 : 0;
}
