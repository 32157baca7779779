// The rooms of sim/ against the table in sim/README.md: includes run one way.
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

struct Rooms {
  std::vector<std::string> order;                              // "report", "report/numbers", ...
  std::map<std::string, std::set<std::string>> library_rooms;  // that may include a library

  int place(const std::string& room) const {
    const auto found = std::find(order.begin(), order.end(), room);
    return found == order.end() ? -1 : static_cast<int>(found - order.begin());
  }
};

struct Include {
  std::string file;  // relative to the repository
  std::string room;  // the file's, two levels deep
  int line = 0;
  bool quoted = false;
  std::string target;
};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

// All first groups of the matches of `pattern` in `text`.
std::vector<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern, std::regex::ECMAScript | std::regex::multiline);
  std::vector<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i)
    found.push_back((*i)[1]);
  return found;
}

Rooms read_rooms() {
  Rooms rooms;
  for (const std::string& row : all_matches(read(root / "sim/README.md"), "^\\| (`.*) \\|$")) {
    const std::string room = all_matches(row, "^`([\\w/]+)`").at(0);
    rooms.order.push_back(room);
    const std::string last_cell = row.substr(row.rfind('|'));
    for (const std::string& library : all_matches(last_cell, "`([^`]+)`"))
      rooms.library_rooms[library].insert(room);
  }
  return rooms;
}

std::vector<fs::path> source_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root / "sim"))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
      files.push_back(fs::relative(entry.path(), root));
  std::sort(files.begin(), files.end());
  return files;
}

// The room of "sim/<room>/..." or "sim/<room>/<inner room>/...", or "". The scripts of page/web are
// no room.
std::string room_of(const fs::path& path) {
  const std::vector<fs::path> parts(path.begin(), path.end());
  if (parts.size() < 3 || parts[0] != "sim") return "";
  const std::string room = parts[1].string();
  return parts.size() == 3 ? room : room + "/" + parts[2].string();
}

std::string outer(const std::string& room) {
  return room.substr(0, room.find('/'));
}

std::vector<Include> includes_of(const std::string& file, const std::string& text) {
  static const std::regex directive(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (!std::regex_search(line, match, directive)) continue;
    includes.push_back({file, room_of(file), number, match[1] == "\"", match[2]});
  }
  return includes;
}

// The library of <yaml-cpp/parser.h>, <hdf5.h> or <systemc>; only a library that sim/ uses matters.
std::string library_of(const std::string& target) {
  return target.substr(0, target.find_first_of("/."));
}

// What lies directly in a room is its face: headers for all of its inner rooms, and .cpp files that
// bring these together.
bool is_face_over_inner_rooms(const Include& include, const std::string& room) {
  const bool brings_together = fs::path(include.file).extension() == ".cpp";
  return include.room == outer(room) && include.room != room && brings_together;
}

// What is wrong with an include, or "".
std::string problem(const Include& include, const Rooms& rooms) {
  if (!include.quoted) {
    const auto owners = rooms.library_rooms.find(library_of(include.target));
    if (owners == rooms.library_rooms.end() || owners->second.count(include.room) > 0) return "";
    return "only " + *owners->second.begin() + " includes this library";
  }
  const std::string room = room_of(include.target);
  if (room.empty()) return "is not rooted at the repository";
  if (rooms.place(room) < 0) return "is of no room";
  if (is_face_over_inner_rooms(include, room)) return "";
  if (rooms.place(room) > rooms.place(include.room)) return "is of a later room";
  return "";
}

}  // namespace

TEST_CASE("sim/README.md names the rooms, and CMake builds them, in one order") {
  const Rooms rooms = read_rooms();
  std::vector<std::string> outer_rooms;
  for (const std::string& room : rooms.order)
    if (room.find('/') == std::string::npos) outer_rooms.push_back(room);
  CHECK(outer_rooms == std::vector<std::string>{"base", "workers", "config", "workload", "trace",
                                                "operands", "skip", "schedule", "engine", "run",
                                                "cost", "report", "sweep", "page", "cli"});
  CHECK(all_matches(read(root / "CMakeLists.txt"), "^peeksim_room\\((\\w+)") == outer_rooms);

  std::set<std::string> folders;
  for (const fs::path& file : source_files()) {
    folders.insert(room_of(file));
    folders.insert(outer(room_of(file)));
  }
  CHECK(folders == std::set<std::string>(rooms.order.begin(), rooms.order.end()));
}

TEST_CASE("an inner room comes after the room that it is in") {
  const Rooms rooms = read_rooms();
  std::string last;
  for (const std::string& room : rooms.order) {
    if (room.find('/') != std::string::npos) CHECK_MESSAGE(outer(room) == last, room);
    last = outer(room);
  }
}

TEST_CASE("the libraries that characterize a room are included only there") {
  const Rooms rooms = read_rooms();
  CHECK(rooms.library_rooms.at("yaml-cpp") == std::set<std::string>{"config"});
  CHECK(rooms.library_rooms.at("hdf5") == std::set<std::string>{"trace"});
  CHECK(rooms.library_rooms.at("tlm") == std::set<std::string>{"engine/event", "engine/memory"});
  for (const std::string& room : rooms.library_rooms.at("systemc"))
    CHECK_MESSAGE(outer(room) == "engine", room);
  CHECK(rooms.library_rooms.at("SQLiteCpp") == std::set<std::string>{"sweep/store"});
  CHECK(rooms.library_rooms.at("muParser") == std::set<std::string>{"sweep/design"});
  CHECK(rooms.library_rooms.at("boost") == std::set<std::string>{"cli/commands", "cli/shell"});
}

TEST_CASE("includes run one way, and a library stays in its room") {
  const Rooms rooms = read_rooms();
  int checked = 0;
  std::set<std::string> used;
  for (const fs::path& file : source_files()) {
    REQUIRE_MESSAGE(rooms.place(room_of(file)) >= 0, file.string());
    for (const Include& include : includes_of(file, read(root / file))) {
      const std::string what = problem(include, rooms);
      CHECK_MESSAGE(what.empty(),
                    include.file << ":" << include.line << ": " << include.target << " " << what);
      if (include.quoted) CHECK_MESSAGE(fs::exists(root / include.target), include.target);
      used.insert(include.quoted ? "a room" : library_of(include.target));
      ++checked;
    }
  }
  CHECK(checked > 200);  // the search finds includes, of every kind that it looks for
  for (const char* kind : {"a room", "yaml-cpp", "hdf5", "systemc", "tlm"})
    CHECK_MESSAGE(used.count(kind) == 1, kind);
}

TEST_CASE("an include that runs the wrong way is found") {
  const Rooms rooms = read_rooms();
  const auto problem_of = [&](const std::string& file, const std::string& text) {
    const std::vector<Include> includes = includes_of(file, text);
    return includes.size() == 1 ? problem(includes[0], rooms) : "no include was found";
  };
  const std::string in_skip = "sim/skip/policies/peek.cpp";
  CHECK(problem_of(in_skip, "#include \"sim/workload/layer.h\"") == "");
  CHECK(problem_of(in_skip, "#include \"sim/skip/predictor.h\"") == "");
  CHECK(problem_of(in_skip, "  #  include \"sim/schedule/plan.h\" // why") == "is of a later room");
  CHECK(problem_of(in_skip, "#include \"predictors.h\"") == "is not rooted at the repository");
  CHECK(problem_of(in_skip, "#include \"sim/oracle/x.h\"") == "is of no room");
  CHECK(problem_of(in_skip, "#include <algorithm>") == "");
  CHECK(problem_of("sim/engine/event/x.h", "#include \"sim/engine/clocked/x.h\"") ==
        "is of a later room");
  CHECK(problem_of("sim/engine/engine.h", "#include \"sim/engine/event/x.h\"") ==
        "is of a later room");
  CHECK(problem_of("sim/engine/engine.cpp", "#include \"sim/engine/event/x.h\"") == "");
  CHECK(problem_of("sim/engine/engine.cpp", "#include \"sim/run/run.h\"") == "is of a later room");
  CHECK(problem_of("sim/run/run.cpp", "#include <systemc>") ==
        "only engine/clocked includes this library");
  CHECK(problem_of("sim/report/files/json.cpp", "#include <yaml-cpp/yaml.h>") ==
        "only config includes this library");
  CHECK(problem_of("sim/config/value.cpp", "#include <boost/optional.hpp>") ==
        "only cli/commands includes this library");
}

TEST_CASE("rooms of pure functions read no file and no clock") {
  const std::set<std::string> pure = {"operands", "skip", "schedule"};
  const std::set<std::string> impure = {"chrono", "ctime",    "filesystem", "fstream",
                                        "random", "iostream", "thread",     "unistd.h"};
  int checked = 0;
  for (const fs::path& file : source_files()) {
    if (pure.count(outer(room_of(file))) == 0) continue;
    for (const Include& include : includes_of(file, read(root / file)))
      CHECK_MESSAGE(impure.count(include.target) == 0, include.file << ": " << include.target);
    ++checked;
  }
  CHECK(checked > 20);
}

TEST_CASE("no file of the simulator is longer than 400 lines") {
  for (const fs::path& file : source_files()) {
    const std::string text = read(root / file);
    const auto lines = std::count(text.begin(), text.end(), '\n');
    CHECK_MESSAGE(lines <= 400, file.string() << " has " << lines << " lines");
  }
}

TEST_CASE("the engines include nothing of one another") {
  const std::set<std::string> engines = {"engine/event", "engine/clocked"};
  int checked = 0;
  for (const fs::path& file : source_files()) {
    const std::string name = file.generic_string();
    if (engines.count(room_of(file)) == 0) continue;
    for (const Include& include : includes_of(name, read(root / file))) {
      const std::string of = room_of(include.target);
      CHECK_MESSAGE((engines.count(of) == 0 || of == room_of(file)),
                    name << ": " << include.target);
      ++checked;
    }
  }
  CHECK(checked > 50);
}

namespace {

// Every file of sim/ that `file` includes, directly or not.
std::set<std::string> reached_from(const std::string& file) {
  static std::map<std::string, std::vector<std::string>> direct;  // read once
  std::set<std::string> reached;
  std::vector<std::string> open = {file};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    const auto [known, is_new] = direct.try_emplace(next);
    if (is_new)
      for (const Include& include : includes_of(next, read(root / next)))
        if (include.quoted) known->second.push_back(include.target);
    for (const std::string& target : known->second)
      if (reached.insert(target).second) open.push_back(target);
  }
  return reached;
}

}  // namespace

TEST_CASE("the header of results compiles no engine") {
  const std::set<std::string> reached = reached_from("sim/run/result.h");
  CHECK(reached.count("sim/base/units.h") == 1);  // the search follows includes
  const std::set<std::string> allowed = {"base", "config", "workload", "trace"};
  for (const std::string& file : reached)
    CHECK_MESSAGE(allowed.count(outer(room_of(file))) == 1, file);
}

TEST_CASE("reports, sweeps, pages and commands reach no engine's modules, operands or waveforms") {
  const std::set<std::string> outside = {"report", "sweep", "page", "cli"};
  const std::set<std::string> modules = {"engine/clocked", "engine/event", "engine/kernel",
                                         "engine/memory"};
  const std::set<std::string> headers = {"sim/operands/operands.h", "sim/run/waveform.h",
                                         "sim/run/vcd.h"};
  int checked = 0;
  for (const fs::path& path : source_files()) {
    if (outside.count(outer(room_of(path))) == 0) continue;
    const std::string file = path.generic_string();
    for (const std::string& target : reached_from(file)) {
      CHECK_MESSAGE(modules.count(room_of(target)) == 0, file << " reaches " << target);
      CHECK_MESSAGE(headers.count(target) == 0, file << " reaches " << target);
    }
    ++checked;
  }
  CHECK(checked > 150);
}

TEST_CASE("every .cpp has a header of its name, but for rows of tables, commands and main") {
  const std::set<std::string> rows = {"skip/policies", "schedule/dispatch", "schedule/dataflows",
                                      "cli/commands"};  // declared by the header of their table
  const std::set<std::string> others = {"sim/cost/yaml_table.cpp", "sim/cli/main.cpp"};
  int checked = 0;
  for (const fs::path& file : source_files()) {
    if (file.extension() != ".cpp") continue;
    if (rows.count(room_of(file)) > 0 || others.count(file.generic_string()) > 0) continue;
    fs::path header = file;
    header.replace_extension(".h");
    CHECK_MESSAGE(fs::exists(root / header), file.string());
    ++checked;
  }
  CHECK(checked > 100);
}

TEST_CASE("a name is the name of one thing: no two headers and no two types are called the same") {
  std::map<std::string, std::string> headers, types;
  for (const fs::path& file : source_files()) {
    if (file.extension() != ".h") continue;
    const std::string name = file.filename();
    const auto header = headers.emplace(name, file.string());
    CHECK_MESSAGE(header.second, file.string() << " and " << header.first->second);
    for (const std::string& type :
         all_matches(read(root / file), "^(?:class|struct|enum class) (\\w+)[^;]*\\{$")) {
      const auto found = types.emplace(type, file.string());
      CHECK_MESSAGE(found.second,
                    type << " in " << file.string() << " and " << found.first->second);
    }
  }
  CHECK(headers.size() > 100);
  CHECK(types.size() > 100);
}
