// `peeksim price`: a finished run with other energies, and with the same ones.
#include <doctest/doctest.h>

#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

// A desk with the results of a run in out/.
struct PriceDesk : Desk {
  PriceDesk() { screen = ok({"run", "machine.yaml", "--trace", "trace.h5", "--out", "out"}); }

  std::string screen;
};

}  // namespace

TEST_CASE("pricing with the table of the run gives the same screen and the same bytes") {
  const PriceDesk desk;
  const std::string again =
      desk.ok({"price", "out/results.json", "--energy", "45nm", "--out", "again"});
  CHECK(desk.screen.rfind(again, 0) == 0);  // a run says where its results are, too
  CHECK(desk.files.read("again/results.json") == desk.files.read("out/results.json"));
  CHECK(desk.files.read("again/layers.csv") == desk.files.read("out/layers.csv"));
}

TEST_CASE("pricing with another table keeps every counter and changes the energies") {
  const PriceDesk desk;
  const std::string screen =
      desk.ok({"price", "out/results.json", "--energy", "eyeriss-relative", "--out", "again"});
  CHECK(contains(screen, "energy, M MAC"));
  CHECK(contains(screen, "energy table eyeriss-relative: "));
  CHECK(contains(screen, "area not known: the energy table has none"));
  const json before = desk.json("out/results.json");
  const json after = desk.json("again/results.json");
  CHECK(after["energy_table"]["name"] == "eyeriss-relative");
  CHECK(after["energy_table"]["unit"] == "mac");
  CHECK(after["machine"]["energy"] == "eyeriss-relative");
  CHECK(before["area_mm2"]["machine"]["total"] > before["area_mm2"]["dense"]["total"]);
  CHECK(after["area_mm2"] == json({{"machine", nullptr}, {"dense", nullptr}}));
  for (std::size_t i = 0; i < before["layers"].size(); ++i)
    for (const std::string side : {"machine", "dense"}) {
      const json& was = before["layers"][i][side];
      const json& is = after["layers"][i][side];
      CHECK(was["counters"] == is["counters"]);
      CHECK(was["energy"]["total"] != is["energy"]["total"]);
    }
  // The same as a run with that table.
  desk.ok({"run", "machine.yaml", "--trace", "trace.h5", "--out", "run", "--set",
           "energy=eyeriss-relative"});
  CHECK(desk.files.read("run/results.json") == desk.files.read("again/results.json"));
  CHECK(desk.files.read("run/layers.csv") == desk.files.read("again/layers.csv"));
}

TEST_CASE("a table of one's own is given by its path") {
  const PriceDesk desk;
  std::string table = read_bytes(shipped("configs/energy/45nm.yaml"));
  table.replace(table.find("name: 45nm"), 10, "name: mine");
  desk.files.write("tables/mine.yaml", table);
  CHECK(contains(desk.ok({"price", "out/results.json", "--energy", "tables/mine.yaml"}),
                 "energy table mine: "));
}

TEST_CASE("without --out, pricing writes nothing; an existing folder needs --force") {
  const PriceDesk desk;
  const auto before = desk.files.contents();
  desk.ok({"price", "out/results.json", "--energy", "eyeriss-relative"});
  const bool unchanged = desk.files.contents() == before;
  CHECK(unchanged);
  Words pricing = {"price", "out/results.json", "--energy", "eyeriss-relative", "--out", "other"};
  desk.files.write("other/results.json", "old");
  desk.refused(pricing, 6, {"other: exists already; "});
  pricing.push_back("--force");
  desk.ok(pricing);
  CHECK(desk.json("other/results.json")["energy_table"]["name"] == "eyeriss-relative");
}

TEST_CASE("pricing does not replace the results that it reads, whatever the folder is called") {
  const PriceDesk desk;
  for (const std::string folder : {"out", "./out/", "out/../out"})
    desk.refused({"price", "out/results.json", "--energy", "45nm", "--out", folder, "--force"}, 6,
                 {folder + ": holds the results that are read; name another folder"});
}

TEST_CASE("a missing, damaged, foreign or older results file is refused") {
  const PriceDesk desk;
  const auto price = [&](const std::string& file, const Words& parts) {
    desk.refused({"price", file, "--energy", "45nm", "--out", "priced"}, 3, parts);
  };
  price("none.json", {"none.json: cannot read this file: No such file or directory; "});
  price("out", {"out: is a folder, expected a file; "});
  const std::string text = desk.files.read("out/results.json");
  desk.files.write("half.json", text.substr(0, text.size() / 2));
  price("half.json", {"half.json: is not a complete results file: ", "parse error"});
  desk.files.write("foreign.json", "{\"schema\": \"other\", \"layers\": []}");
  price("foreign.json", {"foreign.json: is not a results file of peeksim; give the results.json"});
  price("trace.h5", {"trace.h5: is not a complete results file: "});
  price("machine.yaml", {"machine.yaml: is not a complete results file: "});
  desk.files.write("deep.json", std::string(200'000, '[') + std::string(200'000, ']'));
  price("deep.json", {"deep.json: is nested 200000 levels deep, at most 64 are read; "});

  json results = json::parse(text);
  results["schema_version"] = 0;
  desk.files.write("older.json", results.dump());
  price("older.json", {"older.json: has schema version 0, expected 1; "});

  results = json::parse(text);
  results["layers"][1]["machine"]["counters"].erase("cycles");
  desk.files.write("cut.json", results.dump());
  price("cut.json", {"cut.json: is damaged: counter 'cycles' is missing in a part of the file; "});

  results = json::parse(text);
  results["layers"][1]["machine"]["counters"]["cycles"] = 1;
  desk.files.write("edited.json", results.dump());
  price("edited.json", {"edited.json: is damaged: the layers and the images give different sums"});
  results["layers"][1]["machine"]["counters"]["cycles"] = std::int64_t{1} << 62;
  desk.files.write("edited.json", results.dump());
  price("edited.json", {"edited.json: is damaged: cycles becomes larger than 2^58"});

  results = json::parse(text);
  results["machine"]["array"]["rows"] = "four";
  desk.files.write("machine.json", results.dump());
  price("machine.json", {"machine.json: machine.array.rows: expected an integer"});
}

TEST_CASE("an unknown energy table is refused with a near name") {
  const PriceDesk desk;
  desk.refused({"price", "out/results.json", "--energy", "45mm"}, 3,
               {"--energy: unknown energy table '45mm'; did you mean '45nm'?"});
  desk.refused({"price", "out/results.json", "--energy", "./none.yaml"}, 3,
               {"--energy: ", "none.yaml"});
}
