// Runs another program and captures its output. Arguments are passed one by one, without a shell.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

struct ProgramResult {
  bool found = true;  // false: there is no such program; the rest is undefined
  int exit_code = 0;  // 128 + the signal that ended it, as shells have it
  std::string out, err;
};

// words[0] is looked up in PATH. Throws Error(internal) when the system has no process left.
ProgramResult run_program(const std::vector<std::string>& words);

}  // namespace peeksim
