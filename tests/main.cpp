// The doctest runner of every room's test program. Besides doctest's own options it knows
// `--cases N`: how many cases each property tries, with another seed every time (it is printed).
// Without it a test run tries the same few hundred.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

// Debian's SystemC library calls it from a main() of its own, which is not used here.
extern "C" int sc_main(int, char**) {
  return 0;
}

int main(int argc, char** argv) {
  setenv("RC_PARAMS", "max_success=300 seed=1", 0);
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]) != "--cases") continue;
    setenv("RC_PARAMS", ("max_success=" + std::string(argv[i + 1])).c_str(), 1);
  }
  doctest::Context context(argc, argv);
  return context.run();
}
