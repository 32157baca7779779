// The readers of the simulator against the tables in tests/fuzz/README.md: every file of sim/ that
// opens or parses what others wrote has a fuzz target, or says there why it needs none.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path root = PEEKSIM_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

// The text without comments, which may speak of reading.
std::string without_comments(const std::string& text) {
  std::istringstream lines(text);
  std::string code;
  for (std::string line; std::getline(lines, line);) code += line.substr(0, line.find("//")) + "\n";
  return code;
}

// What reading looks like: a file that is opened, a text that a parser is given.
bool reads_input(const std::string& text) {
  static const std::regex reading(
      R"(\bi?fstream [a-z]|\bfopen\([^;]*"r|\bO_RDONLY\b|\bmmap\(|\bpopen\(|\bstd::cin\b| ::read\()"
      R"(|\bread_text_file\(|\b(read|parse)_yaml\(|\bYAML::(Parser|Load)|\bread_json(_if_valid)?<)"
      R"(|\b[jJ]son::(parse|accept|sax_parse|from_\w+)\(|\bmu::Parser\b)"
      R"(|\bopen_file\(|\bH5Fopen\(|\bSQLite::Database(>\(| \w+\()|\bATTACH )");
  return std::regex_search(without_comments(text), reading);
}

struct Tables {
  std::map<std::string, std::set<std::string>> targets;  // with the files that read their input
  std::set<std::string> others;                          // files that need no target
};

std::vector<std::string> in_backticks(const std::string& text) {
  static const std::regex name("`([\\w./]+)`");
  std::vector<std::string> names;
  for (std::sregex_iterator i(text.begin(), text.end(), name), end; i != end; ++i)
    names.push_back((*i)[1]);
  return names;
}

Tables read_tables() {
  Tables tables;
  std::istringstream lines(read(root / "tests/fuzz/README.md"));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    const std::vector<std::string> first = in_backticks(line.substr(0, line.find('|', 1)));
    const std::vector<std::string> last =
        in_backticks(line.substr(line.rfind('|', line.size() - 2)));
    if (first.at(0).find('/') == std::string::npos)
      tables.targets[first.at(0)].insert(last.begin(), last.end());
    else
      tables.others.insert(first.begin(), first.end());
  }
  return tables;
}

// The files of sim/ that read input, as the tables name them.
std::set<std::string> readers() {
  std::set<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(root / "sim")) {
    const fs::path& file = entry.path();
    if (file.extension() != ".h" && file.extension() != ".cpp") continue;
    if (reads_input(read(file))) found.insert(fs::relative(file, root / "sim").generic_string());
  }
  return found;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  if (fs::exists(folder))
    for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().stem());
  return names;
}

}  // namespace

TEST_CASE("every file of the simulator that reads input is named with a fuzz target, or a reason") {
  const Tables tables = read_tables();
  std::set<std::string> named = tables.others;
  for (const auto& [target, files] : tables.targets) named.insert(files.begin(), files.end());
  const std::set<std::string> found = readers();
  CHECK(found.size() > 15);
  for (const std::string& file : found)
    CHECK_MESSAGE(named.count(file) == 1,
                  "sim/" << file << " reads input: add a fuzz target, and name both in "
                         << "tests/fuzz/README.md");
  for (const std::string& file : named)
    CHECK_MESSAGE(found.count(file) == 1,
                  "tests/fuzz/README.md names sim/" << file << ", which reads no input");
}

TEST_CASE("every fuzz target is built, run, and described") {
  const Tables tables = read_tables();
  std::set<std::string> described;
  for (const auto& row : tables.targets) {
    CHECK_MESSAGE(!row.second.empty(), row.first);
    described.insert(row.first);
  }
  CHECK(described.size() >= 12);
  CHECK(names_in(root / "tests/fuzz/targets") == described);

  const std::string build = read(root / "tests/fuzz/CMakeLists.txt");
  static const std::regex call("\npeeksim_fuzz_target\\((\\w+)");
  std::set<std::string> built;
  for (std::sregex_iterator i(build.begin(), build.end(), call), end; i != end; ++i)
    built.insert((*i)[1]);
  CHECK(built == described);

  for (const char* folder : {"tests/fuzz/seeds", "tests/fuzz/found"})
    for (const std::string& name : names_in(root / folder))
      CHECK_MESSAGE(described.count(name) == 1, folder << "/" << name << " is of no target");
}

TEST_CASE("a new way to read input is noticed") {
  CHECK(reads_input("std::ifstream file(path);"));
  CHECK(reads_input("const Value file = read_yaml(path);"));
  CHECK(reads_input("return read_json<Json>(text, where, remedy);"));
  CHECK(reads_input("const Json json = Json::parse(text);"));
  CHECK(reads_input("impl_->file = hdf5::open_file(path);"));
  CHECK(reads_input("SQLite::Database sql(path, SQLite::OPEN_READONLY);"));
  CHECK(reads_input("std::FILE* file = std::fopen(path.c_str(), \"rb\");"));
  CHECK(reads_input("mu::Parser parser;"));
  CHECK(!reads_input("// read_yaml() reads it"));
  CHECK(!reads_input("std::ofstream file(path);"));
  CHECK(!reads_input("int parse(const std::string& text);"));
}
