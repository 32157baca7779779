// `peeksim sweep report`: a sweep's database as a page.
#include <doctest/doctest.h>

#include "tests/cli/sweeping.h"

using namespace peeksim;

TEST_CASE("the report of a sweep is one page, the same bytes each time") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("a.db"));
  CHECK(desk.ok({"sweep", "report", "a.db", "-o", "page.html"}) == "report in page.html\n");
  const std::string page = desk.files.read("page.html");
  CHECK(contains(page, "<title>peeksim sweep: small sweep</title>"));
  CHECK(contains(page, "\"synthetic\":true"));
  CHECK(contains(page, "\"path\":\"machine.yaml\""));
  CHECK(contains(page, "\"path\":\"trace.h5\""));
  CHECK(contains(page, "\"scope\":\"network\""));
  desk.ok({"sweep", "sweep.yaml", "--jobs", "1", "--out", "b.db"});
  desk.ok({"sweep", "report", "b.db", "-o", "again.html"});
  CHECK(desk.files.read("again.html") == page);
  desk.ok({"sweep", "report", "a.db", "-o", "page.html", "--force", "--scope", "convolutions"});
  CHECK(contains(desk.files.read("page.html"), "\"scope\":\"convolutions\""));
}

TEST_CASE("the report of a sweep needs a page to write, and replaces one only with --force") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("a.db"));
  desk.files.write("page.html", "precious");
  desk.refused({"sweep", "report", "a.db"}, 2, {"no page to write given; add -o FILE.html"});
  desk.refused({"sweep", "report", "-o", "new.html"}, 2, {"DB"});
  desk.refused({"sweep", "report", "a.db", "-o", "page.html"}, 6, {"page.html: exists already"});
  desk.refused({"sweep", "report", "a.db", "-o", "no/such.html"}, 6, {"cannot be written"});
  desk.refused({"sweep", "report", "a.db", "-o", "new.html", "--scope", "netwrk"}, 2,
               {"unknown scope 'netwrk'", "network"});
}

TEST_CASE("what is no database, or has no finished point, makes no page") {
  const SweepDesk desk;
  desk.refused({"sweep", "report", "no.db", "-o", "page.html"}, 3, {"no.db: cannot be read"});
  desk.refused({"sweep", "report", "sweep.yaml", "-o", "page.html"}, 3,
               {"is not a database of sweep results"});
  desk.run(SweepDesk::sweep_to("failed.db", {"--deadline", "1e-9"}));
  desk.refused({"sweep", "report", "failed.db", "-o", "page.html"}, 3,
               {"failed.db: has no finished point to show; ", "sweep status"});
}
