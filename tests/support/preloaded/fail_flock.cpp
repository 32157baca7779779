// Preloaded into a program (LD_PRELOAD), this makes every lock of a file fail with the error whose
// number is FLOCK_ERROR: as on file systems without locks.
#include <sys/file.h>

#include <cerrno>
#include <cstdlib>

extern "C" int flock(int, int) {
  const char* number = std::getenv("FLOCK_ERROR");
  errno = number == nullptr ? 0 : std::atoi(number);
  return errno == 0 ? 0 : -1;
}
