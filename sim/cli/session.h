// What a long command needs from the terminal: Ctrl-C as a question that can be asked, and progress
// that shows on a terminal and is quiet in a pipe.
#pragma once

#include "sim/trace/watch.h"

namespace peeksim {

// From now on Ctrl-C, a hang-up and a request to terminate are noted and end the work at its next
// safe point; a full file-size limit is an error of the write and no signal.
void install_signal_handlers();
bool interrupted();

// Fills standard streams that the caller closed with one that refuses to be written, so that no
// trace or result is opened in their place and printed into.
void guard_standard_streams();

// Progress on standard error, one line that is overwritten and finally erased.
class Progress {
 public:
  explicit Progress(std::string what) : what_(std::move(what)) {}
  ~Progress();

  Watch watch();

 private:
  void show(std::size_t layer, std::size_t layers, const std::string& name);

  std::string what_;
  bool shown_ = false;
};

}  // namespace peeksim
