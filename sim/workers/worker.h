// A process that does job after job, and how it is reached from the one that forked it. It has all
// that its parent had when it was forked.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "sim/workers/message.h"

namespace peeksim {

// What workers do, made in the parent and used by its copies in the workers.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  // Returns the reply to a job. Every exception becomes an error of the job.
  virtual std::string run(const std::string& job) = 0;
  // No other job can follow in this process.
  virtual bool exhausted() const = 0;
};

class Worker {
 public:
  // Forks. Throws Error(usage) when the system has no process left.
  explicit Worker(JobRunner& runner);
  ~Worker();  // ends it, whatever it does
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // deadline: seconds after which the job, and the worker with it, is ended by SIGALRM; 0: none.
  // False when the worker is gone. REQUIRES: it has replied to its last job.
  bool send(const std::string& job, double deadline) const;
  // What it replied, without waiting. Nothing: not yet, or gone().
  std::optional<Message> receive();
  // It has ended; what it sent was received.
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
