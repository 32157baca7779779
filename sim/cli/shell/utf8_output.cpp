#include "sim/cli/shell/utf8_output.h"

#include <spdlog/pattern_formatter.h>

#include <algorithm>
#include <iostream>

#include "sim/base/utf8.h"

namespace peeksim {

namespace {

// How many bytes at the end may begin a character that goes on: none after ASCII.
std::size_t unfinished(const std::string& text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) return 0;
    const std::size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (size > 0) return size > back ? back : 0;
  }
  return 0;
}

class Utf8Formatter : public spdlog::formatter {
 public:
  explicit Utf8Formatter(std::unique_ptr<spdlog::formatter> inner) : inner_(std::move(inner)) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const std::string text = valid_utf8({message.payload.data(), message.payload.size()});
    spdlog::details::log_msg valid = message;
    valid.payload = text;
    inner_->format(valid, line);
    message.color_range_start = valid.color_range_start;
    message.color_range_end = valid.color_range_end;
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<Utf8Formatter>(inner_->clone());
  }

 private:
  std::unique_ptr<spdlog::formatter> inner_;
};

}  // namespace

std::unique_ptr<spdlog::formatter> utf8_formatter(const std::string& pattern) {
  return std::make_unique<Utf8Formatter>(std::make_unique<spdlog::pattern_formatter>(pattern));
}

Utf8Output::Utf8Output() : output_(std::cout.rdbuf(this)) {}

Utf8Output::~Utf8Output() {
  sync();
  std::cout.rdbuf(output_);
}

Utf8Output::int_type Utf8Output::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  held_ += traits_type::to_char_type(c);
  return pass_on(false) ? c : traits_type::eof();
}

std::streamsize Utf8Output::xsputn(const char* text, std::streamsize count) {
  held_.append(text, static_cast<std::size_t>(count));
  return pass_on(false) ? count : 0;
}

int Utf8Output::sync() {
  const bool passed = pass_on(true);
  return output_->pubsync() == 0 && passed ? 0 : -1;
}

bool Utf8Output::pass_on(bool all) {
  const std::size_t end = held_.size() - (all ? 0 : unfinished(held_));
  const std::string text = valid_utf8(held_.substr(0, end));
  held_.erase(0, end);
  const auto count = static_cast<std::streamsize>(text.size());
  return output_->sputn(text.data(), count) == count;
}

}  // namespace peeksim
