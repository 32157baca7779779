// A sweep as a user meets it: planned, run, resumed, sharded, merged and read.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "tests/cli/sweeping.h"

using namespace peeksim;

TEST_CASE("'sweep plan' says how many points there are and shows the first few") {
  const SweepDesk desk;
  desk.write_sweep(
      "axes: {array.rows: [2, 3, 4], array.cols: [2, 4]}\nwhere: array.rows <= array.cols\n");
  const std::string out = desk.ok({"sweep", "plan", "sweep.yaml"});
  CHECK(contains(out, "small sweep: 4 points of 6 combinations\n"));
  CHECK(contains(out, "array.rows  array.cols\n"));
  CHECK(contains(out, "\n0               2           2\n"));
  CHECK(desk.files.contents().size() == 4);  // it wrote nothing
}

TEST_CASE("a sweep runs every point once, and the same command finds nothing left to do") {
  const SweepDesk desk;
  CHECK(desk.ok(SweepDesk::sweep_to("a.db")) ==
        "a.db: 12 points run, 12 done, 0 failed, 0 to run\n");
  CHECK(desk.ok(SweepDesk::sweep_to("a.db")) ==
        "a.db: 0 points run, 12 done, 0 failed, 0 to run\n");
  CHECK(contains(desk.ok({"sweep", "status", "a.db"}),
                 "small sweep: 12 points, 12 done, 0 failed, 0 to run\n"));
  CHECK(desk.files.contents().size() == 5);  // one file more: no lock and no log is left
}

TEST_CASE("a point's numbers are those of 'peeksim run'") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("a.db"));
  const auto rows = read_csv(desk.ok({"sweep", "export", "a.db", "--csv", "--all"}));
  REQUIRE(rows.size() == 12);
  for (const auto& row : {rows[0], rows[7]}) {
    desk.ok(run_to("out", {"--force", "--set", "array.rows=" + row.at("array.rows"), "--set",
                           "array.cols=" + row.at("array.cols"), "--set",
                           "prediction.threshold=" + row.at("prediction.threshold")}));
    const nlohmann::json network = desk.json("out/results.json")["totals"]["network"];
    CHECK(row.at("cycles") == network["machine"]["counters"]["cycles"].dump());
    CHECK(row.at("dense_cycles") == network["dense"]["counters"]["cycles"].dump());
    CHECK(row.at("energy") == network["machine"]["energy"]["total"].dump());
    CHECK(row.at("mac_reduction") == network["mac_reduction"].dump());
    double components = 0;
    for (const auto& [component, energy] : network["dense"]["energy"].items()) {
      if (component == "total") continue;
      CHECK(std::stod(row.at("dense_energy_" + component)) == energy.get<double>());
      components += energy.get<double>();
    }
    CHECK(components == doctest::Approx(network["dense"]["energy"]["total"].get<double>()));
    CHECK(row.at("machine_false_zero") == network["machine"]["counters"]["false_zero"].dump());
  }
}

TEST_CASE("a sweep of a workload runs dense machines without a trace") {
  const SweepDesk desk;
  const std::string sweep =
      "name: shapes\nmachine: machine.yaml\nworkload: workload.yaml\naxes:\n"
      "  array.rows: [2, 4]\n  prediction.policy: [";
  desk.files.write("sweep.yaml", sweep + "none]\n");
  CHECK(desk.ok(SweepDesk::sweep_to("a.db")) == "a.db: 2 points run, 2 done, 0 failed, 0 to run\n");
  const auto rows = read_csv(desk.ok({"sweep", "export", "a.db", "--csv"}));
  desk.ok({"run", "machine.yaml", "--workload", "workload.yaml", "--set", "array.rows=4", "--set",
           "prediction.policy=none", "--out", "out"});
  CHECK(rows[1].at("cycles") ==
        desk.json("out/results.json")["totals"]["network"]["machine"]["counters"]["cycles"].dump());
  desk.files.write("sweep.yaml", sweep + "none, peek]\n");
  CHECK(contains(desk.run(SweepDesk::sweep_to("b.db")).err, "is a workload, which has none"));
  desk.files.write("sweep.yaml", sweep + "none]\ntrace: trace.h5\n");
  CHECK(contains(desk.run(SweepDesk::sweep_to("b.db")).err,
                 "workload: trace and workload are both given"));
  const std::string start = "name: x\nmachine: machine.yaml\n";
  desk.files.write("sweep.yaml", start + "workload: trace.h5\n");
  CHECK(contains(desk.run(SweepDesk::sweep_to("b.db")).err, "trace.h5: is no workload"));
  desk.files.write("sweep.yaml", start + "trace: workload.yaml\n");
  CHECK(contains(desk.run(SweepDesk::sweep_to("b.db")).err,
                 "workload.yaml: is not an HDF5 file, but a workload"));
}

TEST_CASE("points whose weights are streamed are marked, and prices have a name") {
  const SweepDesk desk;
  desk.write_sweep(
      "axes: {buffers.weight_bytes: [64, 512 KiB], dram.kind: [generic, lpddr4], "
      "buffers.ofmap_bytes: [64 MiB]}\n");
  CHECK(desk.run(SweepDesk::sweep_to("a.db")).exit_code == 0);  // with warnings
  const auto rows = read_csv(desk.ok({"sweep", "export", "a.db", "--csv", "--all"}));
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].at("streamed_layers") != "0");
  CHECK(rows[3].at("streamed_layers") == "0");
  const std::string best = desk.ok({"sweep", "best", "a.db"});
  CHECK(contains(best, "\n0 *"));
  CHECK(contains(best, "* the weights of some layers are streamed, once for every tile"));
  CHECK(contains(best, "prices: 45nm (pJ), DRAM: generic; 45nm (pJ), DRAM: lpddr4"));
  CHECK(contains(best, "beware: buffers.ofmap_bytes"));
}

TEST_CASE("a changed sweep file adds its points and repeats none") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("a.db"));
  desk.write_sweep(
      "axes: {array.rows: [2, 3, 4, 5], array.cols: [2, 4], prediction.threshold: [0, 1]}\n");
  CHECK(desk.ok(SweepDesk::sweep_to("a.db")) ==
        "a.db: 4 points run, 16 done, 0 failed, 0 to run\n");
  desk.ok(SweepDesk::sweep_to("b.db"));
  CHECK(desk.same_exports("a.db", "b.db"));
}

TEST_CASE("points that the latest sweep file excludes win nothing unless they are asked for") {
  const SweepDesk desk;
  desk.write_sweep("axes: {array.rows: [2, 3, 4]}\n");
  desk.ok(SweepDesk::sweep_to("a.db"));
  desk.write_sweep("axes: {array.rows: [2, 3, 4]}\nwhere: array.rows < 4\n");
  desk.ok(SweepDesk::sweep_to("a.db"));
  for (const std::string command : {"best", "pareto"}) {
    CAPTURE(command);
    const auto rows = [&](const Words& more) {
      Words words = {"sweep", command, "a.db", "--json"};
      words.insert(words.end(), more.begin(), more.end());
      return nlohmann::json::parse(desk.ok(words)).at("points");
    };
    const auto latest = rows({}), all = rows({"--earlier"});
    for (const auto& point : latest) CHECK(point.at("axes").at("array.rows") != 4);
    CHECK(all.dump().find("\"array.rows\":4") != std::string::npos);
    CHECK(contains(desk.ok({"sweep", command, "a.db"}),
                   "\nwithout 1 of earlier plans, which the latest sweep file does not have"));
    CHECK_FALSE(contains(desk.ok({"sweep", command, "a.db", "--earlier"}), "without"));
  }
  desk.ok({"sweep", "report", "a.db", "-o", "latest.html"});
  desk.ok({"sweep", "report", "a.db", "-o", "all.html", "--earlier"});
  CHECK(contains(desk.files.read("latest.html"), "\"left_out\":1"));
  CHECK(contains(desk.files.read("all.html"), "\"left_out\":0"));
}

TEST_CASE("neither the number of processes nor pauses change a byte of what is exported") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("two.db"));
  desk.ok({"sweep", "sweep.yaml", "--jobs", "1", "--out", "one.db"});
  CHECK(contains(desk.ok(SweepDesk::sweep_to("parts.db", {"--limit", "5"})),
                 "5 points run, 5 done, 0 failed, 7 to run"));
  desk.ok(SweepDesk::sweep_to("parts.db", {"--limit", "1"}));
  desk.ok(SweepDesk::sweep_to("parts.db"));
  CHECK(desk.same_exports("two.db", "one.db"));
  CHECK(desk.same_exports("two.db", "parts.db"));
}

TEST_CASE("a database's name is a file's name, whatever SQLite would make of it") {
  const SweepDesk desk;
  for (const std::string name :
       {"file:zz.db?mode=memory", ":memory:", "file:zz.db", "a#b?c%20.db", "file::memory:"}) {
    CAPTURE(name);
    desk.ok(SweepDesk::sweep_to(name));
    CHECK(std::filesystem::exists(desk.files.path(name)));
    CHECK(desk.ok({"sweep", "merge", "-o", "merged.db", name}) ==
          "merged.db: 12 done, 0 failed, 0 to run\n");
    CHECK(desk.same_exports(name, "merged.db"));
    desk.ok({"sweep", "merge", "-o", name, "merged.db"});
  }
  CHECK_FALSE(std::filesystem::exists(desk.files.path("zz.db")));
}

TEST_CASE("merged shards are one run, whatever their number and order") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("all.db"));
  for (const std::string i : {"1", "2", "3", "4", "5"})
    desk.ok(SweepDesk::sweep_to(i + ".db", {"--shard", i + "/5"}));
  CHECK(desk.ok({"sweep", "merge", "-o", "merged.db", "3.db", "1.db", "5.db", "2.db"}) ==
        "merged.db: 10 done, 0 failed, 0 to run\n");
  CHECK(desk.ok({"sweep", "merge", "-o", "merged.db", "4.db", "1.db"}) ==
        "merged.db: 12 done, 0 failed, 0 to run\n");
  CHECK(desk.same_exports("merged.db", "all.db"));
}

TEST_CASE("points that fail are recorded, the others go on, and the exit code says so") {
  const SweepDesk desk;
  const CommandResult result = desk.run(SweepDesk::sweep_to("a.db", {"--deadline", "1e-9"}));
  CHECK(result.exit_code == 8);
  CHECK(result.out == "a.db: 12 points run, 0 done, 12 failed, 0 to run\n");
  CHECK(contains(result.err, "peeksim: error: a.db: 12 points failed; 'peeksim sweep status"));
  CHECK(contains(desk.ok({"sweep", "status", "a.db"}),
                 "failed: 12 x took longer than its deadline of 1e-09 s\n"));
  CHECK(contains(desk.ok({"sweep", "export", "a.db", "--csv"}), "took longer"));
  // They stay failed until they are asked for again.
  CHECK(desk.run(SweepDesk::sweep_to("a.db")).exit_code == 8);
  CHECK(desk.ok(SweepDesk::sweep_to("a.db", {"--retry"})) ==
        "a.db: 12 points run, 12 done, 0 failed, 0 to run\n");
  desk.ok(SweepDesk::sweep_to("b.db"));
  CHECK(desk.same_exports("a.db", "b.db"));
}

TEST_CASE("a point that the energy table cannot price fails alone and says what the table lacks") {
  const SweepDesk desk;
  desk.write_sweep("axes: {array.dispatch: [gate, packed], energy: [45nm, eyeriss-relative]}\n");
  const CommandResult result = desk.run(SweepDesk::sweep_to("a.db"));
  CHECK(result.exit_code == 8);
  CHECK(result.out == "a.db: 4 points run, 3 done, 1 failed, 0 to run\n");
  const std::string status = desk.ok({"sweep", "status", "a.db"});
  CHECK(contains(status, "failed: 1 x "));
  CHECK(contains(status, "energy table 'eyeriss-relative' has no actions.wire"));
}

TEST_CASE("exports, the best points and the Pareto front read the same database") {
  const SweepDesk desk;
  desk.write_sweep(
      "axes: {array.rows: [2, 3, 4], array.cols: [2, 4]}\nmetrics: [cycles, edp]\n"
      "objectives: {cycles: min, utilisation: max}\n");
  desk.ok(SweepDesk::sweep_to("a.db"));
  const auto rows = read_csv(desk.ok({"sweep", "export", "a.db", "--csv"}));
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].count("edp") == 1);
  CHECK(rows[0].count("energy") == 0);
  CHECK(rows[1].at("array.cols") == "4");
  const auto json = nlohmann::json::parse(desk.ok({"sweep", "export", "a.db", "--json"}));
  CHECK(json["points"].size() == 6);
  CHECK(json["points"][1]["axes"]["array.cols"] == 4);
  CHECK(json["points"][1]["metrics"]["cycles"].dump() == rows[1].at("cycles"));

  double least = 1e300;
  for (const auto& row : rows) least = std::min(least, std::stod(row.at("cycles")));
  const std::string best = desk.ok({"sweep", "best", "a.db", "--count", "1"});
  CHECK(contains(best, "best in cycles (smallest) of 6 points, network\n"));
  CHECK(contains(best, std::to_string(static_cast<long long>(least))));
  CHECK(contains(desk.ok({"sweep", "best", "a.db", "--objective", "max:cycles"}), "(largest)"));
  const std::string front = desk.ok({"sweep", "pareto", "a.db"});
  CHECK(contains(front, " of 6 points that no other beats, network\n"));
  CHECK(contains(front, "cycles (smallest), utilisation (largest)"));
  CHECK(contains(front, std::to_string(static_cast<long long>(least))));

  desk.ok(
      {"sweep", "export", "a.db", "--csv", "-o", "table.csv", "--layers", "--metrics", "cycles"});
  CHECK(read_csv(desk.files.read("table.csv")).size() == 24);
}

TEST_CASE("a sweep is quiet in a pipe and tells a terminal how far it is") {
  const SweepDesk desk;
  CommandSetup terminal;
  terminal.err_on_terminal = true;
  const CommandResult result = desk.run(SweepDesk::sweep_to("a.db"), terminal);
  CHECK(contains(result.err, "small sweep: 12 of 12 points, "));
  CHECK(contains(result.err, " a second, 0 s left"));
  CHECK(result.err.substr(result.err.size() - 4) == "\r\033[K");
  CHECK(desk.run(SweepDesk::sweep_to("b.db")).err == "");
}

TEST_CASE("a mistake on the command line, or in a file, is an error before anything runs") {
  const SweepDesk desk;
  desk.refused({"sweep", "sweep.yaml"}, 2, {"no database given; add --out DB"});
  desk.refused({"sweep", "no.yaml", "--out", "a.db"}, 3, {"no.yaml"});
  desk.refused({"sweep", "status", "no.db"}, 3, {"no.db: cannot be read"});
  desk.refused({"sweep", "status", "sweep.yaml"}, 3, {"is not a database of sweep results"});
  for (const std::string shard : {"0/3", "4/3", "1", "a/b", "1/3x", "/3"})
    desk.refused(SweepDesk::sweep_to("a.db", {"--shard", shard}), 2,
                 {"--shard is '" + shard + "'"});
  for (const char* option : {"--jobs", "--limit"})
    desk.refused({"sweep", "sweep.yaml", "--out", "a.db", option, "0"}, 2, {"is 0; give a whole"});
  desk.refused(SweepDesk::sweep_to("a.db", {"--deadline", "-1"}), 2, {"not above 0"});
  desk.refused({"sweep", "merge", "sweep.yaml"}, 2, {"no database to merge into; add -o"});
  desk.refused({"sweep", "merge", "-o", "a.db"}, 2, {"missing argument DB"});
  desk.refused({"sweep", "merge", "-o", "a.db", "machine.yaml"}, 3,
               {"machine.yaml: is not a data"});
  desk.write_sweep("axes: {array.row: [1]}\n");
  desk.refused(SweepDesk::sweep_to("a.db"), 3, {"sweep.yaml:4: ", "did you mean 'array.rows'?"});
  desk.write_sweep("axes: {buffers.weight_bytes: [512, 2]}\n");
  desk.refused(SweepDesk::sweep_to("a.db"), 5, {"the point buffers.weight_bytes = 2: "});
}

TEST_CASE("an export of something unknown is an error") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("a.db", {"--limit", "1"}));
  desk.refused({"sweep", "export", "a.db"}, 2, {"give either --csv or --json"});
  desk.refused({"sweep", "export", "a.db", "--csv", "--metrics", "cycle"}, 2,
               {"unknown metric 'cycle'; did you mean 'cycles'?"});
  desk.refused({"sweep", "export", "a.db", "--csv", "--scope", "nets"}, 2,
               {"unknown scope 'nets'"});
  desk.refused({"sweep", "best", "a.db", "--objective", "speed"}, 2, {"unknown metric 'speed'"});
  desk.refused({"sweep", "export", "a.db", "--csv", "-o", "sweep.yaml"}, 6, {"exists already"});
}

TEST_CASE("status, best and pareto as JSON say what their screens say") {
  const SweepDesk desk;
  desk.ok(SweepDesk::sweep_to("a.db", {"--limit", "7"}));
  const auto status = nlohmann::json::parse(desk.ok({"sweep", "status", "a.db", "--json"}));
  CHECK(status["sweep"] == "small sweep");
  CHECK(status["points"] == 12);
  CHECK(status["done"] == 7);
  CHECK(status["to_run"] == 5);
  CHECK(status["errors"].empty());
  const auto best = nlohmann::json::parse(
      desk.ok({"sweep", "best", "a.db", "--objective", "cycles", "--count", "2", "--json"}));
  REQUIRE(best["points"].size() == 2);
  CHECK(best["points"][0]["metrics"]["cycles"] <= best["points"][1]["metrics"]["cycles"]);
  const std::string screen = desk.ok({"sweep", "best", "a.db", "--objective", "cycles"});
  CHECK(contains(screen, best["points"][0]["metrics"]["cycles"].dump()));
  const auto front = nlohmann::json::parse(
      desk.ok({"sweep", "pareto", "a.db", "--objectives", "cycles,energy", "--json"}));
  CHECK(front["schema"] == "peeksim-sweep");
  CHECK(front["points"].size() >= 1);
}
