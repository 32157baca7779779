#include "sim/base/paths.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace fs = std::filesystem;

namespace {

constexpr std::size_t too_long = 300;  // for a name in any file system

// The message of a configuration error.
std::string refusal(const std::string& path) {
  try {
    require_file(path, "the overlay", {"sweep.yaml", 3, "axes"}, "correct the path");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a path leads to a file, a folder, something else, nothing, or the system does not say") {
  const TempFolder files;
  files.write("file", "text");
  fs::create_symlink("file", files.path("link"));
  fs::create_symlink("nowhere", files.path("dangling"));
  fs::create_symlink("circle", files.path("circle"));
  REQUIRE(::mkfifo(files.path("pipe").c_str(), 0600) == 0);
  const auto kind = [&](const std::string& name) { return look_at(files.path(name)).kind; };
  CHECK(kind("file") == PathKind::file);
  CHECK(kind("link") == PathKind::file);
  CHECK(kind("") == PathKind::folder);
  CHECK(kind("pipe") == PathKind::other);
  CHECK(look_at("/dev/null").kind == PathKind::other);
  CHECK(kind("absent") == PathKind::nothing);
  CHECK(kind("dangling") == PathKind::nothing);
  CHECK(kind("file/below") == PathKind::nothing);
  CHECK(kind("circle") == PathKind::unknown);
  CHECK(kind(std::string(too_long, 'n')) == PathKind::unknown);
  CHECK(look_at(files.path("file")).reason.empty());
  CHECK(look_at(files.path("circle")).reason == "Too many levels of symbolic links");
  CHECK(look_at(std::string(too_long, 'n')).reason == "File name too long");
}

TEST_CASE("a name is taken by whatever has it, a link that leads nowhere included") {
  const TempFolder files;
  fs::create_symlink("nowhere", files.path("dangling"));
  CHECK(name_is_taken(files.path("dangling")));
  CHECK(name_is_taken(files.path()));
  CHECK_FALSE(name_is_taken(files.path("absent")));
}

TEST_CASE("a file that must be there is, or the error has the system's words") {
  const TempFolder files;
  files.write("file", "");
  fs::create_symlink("circle", files.path("circle"));
  CHECK(refusal(files.path("file")) == "no error");
  CHECK(refusal(files.path("absent")) == "sweep.yaml:3: axes: cannot read the overlay " +
                                             files.path("absent") +
                                             ": there is no such file; correct the path");
  CHECK(refusal(files.path()).find(": it is a folder; ") != std::string::npos);
  CHECK(refusal("/dev/null").find(": it is no plain file; ") != std::string::npos);
  CHECK(refusal(files.path("circle")).find(": Too many levels of symbolic links; ") !=
        std::string::npos);
}

TEST_CASE("names, sizes and places of files are answers and never exceptions") {
  const TempFolder files;
  files.write("b", "12345");
  files.write("a/inner", "");
  fs::create_symlink("b", files.path("link"));
  CHECK(names_in(files.path()) == std::vector<std::string>{"a", "b", "link"});
  CHECK(names_in(files.path("b")).empty());
  CHECK(names_in(files.path("absent")).empty());
  CHECK(bytes_of(files.path("link")) == 5);
  CHECK(bytes_of(files.path("absent")) == 0);
  CHECK(same_file(files.path("link"), files.path("a/../b")));
  CHECK_FALSE(same_file(files.path("a"), files.path("b")));
  CHECK_FALSE(same_file(files.path("absent"), files.path("absent")));
  CHECK(path_behind_links(files.path("link")) == fs::canonical(files.path("b")));
  CHECK(path_behind_links(files.path("absent")) == files.path("absent"));
  CHECK(absolute_path("/x/./y/../z") == "/x/z");
  CHECK_THROWS_AS(make_folders(files.path("b/below")), Error);
  make_folders(files.path("new/inner"));
  CHECK(look_at(files.path("new/inner")).kind == PathKind::folder);
  remove_folder(files.path("new"));
  CHECK_FALSE(name_is_taken(files.path("new")));
}

TEST_CASE("no other file of the simulator asks std::filesystem about the disk") {
  // What works on names alone is free.
  const std::regex asks(
      "(fs|filesystem)::(absolute|canonical|copy\\w*|create_\\w+|directory_\\w+|current_path|"
      "equivalent|exists|file_\\w+|is_\\w+|last_write_time|permissions|read_symlink|"
      "recursive_\\w+|remove\\w*|rename|resize_file|space|status|symlink_status|"
      "weakly_canonical)\\b");
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(PEEKSIM_SOURCE_DIR) / "sim")) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name == "paths.cpp") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CAPTURE(entry.path());
    CHECK_FALSE(std::regex_search(text, asks));
  }
}
