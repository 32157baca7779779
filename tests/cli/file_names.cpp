// Names that are no UTF-8: the files are opened by their bytes, and shown with U+FFFD.
#include <doctest/doctest.h>

#include <filesystem>

#include "sim/base/utf8.h"
#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

const std::string odd = "\xff\xfe";  // two bytes that no text in UTF-8 has
const std::string shown = "\xef\xbf\xbd\xef\xbf\xbd";

bool is_text(const std::string& bytes) {
  return valid_utf8(bytes) == bytes;
}

}  // namespace

TEST_CASE("files whose names are no UTF-8 are read and written, and what is said of them is text") {
  const Desk desk;
  const auto give_name = [&](const std::string& from, const std::string& to) {
    std::filesystem::rename(desk.files.path(from), desk.files.path(to));
  };
  give_name("machine.yaml", "m" + odd + ".yaml");
  give_name("trace.h5", "t" + odd + ".h5");
  desk.files.write("s" + odd + ".yaml", "name: s\nmachine: \"m" + odd + ".yaml\"\ntrace: \"t" +
                                            odd + ".h5\"\naxes: {array.rows: [2, 4]}\n");
  const std::string machine = "m" + odd + ".yaml", trace = "t" + odd + ".h5",
                    results = "o" + odd + "/results.json", database = "d" + odd + ".db";
  const std::vector<Words> commands = {
      {"run", machine, "--trace", trace, "--out", "o" + odd, "--report", "r" + odd + ".html",
       "--events", "e" + odd + ".jsonl", "--timeline", "t" + odd + ".json"},
      {"run", machine, "--trace", trace, "--engine", "clocked", "--vcd", "w" + odd + ".vcd"},
      {"report", results, "-o", "r2" + odd + ".html"},
      {"compare", results, results, "--html", "c" + odd + ".html"},
      {"compare", results, results, "--json"},
      {"compare", results, results, "--csv"},
      {"price", results, "--energy", "45nm", "--out", "p" + odd},
      {"view", trace, "--machine", machine, "-o", "v" + odd + ".html"},
      {"masks", trace, "--machine", machine, "--out", "k" + odd + ".npy"},
      {"trace", "info", trace},
      {"trace", "check", trace},
      {"trace", "synth", "workload.yaml", "-o", "u" + odd + ".h5"},
      {"config", "check", machine},
      {"config", "layers", machine, "--trace", trace},
      {"events", "diff", "e" + odd + ".jsonl", "e" + odd + ".jsonl"},
      {"sweep", "plan", "s" + odd + ".yaml"},
      {"sweep", "s" + odd + ".yaml", "--out", database},
      {"sweep", "export", database, "--csv"},
      {"sweep", "export", database, "--json"},
      {"sweep", "status", database},
      {"sweep", "report", database, "-o", "sr" + odd + ".html"},
      {"sweep", "merge", database, "-o", "d2" + odd + ".db"}};
  for (const Words& command : commands) {
    CAPTURE(command[0]);
    CAPTURE(command[1]);
    CHECK(is_text(desk.ok(command)));
  }
  for (const auto& [name, bytes] : desk.files.contents()) {
    const std::string type = std::filesystem::path(name).extension();
    if (type == ".html" || type == ".json" || type == ".jsonl" || type == ".csv" || type == ".vcd")
      CHECK_MESSAGE(is_text(bytes), valid_utf8(name));
  }
  CHECK(desk.json(results)["trace"]["file"] == "t" + shown + ".h5");
}

TEST_CASE("an error about a name that is no UTF-8 shows it as text") {
  const Desk desk;
  desk.refused({"run", "x" + odd + ".yaml", "--trace", "trace.h5"}, 3, {"x" + shown + ".yaml: "});
  desk.refused({"run", "machine.yaml", "--trace", "x" + odd + ".h5"}, 4,
               {"x" + shown + ".h5: there is no such file"});
  desk.refused({"run", "machine.yaml", "--trace", "trace.h5", "--set", "nam" + odd + "=3"}, 3,
               {"unknown key 'nam" + shown + "'"});
  desk.refused({"run", "--nope" + odd}, 2, {"unknown option '--nope" + shown + "'"});
}
