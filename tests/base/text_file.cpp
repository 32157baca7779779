// Files that people write, and the largest that are read.
#include "sim/base/text_file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <string>
#include <thread>

#include "sim/base/error.h"
#include "tests/support/error_message.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace {

std::string refusal(const std::string& path, ErrorKind kind = ErrorKind::config) {
  return message_of(kind, [&] { read_text_file(path); });
}

}  // namespace

TEST_CASE("a text file is read to the byte, line ends and zero bytes included") {
  const TempFolder folder;
  const std::string text("a\r\n\0b\xff", 6);
  CHECK(read_text_file(folder.write("text", text)) == text);
  CHECK(read_text_file(folder.write("empty", "")).empty());
  const std::string large(200000, 'x');
  CHECK(read_text_file(folder.write("large", large)) == large);
}

TEST_CASE("a text file may have 64 MiB, and not a byte more") {
  const TempFolder folder;
  const std::string path = folder.write("large", "");
  std::filesystem::resize_file(path, max_text_bytes);
  CHECK(read_text_file(path).size() == 64 << 20);
  std::filesystem::resize_file(path, max_text_bytes + 1);
  CHECK(refusal(path) == path +
                             ": is larger than 64 MiB, the most that such a file may have; check "
                             "that it is the file you mean");
}

TEST_CASE("a file without an end is an error at once") {
  CHECK(contains(refusal("/dev/zero"), "/dev/zero: is larger than 64 MiB"));
}

TEST_CASE("a pipe is read like a file") {
  const TempFolder folder;
  const std::string path = folder.path("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(path) << "through a pipe"; });
  CHECK(read_text_file(path) == "through a pipe");
  writer.join();
}

TEST_CASE("an error says why a file cannot be read, and what to do") {
  const TempFolder folder;
  CHECK(refusal(folder.path("none")) == folder.path("none") +
                                            ": cannot read this file: No such file or directory; "
                                            "check the path and its permissions");
  CHECK(contains(refusal(folder.path("")), ": is a folder, expected a file"));
  CHECK(contains(
      message_of(ErrorKind::config, [&] { read_text_file(folder.path("none"), "give a thing"); }),
      "; give a thing"));
}

TEST_CASE("too many open files are no fault of the file") {
  const TempFolder folder;
  const std::string path = folder.write("text", "here");
  rlimit before = {};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none = {0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string message = refusal(path, ErrorKind::usage);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(message == path +
                       ": cannot read this file: Too many open files; allow more open files with "
                       "ulimit -n");
  CHECK(read_text_file(path) == "here");
}
