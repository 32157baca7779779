// A worker process, forked from this one, that runs jobs one after another and sends back their
// replies. It starts with a copy of its parent's memory.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "sim/workers/message.h"

namespace peeksim {

// Runs jobs. Created in the parent; each worker uses the copy that it got by fork.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  // Returns the reply to a job. Every exception becomes an error of the job.
  virtual std::string run(const std::string& job) = 0;
  // Whether the process must be replaced before the next job.
  virtual bool exhausted() const = 0;
};

class Worker {
 public:
  // Forks. Throws Error(usage) when the system has no process left.
  explicit Worker(JobRunner& runner);
  ~Worker();  // kills the process, even in the middle of a job
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // deadline: seconds after which the job, and the worker with it, is ended by SIGALRM; 0: none.
  // False when the worker is gone. REQUIRES: it has replied to its last job.
  bool send(const std::string& job, double deadline) const;
  // Its reply, without waiting. Nothing: not yet, or gone().
  std::optional<Message> receive();
  // It has ended, and nothing is left to receive.
  bool gone() const { return reader_.closed(); }
  // Its status as of waitpid(2). REQUIRES: gone().
  int status();
  // Readable when there is something to receive, or it is gone.
  int socket() const { return socket_; }

 private:
  pid_t process_ = -1;
  int socket_ = -1;
  MessageReader reader_;
};

}  // namespace peeksim
