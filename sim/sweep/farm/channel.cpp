#include "sim/sweep/farm/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sim/base/error.h"

namespace peeksim {

namespace {

// A packet arrives whole or not at all, and has to fit into the socket's buffer.
constexpr std::size_t packet_bytes = 1 << 16;
constexpr int buffer_bytes = 1 << 20;  // a message of usual size does not wait for its reader

struct Header {
  MessageKind kind;
  bool last;  // packet of the message
};

}  // namespace

std::pair<Channel, Channel> Channel::make() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error(ErrorKind::usage, "", std::string("no socket for a point: ") + std::strerror(errno),
                "give fewer --jobs");
  for (const int end : ends)
    ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  return {Channel(ends[0]), Channel(ends[1])};
}

void Channel::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

bool Channel::send(MessageKind kind, const std::string& bytes) const {
  std::size_t done = 0;
  do {
    const std::size_t size = std::min(bytes.size() - done, packet_bytes);
    Header header{kind, done + size == bytes.size()};
    std::array<iovec, 2> parts = {iovec{&header, sizeof header},
                                  iovec{const_cast<char*>(bytes.data()) + done, size}};
    msghdr packet = {};
    packet.msg_iov = parts.data();
    packet.msg_iovlen = parts.size();
    while (::sendmsg(file_, &packet, MSG_NOSIGNAL) < 0)
      if (errno != EINTR) return false;
    done += size;
  } while (done < bytes.size());
  return true;
}

std::optional<Message> Channel::receive(Wait wait) {
  std::array<char, sizeof(Header) + packet_bytes> packet;
  while (!closed_) {
    const ssize_t n =
        ::recv(file_, packet.data(), packet.size(), wait == Wait::no ? MSG_DONTWAIT : 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    if (n < static_cast<ssize_t>(sizeof(Header))) {
      closed_ = true;
      break;
    }
    Header header;
    std::memcpy(&header, packet.data(), sizeof header);
    // What a killed process has begun, another one does not continue.
    if (header.kind != partial_.kind) partial_.bytes.clear();
    partial_.kind = header.kind;
    partial_.bytes.append(packet.data() + sizeof header, n - sizeof header);
    if (header.last) return std::exchange(partial_, {});
  }
  return std::nullopt;
}

}  // namespace peeksim
