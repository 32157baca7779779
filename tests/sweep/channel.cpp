// Messages arrive whole and in order, or not at all.
#include "sim/sweep/farm/channel.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <doctest/doctest.h>

using namespace peeksim;

namespace {

// A process that sends one message and then waits to be killed.
pid_t sender(const Channel& to, const std::string& bytes) {
  const pid_t process = ::fork();
  if (process != 0) return process;
  to.send(MessageKind::result, bytes);
  for (;;) ::pause();
}

void end(pid_t process) {
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
}

}  // namespace

TEST_CASE("messages of any size arrive whole and in order") {
  auto [one, other] = Channel::make();
  for (const std::size_t size : {0, 1, 65535, 65536, 65537, 10000000}) {
    CAPTURE(size);
    std::string bytes(size, 'a');
    if (size > 0) bytes.back() = 'z';
    const pid_t process = sender(other, bytes);
    const std::optional<Message> message = one.receive(Channel::Wait::yes);
    end(process);
    REQUIRE(message.has_value());
    CHECK(message->kind == MessageKind::result);
    CHECK(message->bytes == bytes);
  }
  CHECK_FALSE(one.receive(Channel::Wait::no).has_value());
  CHECK_FALSE(one.closed());
  one.close();
  other.close();
}

TEST_CASE("a message whose sender was killed in the middle is dropped, and the next one arrives") {
  auto [one, other] = Channel::make();
  const pid_t process = sender(other, std::string(100000000, 'a'));
  pollfd file = {one.descriptor(), POLLIN, 0};
  REQUIRE(::poll(&file, 1, 10000) == 1);  // it has begun, and the socket does not hold all of it
  end(process);
  CHECK_FALSE(one.receive(Channel::Wait::no).has_value());
  CHECK(other.send(MessageKind::ended, "b"));
  const std::optional<Message> message = one.receive(Channel::Wait::yes);
  REQUIRE(message.has_value());
  CHECK(message->kind == MessageKind::ended);
  CHECK(message->bytes == "b");
  one.close();
  other.close();
}

TEST_CASE("a channel is closed when nobody is left at the other end, after all that was sent") {
  auto [one, other] = Channel::make();
  CHECK(other.send(MessageKind::point, "last words"));
  other.close();
  const std::optional<Message> message = one.receive(Channel::Wait::yes);
  REQUIRE(message.has_value());
  CHECK(message->bytes == "last words");
  CHECK_FALSE(one.closed());
  CHECK_FALSE(one.receive(Channel::Wait::yes).has_value());
  CHECK(one.closed());
  CHECK_FALSE(one.send(MessageKind::point, ""));
  one.close();
}
