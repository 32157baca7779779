// Messages between a process and those that it forks: whole ones or none, whoever is killed when.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace peeksim {

enum class MessageKind : char { findings, point, result, ended };

struct Message {
  MessageKind kind = MessageKind::ended;
  std::string bytes;
};

// One end of a pair of sockets. It is closed by its owner, not by a destructor: both ends are open
// in every process that is forked after they were made.
class Channel {
 public:
  // Throws Error(usage) when the system has no sockets left.
  static std::pair<Channel, Channel> make();

  Channel() = default;  // no socket
  void close();
  int descriptor() const { return file_; }

  // False when nobody listens any more.
  bool send(MessageKind kind, const std::string& bytes) const;

  // The next message; waits for it, unless told not to. Nothing: not there yet, or closed().
  enum class Wait { yes, no };
  std::optional<Message> receive(Wait wait);

  bool closed() const { return closed_; }  // the other end, and all that came from it was received

 private:
  explicit Channel(int file) : file_(file) {}

  int file_ = -1;
  bool closed_ = false;
  Message partial_;  // of which the last packet has not come
};

}  // namespace peeksim
