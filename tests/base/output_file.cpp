#include "sim/base/output_file.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "sim/base/error.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace {

std::string refusal(const std::string& path, bool force = false) {
  try {
    const OutputFile file(path, force);
  } catch (const Error& error) {
    CHECK(error.exit_code() == 6);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a file has its name only once everything is in it") {
  const TempFolder files;
  const std::string path = files.path("log");
  {
    OutputFile file(path, false);
    file.write("first\n");
    file.write("second\n");
    file.flush();
    CHECK_FALSE(std::filesystem::exists(path));
    file.commit();
  }
  CHECK(files.contents() == std::map<std::string, std::string>{{"log", "first\nsecond\n"}});
}

TEST_CASE("a file that is not committed leaves nothing") {
  const TempFolder files;
  {
    OutputFile file(files.path("log"), false);
    file.write("half");
    CHECK(files.contents().size() == 1);  // beside its name
    CHECK_FALSE(std::filesystem::exists(files.path("log")));
  }
  CHECK(files.contents().empty());
}

TEST_CASE("an existing file is refused, and with force replaced at the end only") {
  const TempFolder files;
  const std::string path = files.write("log", "old");
  CHECK(refusal(path) ==
        path + ": exists already; name another file, or add --force to replace it");
  {
    OutputFile abandoned(path, true);
    abandoned.write("half");
  }
  CHECK(files.read("log") == "old");
  OutputFile file(path, true);
  file.write("new");
  CHECK(files.read("log") == "old");
  file.commit();
  CHECK(files.contents() == std::map<std::string, std::string>{{"log", "new"}});
}

TEST_CASE("a path that is not a plain file, or a dangling link, is refused before any work") {
  const TempFolder files;
  std::filesystem::create_directory(files.path("folder"));
  std::filesystem::create_symlink("nowhere", files.path("link"));
  for (const char* name : {"folder", "link"})
    CHECK(refusal(files.path(name), true) ==
          files.path(name) + ": is not a plain file; name another file");
  CHECK(refusal("/dev/null", true) == "/dev/null: is not a plain file; name another file");
  CHECK(refusal(files.path("no/log")).find("No such file or directory; make its folder") !=
        std::string::npos);
  CHECK(files.contents().size() == 1 + std::filesystem::is_symlink(files.path("link")));
}

TEST_CASE("a link to a file is written through") {
  const TempFolder files;
  files.write("real", "old");
  std::filesystem::create_symlink("real", files.path("link"));
  OutputFile file(files.path("link"), true);
  file.write("new");
  file.commit();
  CHECK(files.read("real") == "new");
  CHECK(std::filesystem::is_symlink(files.path("link")));
}

TEST_CASE("a committed file is as open as the user's other files") {
  const TempFolder files;
  OutputFile file(files.path("log"), false);
  file.commit();
  files.write("ordinary", "");
  const auto mode = [&](const std::string& name) {
    return std::filesystem::status(files.path(name)).permissions();
  };
  const bool same = mode("log") == mode("ordinary");
  CHECK(same);
}

TEST_CASE("what got the file's name meanwhile stays, and the file is refused") {
  const TempFolder files;
  const std::string path = files.path("a.txt");
  {
    OutputFile file(path, false);
    file.write("ours");
    files.write("a.txt", "theirs");
    try {
      file.commit();
      FAIL("it was replaced");
    } catch (const Error& error) {
      CHECK(error.exit_code() == 6);
      CHECK(std::string(error.what()) == path +
                                             ": exists already: it was made meanwhile; name "
                                             "another place, or add --force to replace it");
    }
  }
  CHECK(files.contents() == std::map<std::string, std::string>{{"a.txt", "theirs"}});
}

TEST_CASE("of two writers of one name the first wins; with force the last") {
  const TempFolder files;
  const std::string path = files.path("a.txt");
  OutputFile first(path, false), second(path, false), forced(path, true);
  first.write("first");
  second.write("second");
  forced.write("forced");
  first.commit();
  CHECK_THROWS_AS(second.commit(), Error);
  CHECK(files.read("a.txt") == "first");
  forced.commit();
  CHECK(files.read("a.txt") == "forced");
}
