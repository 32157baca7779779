#include "sim/sweep/cluster/run_program.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "sim/base/error.h"

namespace peeksim {

namespace {

Error failure(const std::string& program, int number) {
  return Error(ErrorKind::internal, program,
               std::string("could not be started: ") + std::strerror(number),
               "is memory or disk space short?");
}

// Output goes to an unnamed temporary file: unlike a pipe it never blocks the program.
class CapturedOutput {
 public:
  explicit CapturedOutput(const std::string& program) : file_(std::tmpfile()) {
    if (file_ == nullptr) throw failure(program, errno);
  }
  int descriptor() const { return ::fileno(file_.get()); }

  std::string text() const {
    std::string text;
    char buffer[4096];
    std::rewind(file_.get());
    while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, file_.get()))
      text.append(buffer, n);
    return text;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace

ProgramResult run_program(const std::vector<std::string>& words) {
  const CapturedOutput out(words[0]), err(words[0]);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, out.descriptor(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, err.descriptor(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = -1;
  const int error =
      ::posix_spawnp(&child, arguments[0], &files, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ProgramResult result;
  result.found = error != ENOENT && error != EACCES;
  if (!result.found) return result;
  if (error != 0) throw failure(words[0], error);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = out.text();
  result.err = err.text();
  return result;
}

}  // namespace peeksim
