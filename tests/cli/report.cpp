// `peeksim report`: a finished run as a page.
#include <doctest/doctest.h>

#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

// A desk with the results of a run in out/.
struct ReportDesk : Desk {
  ReportDesk() { ok(run_to("out")); }
};

}  // namespace

TEST_CASE("a report is one page that names its network and machine, and says what is synthetic") {
  const ReportDesk desk;
  CHECK(desk.ok({"report", "out/results.json", "-o", "page.html"}) == "report in page.html\n");
  const std::string page = desk.files.read("page.html");
  CHECK(page.rfind("<!doctype html>", 0) == 0);
  CHECK(contains(page, "<title>peeksim: "));
  CHECK(contains(page, " on tiny</title>"));
  CHECK(contains(page, "\"synthetic\":true"));
  desk.ok({"report", "out/results.json", "-o", "again.html"});
  CHECK(desk.files.read("again.html") == page);
}

TEST_CASE("a report needs a page to write, and replaces one only with --force") {
  const ReportDesk desk;
  desk.refused({"report", "out/results.json"}, 2, {"no page to write given; add -o FILE.html"});
  desk.files.write("page.html", "precious");
  desk.refused({"report", "out/results.json", "-o", "page.html"}, 6,
               {"page.html: exists already; name another file, or add --force"});
  desk.ok({"report", "out/results.json", "-o", "page.html", "--force"});
  CHECK(contains(desk.files.read("page.html"), "<title>"));
  desk.refused({"report", "out/results.json", "-o", "no/such/page.html"}, 6,
               {"no/such/page.html: cannot be written: "});
  desk.refused({"report", "out/results.json", "-o", "out"}, 6, {"out: is not a plain file"});
}

TEST_CASE("a missing, foreign, cut or older results file makes no page") {
  const ReportDesk desk;
  const auto report = [&](const std::string& file, const Words& parts) {
    desk.refused({"report", file, "-o", "page.html"}, 3, parts);
  };
  report("none.json", {"none.json: cannot read this file: No such file or directory; "});
  report("machine.yaml", {"machine.yaml: is not a complete results file: "});
  desk.files.write("foreign.json", "{\"schema\": \"other\"}");
  report("foreign.json", {"foreign.json: is not a results file of peeksim; "});
  const std::string text = desk.files.read("out/results.json");
  desk.files.write("half.json", text.substr(0, text.size() / 2));
  report("half.json", {"half.json: is not a complete results file: ", "parse error"});
  json results = json::parse(text);
  results["schema_version"] = 0;
  desk.files.write("older.json", results.dump());
  report("older.json", {"older.json: has schema version 0, expected 1; "});
  desk.files.write("deep.json", std::string(200'000, '[') + std::string(200'000, ']'));
  report("deep.json", {"deep.json: is nested 200000 levels deep, at most 64 are read; "});
  results = json::parse(text);
  results["layers"][0]["machine"].erase("energy");
  desk.files.write("bare.json", results.dump());
  report("bare.json", {"bare.json: is not a complete results file: ", "'energy'"});
}

TEST_CASE("a run writes its report itself, with a step of every layer, whichever engine ran") {
  const Desk desk;
  const std::string screen = desk.ok(run_to("out", {"--report", "page.html"}));
  CHECK(contains(screen, "\nreport in page.html\n"));
  const std::string page = desk.files.read("page.html");
  CHECK(contains(page, "\"strips\":[{\"layer\":"));
  desk.ok(run_to("again", {"--report", "clocked.html", "--engine", "clocked"}));
  CHECK(desk.files.read("clocked.html") == page);
  desk.ok({"report", "out/results.json", "-o", "later.html"});
  CHECK(contains(desk.files.read("later.html"), "\"strips\":[]"));
}

TEST_CASE("a run whose report cannot be written does not begin, and one that fails leaves none") {
  const Desk desk;
  desk.files.write("page.html", "precious");
  desk.refused(run_to("out", {"--report", "page.html"}), 6, {"page.html: exists already"});
  desk.refused(run_to("out", {"--report", "no/page.html"}), 6, {"no/page.html: cannot be written"});
  desk.refused(run_to("out", {"--report", "log", "--events", "log"}), 2, {"name the same file"});
  desk.refused(run_to("out", {"--report", ""}), 2, {"--report is empty"});
  CommandSetup full;
  full.file_size_limit = 20000;
  desk.refused({"run", "machine.yaml", "--trace", "trace.h5", "--report", "new.html"}, 6,
               {"new.html: cannot be written: "}, full);
}

TEST_CASE("a full disk leaves no page, and keeps the old one") {
  const ReportDesk desk;
  desk.files.write("old.html", "precious");
  CommandSetup full;
  full.file_size_limit = 4096;
  desk.refused({"report", "out/results.json", "-o", "page.html"}, 6,
               {"page.html: cannot be written: "}, full);
  desk.refused({"report", "out/results.json", "-o", "old.html", "--force"}, 6,
               {"old.html: cannot be written: "}, full);
}
