#include "sim/trace/rehearsal.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>

#include "sim/base/paths.h"
#include "sim/trace/hdf5.h"

namespace peeksim::hdf5 {

namespace {

// Reading a structure takes a fraction of this, even with thousands of layers (1 KiB each).
constexpr rlim_t min_cpu_seconds = 2;
constexpr rlim_t seconds_per_mebibyte = 1;
constexpr rlim_t max_cpu_seconds = 30;
constexpr rlim_t max_new_memory = rlim_t{1} << 30;

void limit(int resource, rlim_t max) {
  const rlimit both = {max, max};
  setrlimit(resource, &both);
}

void limit_time(const std::string& path) {
  const auto mebibytes = static_cast<rlim_t>(bytes_of(path) >> 20);
  limit(RLIMIT_CPU, std::min(max_cpu_seconds, min_cpu_seconds + seconds_per_mebibyte * mebibytes));
}

// On top of what the process already has, which is a lot under a sanitizer.
void limit_memory() {
  rlim_t pages[6] = {};  // size, resident, shared, text, lib, data: see proc(5)
  std::ifstream statm("/proc/self/statm");
  for (rlim_t& count : pages) statm >> count;
  const auto page_size = static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  if (statm) limit(RLIMIT_DATA, pages[5] * page_size + max_new_memory);
}

// Whether the process has less than limit_memory() leaves to the child, by a limit of its own: then
// a child that fails may lack memory rather than read a damaged file.
bool memory_is_limited() {
  rlimit space = {}, data = {};
  getrlimit(RLIMIT_AS, &space);
  getrlimit(RLIMIT_DATA, &data);
  return std::min(space.rlim_cur, data.rlim_cur) <= 2 * max_new_memory;
}

// No handler of the program (a test runner's, a sanitizer's) may report the child's death.
void die_quietly() {
  for (const int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(crash, SIG_DFL);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere < 0) return;
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  close(nowhere);
}

[[noreturn]] void run_child(int report, const std::string& path,
                            const std::function<void()>& attempt) {
  limit_time(path);
  limit(RLIMIT_CORE, 0);
  limit_memory();
  die_quietly();
  int status = 0;
  try {
    attempt();
  } catch (const Error& error) {
    const std::string text = error.what();
    const auto length = static_cast<ssize_t>(text.size());
    status = write(report, text.data(), text.size()) == length ? error.exit_code() : 1;
  } catch (...) {
    status = 1;
  }
  _exit(status);
}

std::string read_to_end(int descriptor) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t bytes = read(descriptor, buffer, sizeof buffer);
    if (bytes > 0) text.append(buffer, static_cast<std::size_t>(bytes));
    if (bytes == 0 || (bytes < 0 && errno != EINTR)) return text;
  }
}

}  // namespace

void rehearse(const std::string& path, const std::function<void()>& attempt) {
  int ends[2] = {};
  if (pipe(ends) != 0) return;  // the rehearsal is a precaution
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_child(ends[1], path, attempt);
  }
  close(ends[1]);
  const std::string report = read_to_end(ends[0]);
  close(ends[0]);
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (child < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return;
  if (WIFEXITED(status) && WEXITSTATUS(status) > 1)
    throw Error(static_cast<ErrorKind>(WEXITSTATUS(status)), "", report);
  if (memory_is_limited()) throw out_of_memory();
  throw Error(ErrorKind::trace, path, "is damaged: HDF5 cannot cope with its structure",
              damage_remedy);
}

}  // namespace peeksim::hdf5
