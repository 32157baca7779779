// Preloaded into a sweep (LD_PRELOAD), this holds it in mid-run however fast or busy the computer
// is: a worker's second point does not begin while the file named by HOLD_POINTS is there. Its
// first one is done by then. A held point makes the file HOLD_POINTS.met. A worker is a fork of the
// sweep's process, and gets its points through a socket (sim/workers/worker.cpp).
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

pid_t parent = 0;  // of a process that was forked; else 0
int received = 0;  // times

void hold(const std::string& file) {
  const auto held = [&] { return ::access(file.c_str(), F_OK) == 0 && ::getppid() == parent; };
  if (held()) ::close(::open((file + ".met").c_str(), O_CREAT | O_WRONLY, 0666));
  while (held()) ::usleep(1000);
}

}  // namespace

extern "C" pid_t fork() {
  static const auto real_fork = reinterpret_cast<pid_t (*)()>(::dlsym(RTLD_NEXT, "fork"));
  const pid_t self = ::getpid();
  const pid_t child = real_fork();
  if (child == 0) parent = self;
  return child;
}

extern "C" ssize_t recv(int socket, void* bytes, size_t size, int flags) {
  using Recv = ssize_t (*)(int, void*, size_t, int);
  static const auto real_recv = reinterpret_cast<Recv>(::dlsym(RTLD_NEXT, "recv"));
  const ssize_t n = real_recv(socket, bytes, size, flags);
  const char* file = std::getenv("HOLD_POINTS");
  if (parent != 0 && n > 0 && ++received == 2 && file != nullptr) hold(file);
  return n;
}
