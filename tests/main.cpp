// The doctest runner of every room's test program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

// Debian's SystemC library calls it from a main() of its own, which is not used here.
extern "C" int sc_main(int, char**) {
  return 0;
}
