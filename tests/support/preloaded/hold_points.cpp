// Preloaded into a sweep (LD_PRELOAD), this holds it in mid-run however fast or busy the computer
// is: a server's second point does not begin while the file named by HOLD_POINTS is there. Its
// first one is done by then. A held point makes the file HOLD_POINTS.met. A sweep's process forks
// servers, and each of these its points (sim/sweep/point_server.cpp).
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

int depth = 0;     // forks that led from the program to this process: 2 in a point
int children = 0;  // that this process has forked; in a new process, those before it

void hold(const std::string& file, pid_t parent) {
  const auto held = [&] { return ::access(file.c_str(), F_OK) == 0 && ::getppid() == parent; };
  if (held()) ::close(::open((file + ".met").c_str(), O_CREAT | O_WRONLY, 0666));
  while (held()) ::usleep(1000);
}

}  // namespace

extern "C" pid_t fork() {
  static const auto real_fork = reinterpret_cast<pid_t (*)()>(::dlsym(RTLD_NEXT, "fork"));
  const pid_t parent = ::getpid();
  const pid_t child = real_fork();
  if (child != 0) {
    ++children;
    return child;
  }
  const char* file = std::getenv("HOLD_POINTS");
  if (++depth == 2 && children > 0 && file != nullptr) hold(file, parent);
  children = 0;
  return 0;
}
