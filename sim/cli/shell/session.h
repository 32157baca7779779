// Signals and progress of long commands: Ctrl-C sets a flag that the work polls; progress is shown
// on a terminal and not in a pipe.
#pragma once

#include <chrono>
#include <string>

#include "sim/trace/watch.h"

namespace peeksim {

// From now on SIGINT, SIGHUP and SIGTERM set a flag and end the work at its next safe point;
// writing beyond the file-size limit is an error of the write, not a signal.
void install_signal_handlers();
bool interrupted();

// Opens /dev/null for standard streams that the caller closed, so that no trace or result gets
// their number and is printed into.
void guard_standard_streams();

// One line on standard error that is overwritten and finally erased; nothing in a pipe.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool visible() const { return width_ > 0; }  // there is a terminal
  void show(const std::string& text);
  void clear();

 private:
  std::size_t width_;  // 0: no terminal
  bool shown_ = false;
};

// "40 s", "12 min", "3.5 h".
std::string duration(double seconds);

// "simulating net: layer 2 of 20, conv2, image 7 of 100, 12 s left", after these seconds.
std::string progress_text(const std::string& what, const Watch::Place& at, double seconds);

// The progress of an operation on a trace.
class Progress {
 public:
  // shown: false: not even on a terminal.
  explicit Progress(std::string what, bool shown = true) : what_(std::move(what)), shown_(shown) {}

  Watch watch();

 private:
  using Clock = std::chrono::steady_clock;

  void show(const Watch::Place& at);

  std::string what_;
  bool shown_;
  StatusLine line_;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point shown_last_;
};

}  // namespace peeksim
