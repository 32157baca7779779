#include "sim/report/files/output_folder.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>

#include "sim/base/error.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace {

// The message of the output error that opening the folder gives.
std::string refusal(const std::string& path, bool force = false) {
  try {
    const OutputFolder folder(path, force);
  } catch (const Error& error) {
    CHECK(error.exit_code() == 6);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a folder has its name only once everything is in it") {
  const TempFolder files;
  const std::string out = files.path("out");
  {
    OutputFolder folder(out + "/", false);
    folder.write("a.txt", "first");
    folder.write("b.txt", "");
    CHECK_FALSE(std::filesystem::exists(out));
    folder.commit();
  }
  CHECK(files.contents() == std::map<std::string, std::string>{
                                {"out", "folder/"}, {"out/a.txt", "first"}, {"out/b.txt", ""}});
}

TEST_CASE("a folder that is not committed leaves nothing") {
  const TempFolder files;
  {
    OutputFolder folder(files.path("out"), false);
    folder.write("a.txt", "first");
    CHECK(files.contents().size() == 2);  // beside its name
  }
  CHECK(files.contents().empty());
}

TEST_CASE("an existing folder is refused; with force it keeps what is not replaced") {
  const TempFolder files;
  files.write("out/a.txt", "old");
  files.write("out/notes.txt", "mine");
  const std::string out = files.path("out");
  CHECK(refusal(out) == out +
                            ": exists already; name another folder, or add --force to replace its "
                            "results");
  {
    OutputFolder abandoned(out, true);
    abandoned.write("a.txt", "half");
  }
  CHECK(files.read("out/a.txt") == "old");
  OutputFolder folder(out, true);
  folder.write("a.txt", "new");
  CHECK(files.read("out/a.txt") == "old");
  folder.commit();
  CHECK(files.contents() == std::map<std::string, std::string>{{"out", "folder/"},
                                                               {"out/a.txt", "new"},
                                                               {"out/notes.txt", "mine"}});
}

TEST_CASE("a path that is not a folder, or a dangling link, is refused before any work") {
  const TempFolder files;
  files.write("file", "precious");
  std::filesystem::create_symlink("nowhere", files.path("link"));
  CHECK(refusal(files.path("file"), true) ==
        files.path("file") + ": is not a folder; name another folder");
  CHECK(refusal(files.path("link"), true) ==
        files.path("link") + ": is not a folder; name another folder");
  CHECK(refusal(files.path("no/out")).find("No such file or directory; make its parent") !=
        std::string::npos);
  CHECK(files.read("file") == "precious");
  CHECK(files.contents().size() == 2);
}

TEST_CASE("a link to a folder is written through") {
  const TempFolder files;
  std::filesystem::create_directory(files.path("real"));
  std::filesystem::create_directory_symlink("real", files.path("link"));
  OutputFolder folder(files.path("link"), true);
  folder.write("a.txt", "new");
  folder.commit();
  CHECK(files.read("real/a.txt") == "new");
  CHECK(std::filesystem::is_symlink(files.path("link")));
}

TEST_CASE("a committed folder is as open as the user's other folders") {
  const TempFolder files;
  OutputFolder folder(files.path("out"), false);
  folder.commit();
  std::filesystem::create_directory(files.path("ordinary"));
  const auto mode = [&](const std::string& name) {
    return std::filesystem::status(files.path(name)).permissions();
  };
  const bool same = mode("out") == mode("ordinary");
  CHECK(same);
}

TEST_CASE("what got the folder's name meanwhile stays, even an empty folder") {
  for (const bool empty : {true, false}) {
    const TempFolder files;
    std::string message;
    {
      OutputFolder folder(files.path("out"), false);
      folder.write("a.txt", "ours");
      std::filesystem::create_directory(files.path("out"));
      if (!empty) files.write("out/a.txt", "theirs");
      try {
        folder.commit();
      } catch (const Error& error) {
        CHECK(error.exit_code() == 6);
        message = error.what();
      }
    }
    CHECK(message.find("out: exists already: it was made meanwhile; ") != std::string::npos);
    CHECK(files.contents().size() == (empty ? 1 : 2));
    if (!empty) CHECK(files.read("out/a.txt") == "theirs");
  }
}

TEST_CASE("of two that replace results in a folder at once, the second is refused") {
  const TempFolder files;
  files.write("out/a.txt", "old");
  const std::string out = files.path("out");
  {
    OutputFolder first(out, true);
    CHECK(refusal(out, true) ==
          out + ": is being written by another process; wait for it, or name another folder");
    first.write("a.txt", "new");
    first.commit();
  }
  CHECK(files.read("out/a.txt") == "new");
  OutputFolder next(out, true);
  next.write("a.txt", "newer");
  next.commit();
  CHECK(files.read("out/a.txt") == "newer");
}

TEST_CASE("with force, a folder that appears meanwhile has its files replaced and keeps others") {
  const TempFolder files;
  OutputFolder folder(files.path("out"), true);
  folder.write("a.txt", "ours");
  files.write("out/a.txt", "theirs");
  files.write("out/notes.txt", "mine");
  folder.commit();
  CHECK(files.contents() == std::map<std::string, std::string>{{"out", "folder/"},
                                                               {"out/a.txt", "ours"},
                                                               {"out/notes.txt", "mine"}});
}
