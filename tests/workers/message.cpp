// Messages arrive whole and in order, or not at all.
#include "sim/workers/message.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include <doctest/doctest.h>

#include "sim/workers/serialize.h"

using namespace peeksim;

namespace {

Message message_of(std::string text) {
  Message message;
  message.text = std::move(text);
  return message;
}

// A process that sends one message and then waits to be killed.
pid_t sender(int socket, const std::string& text) {
  const pid_t process = ::fork();
  if (process != 0) return process;
  send_message(socket, message_of(text));
  for (;;) ::pause();
}

void end(pid_t process) {
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
}

using Wait = MessageReader::Wait;

}  // namespace

TEST_CASE("messages of any size arrive whole and in order") {
  const auto [one, other] = make_sockets();
  MessageReader reader;
  for (const std::size_t size : {0, 1, 65535, 65536, 65537, 10000000}) {
    CAPTURE(size);
    std::string text(size, 'a');
    if (size > 0) text.back() = 'z';
    const pid_t process = sender(other, text);
    const std::optional<Message> message = reader.receive(one, Wait::yes);
    end(process);
    REQUIRE(message.has_value());
    const bool same = message->text == text;  // too long to print
    CHECK(same);
  }
  CHECK_FALSE(reader.receive(one, Wait::no).has_value());
  CHECK_FALSE(reader.closed());
  ::close(one);
  ::close(other);
}

TEST_CASE("a message arrives with its header, and two that arrive together are separated") {
  const auto [one, other] = make_sockets();
  Message first = message_of("first");
  first.header.seconds = 1.5;
  first.header.failed = first.header.last = true;
  first.header.kind = ErrorKind::trace;
  CHECK(send_message(other, first));
  CHECK(send_message(other, message_of("second")));
  MessageReader reader;
  const std::optional<Message> message = reader.receive(one, Wait::no);
  REQUIRE(message.has_value());
  CHECK(message->text == "first");
  CHECK(message->header.seconds == 1.5);
  CHECK(message->header.failed);
  CHECK(message->header.last);
  CHECK(message->header.kind == ErrorKind::trace);
  CHECK(reader.receive(one, Wait::no)->text == "second");
  ::close(one);
  ::close(other);
}

TEST_CASE("a message that its sender did not finish is dropped") {
  const auto [one, other] = make_sockets();
  const pid_t process = sender(other, std::string(100000000, 'a'));
  ::close(other);
  pollfd file = {one, POLLIN, 0};
  REQUIRE(::poll(&file, 1, -1) == 1);  // it has begun, and the socket does not hold all of it
  end(process);
  MessageReader reader;
  CHECK_FALSE(reader.receive(one, Wait::yes).has_value());
  CHECK(reader.closed());
  ::close(one);
}

TEST_CASE("a reader is closed when the sender is gone and everything has been received") {
  const auto [one, other] = make_sockets();
  CHECK(send_message(other, message_of("last words")));
  ::close(other);
  MessageReader reader;
  CHECK(reader.receive(one, Wait::yes)->text == "last words");
  CHECK_FALSE(reader.closed());
  CHECK_FALSE(reader.receive(one, Wait::yes).has_value());
  CHECK(reader.closed());
  CHECK_FALSE(send_message(one, message_of("")));
  ::close(one);
}

TEST_CASE("deserializing gives the serialized values, and bytes that end too early are an error") {
  Serializer to;
  to.put(std::string("name"));
  to.put(7);
  to.put(std::vector<double>{1.5, 2.5});
  to.put(std::vector<double>{});
  std::string name;
  int number = 0;
  std::vector<double> list, none = {1};
  const auto read = [&](const std::string& bytes) {
    Deserializer from(bytes);
    from.get(name);
    from.get(number);
    from.get(list);
    from.get(none);
  };
  read(to.bytes());
  CHECK(name == "name");
  CHECK(number == 7);
  CHECK(list == std::vector<double>{1.5, 2.5});
  CHECK(none.empty());
  for (std::size_t size = 0; size < to.bytes().size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(read(to.bytes().substr(0, size)), Error);
  }
  CHECK_THROWS_AS(read(std::string(64, '\xff')), Error);
}
