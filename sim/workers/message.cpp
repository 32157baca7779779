#include "sim/workers/message.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace peeksim {

namespace {

constexpr int buffer_bytes = 1 << 20;  // a message of typical size does not wait for its reader

bool send_all(int socket, const void* bytes, std::size_t size) {
  const char* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t n = ::send(socket, from, size, MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR) return false;
    if (n < 0) continue;
    from += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

std::pair<int, int> make_sockets() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error(ErrorKind::usage, "",
                std::string("no socket for a worker: ") + std::strerror(errno),
                "give fewer --jobs");
  for (const int end : ends)
    ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  return {ends[0], ends[1]};
}

bool send_message(int socket, Message message) {
  message.header.size = message.text.size();
  const auto* header = reinterpret_cast<const char*>(&message.header);
  message.text.insert(0, header, sizeof message.header);
  return send_all(socket, message.text.data(), message.text.size());
}

std::optional<Message> MessageReader::receive(int socket, Wait wait) {
  std::array<char, 1 << 16> part;
  while (!closed_) {
    if (std::optional<Message> message = complete_message()) return message;
    const ssize_t n = ::recv(socket, part.data(), part.size(), wait == Wait::no ? MSG_DONTWAIT : 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n > 0)
      bytes_.append(part.data(), static_cast<std::size_t>(n));
    else
      closed_ = true;
  }
  return std::nullopt;
}

std::optional<Message> MessageReader::complete_message() {
  Message message;
  if (bytes_.size() < sizeof message.header) return std::nullopt;
  std::memcpy(&message.header, bytes_.data(), sizeof message.header);
  const std::size_t end = sizeof message.header + message.header.size;
  if (bytes_.size() < end) return std::nullopt;
  message.text = bytes_.substr(sizeof message.header, message.header.size);
  bytes_.erase(0, end);
  return message;
}

}  // namespace peeksim
