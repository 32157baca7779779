// What a long command needs from the terminal: Ctrl-C as a question that can be asked, and progress
// that shows on a terminal and is quiet in a pipe.
#pragma once

#include <chrono>
#include <string>

#include "sim/trace/watch.h"

namespace peeksim {

// From now on Ctrl-C, a hang-up and a request to terminate are noted and end the work at its next
// safe point; a full file-size limit is an error of the write and no signal.
void install_signal_handlers();
bool interrupted();

// Fills standard streams that the caller closed with one that refuses to be written, so that no
// trace or result is opened in their place and printed into.
void guard_standard_streams();

// One line on standard error that is overwritten and finally erased; nothing in a pipe.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool seen() const { return width_ > 0; }  // somebody looks
  void show(const std::string& text);
  void clear();

 private:
  std::size_t width_;  // 0: no terminal
  bool shown_ = false;
};

// "40 s", "12 min", "3.5 h".
std::string duration(double seconds);

// The progress of an operation on a trace.
class Progress {
 public:
  // shown: or it is quiet on a terminal too.
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
