// Messages between a process and its workers, over a pair of sockets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "sim/base/error.h"

namespace peeksim {

// A job for a worker, or its reply. Both processes run the same program on the same computer, so
// values are sent as they are in memory, without versions or byte order.
struct Message {
  struct Header {
    std::size_t size = 0;  // of the text
    double seconds = 0;    // of a job: its deadline, or 0; of a reply: how long it took
    bool failed = false;   // of a reply: the text is that of an error
    bool last = false;     // of a reply: the worker ends after it
    ErrorKind kind = ErrorKind::internal;  // of the error
  };
  Header header;
  std::string text;
};

// Both ends, closed on exec. Throws Error(usage) when the system has
// no sockets left.
std::pair<int, int> make_sockets();

// Waits while the receiver's buffer is full. False when the receiver is gone.
bool send_message(int socket, Message message);

// Reassembles the messages of one sender. A message that its sender did not finish is dropped.
class MessageReader {
 public:
  // The next message. Nothing: not complete yet (only with Wait::no), or closed().
  enum class Wait { yes, no };
  std::optional<Message> receive(int socket, Wait wait);

  bool closed() const { return closed_; }  // the sender is gone, and nothing is left to receive

 private:
  std::optional<Message> complete_message();

  std::string bytes_;  // received, not yet a complete message
  bool closed_ = false;
};

}  // namespace peeksim
