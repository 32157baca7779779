#include "sim/workers/worker.h"

#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>

namespace peeksim {

namespace {

// Ends the process after so many seconds, if the object is still there; 0: never.
class Deadline {
 public:
  explicit Deadline(double seconds) : set_(seconds > 0) {
    if (!set_) return;
    const double limited = std::min(seconds, 1e9), whole = std::floor(limited);
    const auto rest = static_cast<suseconds_t>((limited - whole) * 1e6);
    set({static_cast<time_t>(whole), whole > 0 ? rest : std::max<suseconds_t>(rest, 1)});
  }
  ~Deadline() {
    if (set_) set({0, 0});
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  static void set(timeval left) {
    const itimerval timer = {{0, 0}, left};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }

  const bool set_;
};

Message failure(ErrorKind kind, const char* what) {
  Message reply;
  reply.header.failed = true;
  reply.header.kind = kind;
  reply.text = what;
  return reply;
}

Message reply_to(const Message& job, JobRunner& runner) {
  const Deadline deadline(job.header.seconds);  // sending is not included: every reader may be busy
  try {
    return {{}, runner.run(job.text)};
  } catch (const Error& error) {
    return failure(error.kind(), error.what());
  } catch (const std::bad_alloc&) {
    return failure(ErrorKind::memory, out_of_memory().what());
  } catch (const std::length_error&) {
    return failure(ErrorKind::memory, out_of_memory().what());
  } catch (const std::exception& error) {
    return failure(ErrorKind::internal, error.what());
  }
}

// Ctrl-C is the parent's to answer. No worker outlives it, however it ends.
void die_with_parent(pid_t parent) {
  for (const int signal : {SIGINT, SIGHUP, SIGTERM}) ::signal(signal, SIG_IGN);
  ::signal(SIGALRM, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

// Ends without the destructors of objects that are the parent's.
[[noreturn]] void serve(int socket, JobRunner& runner) {
  MessageReader reader;
  bool last = false;
  while (!last) {
    const std::optional<Message> job = reader.receive(socket, MessageReader::Wait::yes);
    if (!job) break;
    const auto start = std::chrono::steady_clock::now();
    Message reply = reply_to(*job, runner);
    reply.header.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    last = reply.header.last = runner.exhausted();
    if (!send_message(socket, std::move(reply))) break;
  }
  ::_exit(0);
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

Worker::Worker(JobRunner& runner) {
  const auto [own, its] = make_sockets();
  socket_ = own;
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  const int failure = errno;
  if (process_ == 0) {
    die_with_parent(parent);
    ::close(own);
    serve(its, runner);
  }
  ::close(its);
  if (process_ > 0) return;
  ::close(own);
  throw Error(ErrorKind::usage, "",
              std::string("no process for a worker: ") + std::strerror(failure),
              "give fewer --jobs");
}

Worker::~Worker() {
  ::close(socket_);
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  wait_for(process_);
}

bool Worker::send(const std::string& job, double deadline) const {
  Message message;
  message.header.seconds = deadline;
  message.text = job;
  return send_message(socket_, std::move(message));
}

std::optional<Message> Worker::receive() {
  return reader_.receive(socket_, MessageReader::Wait::no);
}

int Worker::status() {
  return wait_for(std::exchange(process_, -1));
}

}  // namespace peeksim
