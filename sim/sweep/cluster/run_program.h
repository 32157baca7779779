// Runs another program to its end and keeps what it printed. Arguments are handed over one by one:
// no shell reads them.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

struct ProgramResult {
  bool found = true;  // false: there is no such program, and nothing below means anything
  int exit_code = 0;  // 128 + the signal that ended it, as shells have it
  std::string out, err;
};

// words[0] is looked up in PATH. Throws Error(internal) when the system has no process left.
ProgramResult run_program(const std::vector<std::string>& words);

}  // namespace peeksim
