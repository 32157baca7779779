#include "sim/cli/shell/session.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "sim/cli/shell/terminal.h"

namespace peeksim {

namespace {

volatile std::sig_atomic_t stop_requested = 0;

extern "C" void note_stop(int) {
  stop_requested = 1;
}

}  // namespace

void install_signal_handlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const auto before = std::signal(signal, note_stop);
    if (before == SIG_IGN) std::signal(signal, SIG_IGN);  // as nohup wants it
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

void guard_standard_streams() {
  // The lowest free number is the next one given, so 0, 1 and 2 are filled in this order.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
}

bool interrupted() {
  return stop_requested != 0;
}

StatusLine::StatusLine() : width_(terminal_width(STDERR_FILENO)) {}

StatusLine::~StatusLine() {
  clear();
}

void StatusLine::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

void StatusLine::show(const std::string& text) {
  if (!seen()) return;
  // A line that wraps could not be overwritten.
  std::fprintf(stderr, "\r\033[K%s", shortened(text, std::max<std::size_t>(width_, 2) - 1).c_str());
  std::fflush(stderr);
  shown_ = true;
}

Watch Progress::watch() {
  Watch watch;
  if (shown_ && line_.seen())
    watch.progress = [this](std::size_t layer, std::size_t layers, const std::string& name) {
      line_.show(what_ + ": layer " + std::to_string(layer + 1) + " of " + std::to_string(layers) +
                 ", " + name);
    };
  watch.interrupted = interrupted;
  return watch;
}

}  // namespace peeksim
