// The one error type: what went wrong, where, and what the user can do about it.
// Libraries throw it; only main() turns it into an exit code.
#pragma once

#include <stdexcept>
#include <string>

namespace peeksim {

// The exit codes are documented in README.md; they are part of the command line's contract.
enum class ErrorKind : int {
  internal = 1,      // a broken invariant: please report it
  usage = 2,         // the command line
  config = 3,        // a machine, workload, energy or thresholds file
  trace = 4,         // a trace: missing, damaged, foreign or contradictory
  machine = 5,       // a machine that cannot run a layer, or counts too large to be counted
  output = 6,        // the results could not be written
  different = 7,     // two event logs that were compared are not the same
  points = 8,        // some points of a sweep failed
  cluster = 9,       // Slurm is not there, or refused
  memory = 10,       // out of memory
  interrupted = 130  // Ctrl-C
};

// A place in the user's input. Empty parts are left out when it is printed: "file:line: key".
struct Location {
  std::string file;
  int line = 0;
  std::string key;

  std::string text() const;
};

class Error : public std::runtime_error {
 public:
  // `what` says what was found and what was expected, `remedy` what to do; both without a final
  // full stop. The message is one line: "where: what; remedy".
  Error(ErrorKind kind, const std::string& where, const std::string& what,
        const std::string& remedy = "");
  Error(ErrorKind kind, const Location& where, const std::string& what,
        const std::string& remedy = "");

  ErrorKind kind() const { return kind_; }
  int exit_code() const { return static_cast<int>(kind_); }

 private:
  ErrorKind kind_;
};

// The error for a file that could not be opened; errno says why. Too many open files are no fault
// of the file: its kind is usage.
Error cannot_open(ErrorKind kind, const std::string& path, const std::string& remedy);

// The error for std::bad_alloc, and for std::length_error: a size that no memory can hold.
Error out_of_memory();

}  // namespace peeksim
