// Runs a program as a shell would, and keeps what it printed.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace peeksim {

struct CommandSetup {
  std::string folder;                              // working directory; "": the test's own
  std::map<std::string, std::string> environment;  // added to the test's own
  std::string out_path;                            // standard output goes there; "": a pipe
  bool out_closed = false;                         // there is no standard output
  bool out_on_terminal = false;                    // standard output is a terminal, not a pipe
  bool err_on_terminal = false;                    // standard error is
  unsigned short terminal_columns = 0;             // of both; 0: they do not say
  long file_size_limit = -1;                       // bytes; writing beyond fails as on a full disk
  // When it becomes true, `signal` is sent, once. Asked a thousand times a second.
  std::function<bool()> signal_when;
  int signal = 0;
};

struct CommandResult {
  int exit_code = 0;  // 128 + the signal that ended the program, as shells have it
  std::string out;
  std::string err;
};

// arguments[0] is the program's path, or a name looked up in PATH. Throws std::runtime_error when
// it cannot be started, or runs for longer than two minutes.
CommandResult run_program(const std::vector<std::string>& arguments,
                          const CommandSetup& setup = {});

}  // namespace peeksim
