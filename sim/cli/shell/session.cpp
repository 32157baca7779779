#include "sim/cli/shell/session.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "sim/base/utf8.h"
#include "sim/cli/shell/terminal.h"
#include "sim/report/screens/text_table.h"

namespace peeksim {

namespace {

constexpr std::chrono::milliseconds between_images{200};
constexpr double min_seconds_of_estimate = 2;  // before, the time that is left is not known

volatile std::sig_atomic_t stop_requested = 0;

extern "C" void note_stop(int) {
  stop_requested = 1;
}

}  // namespace

void install_signal_handlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const auto before = std::signal(signal, note_stop);
    if (before == SIG_IGN) std::signal(signal, SIG_IGN);  // as set by nohup
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
  if (!visible()) return;
  // A line that wraps could not be overwritten.
  const std::string line = shortened(valid_utf8(text), std::max<std::size_t>(width_, 2) - 1);
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

std::string duration(double seconds) {
  if (seconds < 100) return fixed(seconds, 0) + " s";
  if (seconds < 6000) return fixed(seconds / 60, 0) + " min";
  return fixed(seconds / 3600, 1) + " h";
}

std::string progress_text(const std::string& what, const Watch::Place& at, double seconds) {
  std::string text = what + ": layer " + std::to_string(at.layer + 1) + " of " +
                     std::to_string(at.layers) + ", " + at.name;
  if (at.images > 1)
    text += ", image " + std::to_string(at.image + 1) + " of " + std::to_string(at.images);
  if (at.done > 0 && seconds >= min_seconds_of_estimate)
    text += ", " + duration(seconds * (1 - at.done) / at.done) + " left";
  return text;
}

Watch Progress::watch() {
  Watch watch;
  if (shown_ && line_.visible()) watch.progress = [this](const Watch::Place& at) { show(at); };
  watch.interrupted = interrupted;
  return watch;
}

void Progress::show(const Watch::Place& at) {
  const Clock::time_point now = Clock::now();
  if (at.image > 0 && now - shown_last_ < between_images) return;
  shown_last_ = now;
  line_.show(progress_text(what_, at, std::chrono::duration<double>(now - begun_).count()));
}

}  // namespace peeksim
