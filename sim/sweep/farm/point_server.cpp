#include "sim/sweep/farm/point_server.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "sim/sweep/farm/point_process.h"
#include "sim/sweep/farm/wire.h"

namespace peeksim {

namespace {

template <class T>
std::string packed(T value) {
  Packer bytes;
  bytes.put(value);
  return bytes.bytes();
}

template <class T>
T unpacked(const std::string& bytes) {
  T value;
  Unpacker(bytes).get(value);
  return value;
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// Ctrl-C is the first process's to answer. None outlives the one that forked it, however that ends.
void depend_on(pid_t parent) {
  for (const int signal : {SIGINT, SIGHUP, SIGTERM, SIGPIPE}) ::signal(signal, SIG_IGN);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

// Leaves without the destructors of objects that are the parent's.
[[noreturn]] void run_and_exit(const JobMaker& make, std::uint64_t id, RunStore& store,
                               const Channel& channel) {
  ::_exit(run_point(make, id, store, channel) ? 0 : 1);
}

[[noreturn]] void serve(const JobMaker& make, RunStore& store, Channel& channel) {
  const pid_t self = ::getpid();
  while (const std::optional<Message> message = channel.receive(Channel::Wait::yes)) {
    if (message->kind == MessageKind::findings) {
      keep(read_findings(message->bytes), store);
      continue;
    }
    const pid_t point = ::fork();
    if (point == 0) {
      depend_on(self);
      run_and_exit(make, unpacked<std::uint64_t>(message->bytes), store, channel);
    }
    channel.send(MessageKind::ended, packed(point < 0 ? -errno : wait_for(point)));
  }
  ::_exit(0);
}

}  // namespace

Error no_process(int failure) {
  return {ErrorKind::usage, "", std::string("no process for a point: ") + std::strerror(failure),
          "give fewer --jobs"};
}

PointServer::PointServer(const PointJob& first, const JobMaker& make, RunStore& store)
    : lasts_(make != nullptr), trace_(first.trace) {
  auto [ours, its] = Channel::make();
  std::fflush(nullptr);
  // A server and its point are a group, and the point is this process's when its server is no more:
  // so both can be ended, and none is left.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  const int failure = errno;
  if (process_ >= 0) ::setpgid(process_, process_);  // in both processes, whichever is first
  if (process_ == 0) {
    depend_on(parent);
    ours.close();
    if (lasts_) serve(make, store, its);
    if (!its.receive(Channel::Wait::yes)) ::_exit(1);
    run_and_exit([&](std::uint64_t) { return first; }, first.id, store, its);
  }
  its.close();
  channel_ = ours;
  if (process_ > 0) return;
  channel_.close();
  throw no_process(failure);
}

PointServer::~PointServer() {
  if (process_ < 0) return;
  ::kill(-process_, SIGKILL);
  reap();
}

int PointServer::reap() {
  channel_.close();
  const int status = wait_for(process_);
  while (::waitpid(-process_, nullptr, 0) > 0 || errno == EINTR) {  // its point
  }
  process_ = -1;
  return status;
}

void PointServer::tell(std::shared_ptr<const std::string> findings) {
  untold_.push_back(std::move(findings));
}

// It waits for nothing but this, so no message is too large for it. Whether it is still there is
// found out when its answer is received.
void PointServer::run(std::uint64_t id) {
  for (const auto& findings : std::exchange(untold_, {}))
    channel_.send(MessageKind::findings, *findings);
  channel_.send(MessageKind::point, packed(id));
}

std::optional<PointEnd> PointServer::receive() {
  while (std::optional<Message> message = channel_.receive(Channel::Wait::no)) {
    if (message->kind == MessageKind::findings)
      end_.findings = std::make_shared<const std::string>(std::move(message->bytes));
    if (message->kind == MessageKind::result) end_.result = std::move(message->bytes);
    if (message->kind != MessageKind::ended) continue;
    end_.status = unpacked<int>(message->bytes);
    return std::exchange(end_, {});
  }
  if (!channel_.closed()) return std::nullopt;
  // It was the point itself, or something ended it.
  lasts_ = false;
  end_.status = reap();
  return std::exchange(end_, {});
}

}  // namespace peeksim
