// The channels between clocked modules. What is written becomes visible in the next delta cycle, to
// all readers at once, so the order in which the kernel runs the writers and readers of a cycle
// cannot matter. One module writes a channel; any may read a Register, one may empty a Queue.
#pragma once

#include <deque>
#include <systemc>

namespace peeksim::clocked {

// A wire or register that holds its value until the next write.
template <class T>
class Register : public sc_core::sc_prim_channel {
 public:
  explicit Register(const char* name) : sc_core::sc_prim_channel(name) {}

  const T& read() const { return current_; }
  void write(const T& value) {
    next_ = value;
    request_update();
  }
  // Notified by every write, also of an equal value.
  const sc_core::sc_event& written() const { return written_; }

  // Between runs, while the kernel is stopped.
  void reset(const T& value = T()) { current_ = next_ = value; }

 private:
  void update() override {
    current_ = next_;
    written_.notify(sc_core::SC_ZERO_TIME);
  }

  T current_{}, next_{};
  sc_core::sc_event written_;
};

// What the clock has to latch at an edge.
class Latched {
 public:
  virtual ~Latched() = default;
  virtual void latch() = 0;
};

// A register that wakes nobody: what is written in a cycle becomes visible when the cycle is over,
// and the kernel need not be entered for it.
template <class T>
class Latch : public Latched {
 public:
  const T& read() const { return current_; }
  void write(const T& value) { next_ = value; }
  void reset() { current_ = next_ = T(); }

 private:
  void latch() override { current_ = next_; }

  T current_{}, next_{};
};

// An unlimited queue of messages.
template <class T>
class Queue : public sc_core::sc_prim_channel {
 public:
  explicit Queue(const char* name) : sc_core::sc_prim_channel(name) {}

  void push(const T& message) {
    arriving_.push_back(message);
    request_update();
  }
  bool empty() const { return visible_.empty(); }
  // REQUIRES: !empty().
  T pop() {
    T message = visible_.front();
    visible_.pop_front();
    return message;
  }
  const sc_core::sc_event& arrived() const { return arrived_; }

  void reset() {
    arriving_.clear();
    visible_.clear();
  }

 private:
  void update() override {
    visible_.insert(visible_.end(), arriving_.begin(), arriving_.end());
    arriving_.clear();
    arrived_.notify(sc_core::SC_ZERO_TIME);
  }

  std::deque<T> arriving_, visible_;
  sc_core::sc_event arrived_;
};

}  // namespace peeksim::clocked
