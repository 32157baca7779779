// Standard output and the log as text in UTF-8, whatever bytes the names in it have.
#pragma once

#include <spdlog/formatter.h>

#include <memory>
#include <streambuf>
#include <string>

namespace peeksim {

// While it exists, what is written to std::cout goes through valid_utf8().
class Utf8Output : public std::streambuf {
 public:
  Utf8Output();
  ~Utf8Output() override;
  Utf8Output(const Utf8Output&) = delete;
  Utf8Output& operator=(const Utf8Output&) = delete;

 private:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize count) override;
  int sync() override;
  // Passes on what has come so far; a character at its end that is not complete waits, unless
  // `all`.
  bool pass_on(bool all);

  std::streambuf* output_;
  std::string held_;
};

// Lines of the log in spdlog's pattern, through valid_utf8().
std::unique_ptr<spdlog::formatter> utf8_formatter(const std::string& pattern);

}  // namespace peeksim
