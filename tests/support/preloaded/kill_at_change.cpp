// Preloaded into a program (LD_PRELOAD), this kills it (SIGKILL) just before its KILL_AT-th change
// of the file system, counted from 1: so a test finds what every kill leaves, however fast the
// computer is. Processes that the program forks do not count and are not killed.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

pid_t counted_process = 0;
long changes_left = 0;

__attribute__((constructor)) void begin() {
  const char* number = std::getenv("KILL_AT");
  counted_process = ::getpid();
  changes_left = number == nullptr ? 0 : std::atol(number);
}

void about_to_change() {
  if (::getpid() == counted_process && changes_left > 0 && --changes_left == 0)
    ::kill(counted_process, SIGKILL);
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

#define CHANGE(result, name, parameters, arguments)              \
  extern "C" result name parameters {                            \
    static auto* const of_libc = real<result parameters>(#name); \
    about_to_change();                                           \
    return of_libc arguments;                                    \
  }

CHANGE(int, rename, (const char* a, const char* b), (a, b))
CHANGE(int, renameat2, (int a, const char* b, int c, const char* d, unsigned e), (a, b, c, d, e))
CHANGE(int, link, (const char* a, const char* b), (a, b))
CHANGE(int, unlink, (const char* a), (a))
CHANGE(int, unlinkat, (int a, const char* b, int c), (a, b, c))
CHANGE(int, remove, (const char* a), (a))
CHANGE(int, rmdir, (const char* a), (a))
CHANGE(int, mkdir, (const char* a, mode_t b), (a, b))
CHANGE(char*, mkdtemp, (char* a), (a))
CHANGE(int, mkostemp, (char* a, int b), (a, b))
CHANGE(int, fsync, (int a), (a))
CHANGE(int, fdatasync, (int a), (a))
CHANGE(int, ftruncate, (int a, off_t b), (a, b))
CHANGE(int, ftruncate64, (int a, off64_t b), (a, b))
CHANGE(ssize_t, write, (int a, const void* b, size_t c), (a, b, c))
CHANGE(ssize_t, pwrite, (int a, const void* b, size_t c, off_t d), (a, b, c, d))
CHANGE(ssize_t, pwrite64, (int a, const void* b, size_t c, off64_t d), (a, b, c, d))
