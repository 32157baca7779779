#include "tests/support/command.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace peeksim {

namespace {

constexpr int not_started = 127;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

// Two ends of a channel: the test reads, the program writes.
struct Channel {
  int read_end = -1;
  int write_end = -1;
};

Channel make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  return {ends[0], ends[1]};
}

Channel make_terminal(unsigned short columns) {
  Channel channel;
  channel.read_end = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (channel.read_end < 0 || ::grantpt(channel.read_end) != 0 || ::unlockpt(channel.read_end) != 0)
    fail("posix_openpt");
  channel.write_end = ::open(::ptsname(channel.read_end), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (channel.write_end < 0) fail("terminal");
  termios settings{};
  if (::tcgetattr(channel.write_end, &settings) != 0) fail("tcgetattr");
  settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);  // what is printed comes as it is
  if (::tcsetattr(channel.write_end, TCSANOW, &settings) != 0) fail("tcsetattr");
  const winsize size{0, columns, 0, 0};
  if (::ioctl(channel.write_end, TIOCSWINSZ, &size) != 0) fail("TIOCSWINSZ");
  return channel;
}

// In the new process, up to exec.
[[noreturn]] void become(const std::vector<std::string>& arguments, const CommandSetup& setup,
                         int out, int err) {
  // What a test runner in the background, or under nohup, ignores, its children would ignore too.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) ::signal(signal, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (!setup.out_path.empty())
    ::dup2(::open(setup.out_path.c_str(), O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
  if (setup.out_closed) ::close(STDOUT_FILENO);
  for (const auto& [name, value] : setup.environment) ::setenv(name.c_str(), value.c_str(), 1);
  if (!setup.folder.empty() && ::chdir(setup.folder.c_str()) != 0) ::_exit(not_started);
  if (setup.file_size_limit >= 0) {
    const auto bytes = static_cast<rlim_t>(setup.file_size_limit);
    const rlimit limit{bytes, bytes};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(not_started);
  }
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(not_started);
}

// Appends what is there; false at the end. A terminal ends with an error.
bool read_some(int file, std::string& text) {
  char buffer[65536];
  const ssize_t n = ::read(file, buffer, sizeof buffer);
  if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

}  // namespace

CommandResult run_program(const std::vector<std::string>& arguments, const CommandSetup& setup) {
  const unsigned short columns = setup.terminal_columns;
  const Channel out = setup.out_on_terminal ? make_terminal(columns) : make_pipe();
  const Channel err = setup.err_on_terminal ? make_terminal(columns) : make_pipe();
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) become(arguments, setup, out.write_end, err.write_end);
  ::close(out.write_end);
  ::close(err.write_end);

  CommandResult result;
  bool signal_sent = setup.signal == 0;
  const auto latest = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  bool in_time = true;
  pollfd open[2] = {{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}};
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (!signal_sent && setup.signal_when()) {
      ::kill(child, setup.signal);
      signal_sent = true;
    }
    if (in_time && std::chrono::steady_clock::now() > latest) {
      ::kill(child, SIGKILL);
      in_time = false;
    }
    if (::poll(open, 2, signal_sent ? 1000 : 1) <= 0) continue;
    if (open[0].revents != 0 && !read_some(open[0].fd, result.out)) open[0].fd = -1;
    if (open[1].revents != 0 && !read_some(open[1].fd, result.err)) open[1].fd = -1;
  }
  ::close(out.read_end);
  ::close(err.read_end);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (!in_time) throw std::runtime_error(arguments[0] + " ran for more than two minutes");
  if (result.exit_code == not_started)
    throw std::runtime_error(arguments[0] + " could not be started");
  return result;
}

}  // namespace peeksim
