// Messages between a process and its workers, over a pair of sockets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "sim/base/error.h"

namespace peeksim {

// A job for a worker, or what it replies. Plain values of the same program on the same computer: no
// versions, no byte order.
struct Message {
  struct Header {
    std::size_t size = 0;  // of the text
    double seconds = 0;    // of a job: its deadline, or 0; of a reply: how long it took
    bool failed = false;   // of a reply: the text is that of an error
    bool last = false;     // of a reply: the worker ends
    ErrorKind kind = ErrorKind::internal;  // of the error
  };
  Header header;
  std::string text;
};

// Both ends, closed when a process becomes another program. Throws Error(usage) when the system has
// no sockets left.
std::pair<int, int> make_sockets();

// Waits while the receiver is behind. False when nobody listens any more.
bool send_message(int socket, Message message);

// Puts messages of one sender together. One whose sender ended in the middle is never seen.
class MessageReader {
 public:
  // The next message; waits for it, unless told not to. Nothing: not there yet, or closed().
  enum class Wait { yes, no };
  std::optional<Message> receive(int socket, Wait wait);

  bool closed() const { return closed_; }  // the sender is gone, and all that it sent was received

 private:
  std::optional<Message> whole_message();

  std::string bytes_;  // that have come
  bool closed_ = false;
};

}  // namespace peeksim
