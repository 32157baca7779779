// Tables of energy per action: what a good one holds, how each bad one is refused, where they are
// found, and what a buffer costs between the capacities that a table gives.
#include "sim/cost/energy_table.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/cost/area.h"
#include "sim/cost/energy_per_action.h"
#include "tests/cost/prices.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

using Lines = std::vector<std::string>;

const Lines good = {"name: mine",
                    "source: measured",
                    "unit: pJ",
                    "actions:",
                    "  mac: {8: 0.25, 16: 1}",
                    "  mac_gated: 0.125",
                    "  psum_register: 2",
                    "  operand_transfer: 3",
                    "  buffer_read: {1024: 4, 4096: 8}",
                    "  buffer_write: {2048: 5}",
                    "  buffer_fill: {2048: 6}",
                    "  dram: 7",
                    "  comparison: 8",
                    "  window_bit: 9",
                    "  leakage: {pe: 10, buffer_kib: 11}"};

// The good table with the lines of these keys replaced ("" removes one).
Lines with(const std::string& key, const std::string& line) {
  Lines lines = good;
  for (std::string& old : lines)
    if (old.find(key + ":") != std::string::npos) old = line;
  REQUIRE(lines != good);
  return lines;
}

std::string text(const Lines& lines) {
  std::string all;
  for (const std::string& line : lines)
    if (!line.empty()) all += line + "\n";
  return all;
}

std::string error(const Lines& lines) {
  const TempFolder folder;
  const std::string path = folder.write("t.yaml", text(lines));
  return config_error([&] { load_energy_table(path); }, &folder);
}

bool contains(const std::string& message, const std::string& part) {
  INFO(message);
  const bool found = message.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

}  // namespace

TEST_CASE("every key of a table is read") {
  const TempFolder folder;
  const EnergyTable table = load_energy_table(folder.write("t.yaml", text(good)));
  CHECK(table.name == "mine");
  CHECK(table.source == "measured");
  CHECK(table.unit == "pJ");
  MachineSpec machine;
  machine.array.rows = machine.array.cols = 1;
  machine.buffers.ifmap_bytes = 1024;
  machine.buffers.weight_bytes = 4096;
  machine.buffers.ofmap_bytes = 64;
  Prices prices = {{"mac executed", 0.25},
                   {"mac gated", 0.125},
                   {"psum update", 2},
                   {"transfer row", 3},
                   {"transfer column", 3},
                   {"ifmap_buffer read", 4},
                   {"ifmap_buffer fill", 6},
                   {"weight_buffer read", 8},
                   {"weight_buffer fill", 6},
                   {"ofmap_buffer write", 5},
                   {"ofmap_buffer fill", 6},
                   {"ofmap_buffer fill_and_read", 10},
                   {"ofmap_buffer read", 4},
                   {"dram access", 7},
                   {"prediction comparison", 8},
                   {"prediction window_bit", 9},
                   {"prediction decision", 0.25},
                   {"leakage cycle", 10 + 11 * (5 + 1 / 16.0)}};
  CHECK(prices_on(machine, table) == prices);
  machine.precision.weight_bits = 16;
  prices["mac executed"] = prices["prediction decision"] = 1;
  CHECK(prices_on(machine, table) == prices);
}

TEST_CASE("areas are read when they are there, and then all of them are needed") {
  CHECK_FALSE(load_energy_table(TempFolder().write("t.yaml", text(good))).area);
  Lines lines = good;
  lines.insert(lines.end(), {"area:", "  mac: {8: 1, 16: 2}", "  pe: 3", "  buffer_kib: 4",
                             "  comparator: 5", "  window_bit: 6"});
  const TempFolder folder;
  const EnergyTable table = load_energy_table(folder.write("t.yaml", text(lines)));
  REQUIRE(table.area);
  CHECK(table.area->mac == std::map<int, double>{{8, 1}, {16, 2}});
  CHECK(table.area->pe == 3);
  CHECK(table.area->buffer_kib == 4);
  CHECK(table.area->comparator == 5);
  CHECK(table.area->window_bit == 6);
  CHECK_FALSE(table.area->register_bit);
  const Lines without_pe(lines.begin(), lines.begin() + 17);
  contains(error(without_pe), "'pe' is missing");
  lines[17] = "  pe: -1";
  contains(error(lines), "t.yaml:18: area.pe: an area is not negative");
  lines[17] = "  pes: 1";
  contains(error(lines), "area.pes: unknown key 'pes'; did you mean 'pe'?");
}

TEST_CASE("every key of a table is needed") {
  for (const char* key :
       {"name", "source", "unit", "mac", "mac_gated", "psum_register", "buffer_read",
        "buffer_write", "buffer_fill", "dram", "comparison", "window_bit", "leakage"}) {
    CAPTURE(key);
    contains(error(with(key, "")), "'" + std::string(key) + "' is missing");
  }
  contains(error(with("leakage", "  leakage: {pe: 1}")), "'buffer_kib' is missing");
  contains(error(with("leakage", "  leakage: {buffer_kib: 1}")), "'pe' is missing");
  contains(error({"name: mine", "source: measured", "unit: pJ"}), "'actions' is missing");
}

TEST_CASE("a byte's way to the array is priced by length or at a fixed price, not both") {
  const std::string both =
      "expected either 'wire' or 'operand_transfer'; give a byte's energy per mm, or however far "
      "it goes";
  contains(error(with("operand_transfer", "")), ": actions: " + both);
  contains(error(with("operand_transfer", "  wire: 1\n  operand_transfer: 3")), both);
  CHECK(error(with("operand_transfer", "  wire: 1")) == "no error");
}

TEST_CASE("prices and areas that only some machines need are optional") {
  Lines lines = with("operand_transfer", "  wire: 2");
  lines.insert(lines.end(),
               {"  operand_latch: 12", "  tag_bit: 13", "  weight_select: 14",
                "area:", "  mac: {8: 3}", "  pe: 1", "  buffer_kib: 4", "  comparator: 5",
                "  window_bit: 6", "  register_bit: 0", "  gate: 8", "  multiplexer: 9"});
  const TempFolder folder;
  const EnergyTable table = load_energy_table(folder.write("t.yaml", text(lines)));
  REQUIRE(table.area);
  CHECK(table.area->register_bit == 0.0);
  CHECK(table.area->gate == 8.0);
  CHECK(table.area->multiplexer == 9.0);
  MachineSpec machine;
  machine.array.rows = machine.array.cols = 1;  // one PE, that needs no tag
  const Prices prices = prices_on(machine, table, everything());
  CHECK(prices.at("transfer multicast") == 2 * 2);
  CHECK(prices.at("dispatch latch") == 12);
  machine.array.cols = 2;
  const Prices wider = prices_on(machine, table, everything());
  CHECK(wider.at("dispatch tag") == 13 * 1 * 2);
  CHECK(wider.at("dispatch select") == 14);
}

TEST_CASE("DRAM has one price, or one for each kind that a machine may name") {
  const TempFolder folder;
  const auto price = [&](const std::string& line, const std::string& kind) {
    MachineSpec machine;
    machine.dram.kind = kind;
    return prices_on(machine, load_energy_table(folder.write("t.yaml", text(with("dram", line)))))
        .at("dram access");
  };
  CHECK(price("  dram: 70", "generic") == 70);
  CHECK(price("  dram: {generic: 7, ddr3: 8, ddr4: 9, lpddr4: 10, hbm2: 11}", "lpddr4") == 10);
  CHECK(price("  dram: {hbm2: 11}", "hbm2") == 11);
  contains(config_error([&] { price("  dram: 70", "hbm2"); }),
           "has no DRAM of kind 'hbm2', only: generic; ");
  contains(error(with("dram", "  dram: {ddr5: 7}")),
           "actions.dram.ddr5: unknown key 'ddr5'; did you mean 'ddr3'?");
  contains(error(with("dram", "  dram: {hbm2: -7}")), "an energy is not negative");
  contains(error(with("dram", "  dram: {}")), "expected 'kind of DRAM: energy per byte'");
}

TEST_CASE("an unknown key is refused with the nearest known one") {
  contains(error(with("mac_gated", "  mac_gatd: 0")),
           "t.yaml:6: actions.mac_gatd: unknown key 'mac_gatd'; did you mean 'mac_gated'?");
  contains(error(with("unit", "units: pJ")),
           "t.yaml:3: units: unknown key 'units'; did you mean 'unit'?");
  contains(error(with("leakage", "  leakage: {pe: 1, buffer_kib: 1, buffer_kb: 1}")),
           "unknown key 'buffer_kb'; did you mean 'buffer_kib'?");
}

TEST_CASE("a duplicate key is refused, capacities and widths included") {
  contains(error(with("dram", "  dram: 7\n  dram: 8")), "t.yaml:13: actions.dram: duplicate key");
  contains(error(with("buffer_fill", "  buffer_fill: {2048: 6, 2048: 7}")), "duplicate key");
  contains(error(with("mac", "  mac: {8: 1, 8: 2}")), "duplicate key");
}

TEST_CASE("a negative energy is refused at its line, wherever it stands") {
  for (const char* key :
       {"mac_gated", "psum_register", "operand_transfer", "dram", "comparison", "window_bit"}) {
    CAPTURE(key);
    contains(error(with(key, "  " + std::string(key) + ": -0.5")),
             "actions." + std::string(key) + ": an energy is not negative");
  }
  contains(error(with("mac", "  mac: {8: -1}")), "an energy is not negative");
  contains(error(with("buffer_read", "  buffer_read: {1024: -1}")), "an energy is not negative");
  contains(error(with("leakage", "  leakage: {pe: -1, buffer_kib: 0}")),
           "t.yaml:15: actions.leakage.pe: an energy is not negative");
  contains(error(with("leakage", "  leakage: {pe: 0, buffer_kib: -1}")),
           "an energy is not negative");
}

TEST_CASE("an energy of 0 is allowed, but not by capacity, where it is interpolated") {
  CHECK(error(with("dram", "  dram: 0")) == "no error");
  CHECK(error(with("mac", "  mac: {8: 0}")) == "no error");
  for (const char* key : {"buffer_read", "buffer_write", "buffer_fill"}) {
    CAPTURE(key);
    contains(error(with(key, "  " + std::string(key) + ": {1024: 1, 2048: 0}")),
             "an energy by capacity is above 0");
    contains(error(with(key, "  " + std::string(key) + ": {}")), "expected 'capacity in bytes");
    contains(error(with(key, "  " + std::string(key) + ": 1.25")), "expected a map");
  }
}

TEST_CASE("capacities and widths are plain integers above 0") {
  contains(error(with("buffer_read", "  buffer_read: {0: 1}")), "expected an integer from 1");
  contains(error(with("buffer_read", "  buffer_read: {8 KiB: 1}")), "expected an integer from 1");
  contains(error(with("mac", "  mac: {0: 1}")), "expected an integer from 1 to 64");
  contains(error(with("mac", "  mac: {65: 1}")), "expected an integer from 1 to 64");
  contains(error(with("mac", "  mac: {int8: 1}")), "expected an integer from 1 to 64");
}

TEST_CASE("an energy is a finite number") {
  for (const char* value : {".inf", ".nan", "cheap", "'1'", "[1]", "1 pJ"}) {
    CAPTURE(value);
    contains(error(with("dram", "  dram: " + std::string(value))), "t.yaml:12: actions.dram: ");
  }
}

TEST_CASE("an unknown unit is refused") {
  contains(error(with("unit", "unit: nJ")), "t.yaml:3: unit: unknown name 'nJ'");
  CHECK(error(with("unit", "unit: mac")) == "no error");
}

TEST_CASE("a missing or empty file is refused") {
  const TempFolder folder;
  CHECK(config_error([&] { load_energy_table(folder.path("none.yaml")); }, &folder)
            .find("none.yaml") == 0);
  contains(error({}), "t.yaml");
}

TEST_CASE("a curve is exact at its points and constant outside them") {
  const CapacityCurve curve({{8192, 1.25}, {32768, 2.5}, {1048576, 12.5}});
  CHECK(curve.at(8192) == 1.25);
  CHECK(curve.at(32768) == 2.5);
  CHECK(curve.at(1048576) == 12.5);
  CHECK(curve.at(1) == 1.25);
  CHECK(curve.at(8191) == 1.25);
  CHECK(curve.at(1048577) == 12.5);
  CHECK(curve.at(Bytes{1} << 40) == 12.5);
}

TEST_CASE("a curve is a straight line in log-log between neighboring points") {
  const CapacityCurve curve({{1024, 1}, {4096, 4}, {65536, 8}});
  CHECK(curve.at(2048) == doctest::Approx(2));
  CHECK(curve.at(3072) == doctest::Approx(3));
  CHECK(curve.at(16384) == doctest::Approx(std::sqrt(32.0)));
  const CapacityCurve falling({{100, 9}, {400, 1}});
  CHECK(falling.at(200) == doctest::Approx(3));
}

TEST_CASE("between rising points a curve rises") {
  const CapacityCurve curve({{8192, 1.25}, {32768, 2.5}, {1048576, 12.5}});
  for (Bytes capacity = 8192; capacity < 1048576; capacity += 4096) {
    CAPTURE(capacity);
    CHECK(curve.at(capacity) < curve.at(capacity + 4096));
  }
}

TEST_CASE("a curve of one point holds for every capacity") {
  const CapacityCurve curve(std::map<Bytes, double>{{131072, 3}});
  for (const Bytes capacity : {Bytes{1}, Bytes{131072}, Bytes{1} << 50})
    CHECK(curve.at(capacity) == 3);
}

TEST_CASE("both shipped tables load, price the widths of all machines and name their source") {
  for (const auto& shipped : {std::pair{"45nm", "pJ"}, {"eyeriss-relative", "mac"}}) {
    const char *const name = shipped.first, *const unit = shipped.second;
    CAPTURE(name);
    const EnergyTable table = load_energy_table(find_energy_table(name, "", {}));
    CHECK(table.name == name);
    CHECK(table.unit == unit);
    CHECK(table.source.size() > 20);
    MachineSpec machine;
    machine.buffers.ifmap_bytes = 1 << 20;
    machine.buffers.weight_bytes = 1 << 13;
    CHECK(table.warnings(machine).empty());
    for (const int bits : {8, 16, 32}) {
      machine.precision.weight_bits = bits;
      const Prices prices = prices_on(machine, table);
      CHECK(prices.at("mac executed") > 0);
      CHECK(prices.at("dram access") > prices.at("ifmap_buffer read"));
      CHECK(prices.at("ifmap_buffer read") >= prices.at("weight_buffer read"));
      if (bits == 16 && table.unit == "mac") CHECK(prices.at("mac executed") == 1);
    }
  }
}

TEST_CASE("45nm prices whatever a machine can do, on DRAM of every kind") {
  const EnergyTable table = load_energy_table(find_energy_table("45nm", "", {}));
  MachineSpec machine;
  std::map<std::string, double> dram;
  for (const char* kind : {"generic", "ddr3", "ddr4", "lpddr4", "hbm2"}) {
    machine.dram.kind = kind;
    const Prices prices = prices_on(machine, table, everything());
    CHECK(prices.size() == energy_action_count());
    dram[kind] = prices.at("dram access");
  }
  CHECK(dram["generic"] == 160);
  CHECK(dram["hbm2"] < dram["lpddr4"]);
  CHECK(dram["lpddr4"] < dram["ddr4"]);
  CHECK(dram["ddr4"] < dram["ddr3"]);
  CHECK(area_of(table, machine, everything()));
}

TEST_CASE("eyeriss-relative prices no machine that sends activations to any PE") {
  const EnergyTable table = load_energy_table(find_energy_table("eyeriss-relative", "", {}));
  MachineSpec machine;
  machine.name = "m";
  Counters done;
  done.zero_flags = 1;
  CHECK(prices_on(machine, table, done).count("zero_skip flag") == 1);
  CHECK(contains(config_error([&] { rates_for(table, machine, everything()); }),
                 "energy table 'eyeriss-relative' has no actions.wire, which a machine that sends "
                 "activations to any PE needs"));
}

TEST_CASE("an unknown table's name is answered with the nearest, or with all") {
  const Location where{"m.yaml", 3, "energy"};
  const auto message = [&](const std::string& name) {
    return config_error([&] { find_energy_table(name, "", where); });
  };
  CHECK(message("45n") == "m.yaml:3: energy: unknown energy table '45n'; did you mean '45nm'?");
  CHECK(message("eyeriss-relativ") ==
        "m.yaml:3: energy: unknown energy table 'eyeriss-relativ'; did you mean "
        "'eyeriss-relative'?");
  CHECK(message("horowitz") ==
        "m.yaml:3: energy: unknown energy table 'horowitz'; known: 45nm, eyeriss-relative");
}

TEST_CASE("a name is looked up beside the machine file before the shipped tables") {
  const TempFolder folder;
  folder.write("energy/mine.yaml", text(good));
  const std::string machine = folder.path("m.yaml");
  CHECK(find_energy_table("mine", machine, {}) == folder.path("energy/mine.yaml"));
  CHECK(std::filesystem::equivalent(find_energy_table("45nm", machine, {}),
                                    PEEKSIM_SOURCE_DIR "/configs/energy/45nm.yaml"));
  folder.write("energy/45nm.yaml", text(good));
  CHECK(find_energy_table("45nm", machine, {}) == folder.path("energy/45nm.yaml"));
  contains(config_error([&] { find_energy_table("mini", machine, {}); }), "did you mean 'mine'?");
}

TEST_CASE("a path is taken from the folder of the machine file, or as it is when absolute") {
  const TempFolder folder;
  folder.write("t.yaml", text(good));
  folder.write("sub/t.yaml", text(good));
  const std::string machine = folder.path("m.yaml");
  CHECK(find_energy_table("t.yaml", machine, {}) == folder.path("t.yaml"));
  CHECK(find_energy_table("sub/t.yaml", machine, {}) == folder.path("sub/t.yaml"));
  CHECK(find_energy_table(folder.path("t.yaml"), "elsewhere/m.yaml", {}) == folder.path("t.yaml"));
  CHECK(config_error(
            [&] {
              find_energy_table("u.yaml", machine, {"m.yaml", 3, "energy"});
            },
            &folder) ==
        "m.yaml:3: energy: cannot read the energy table u.yaml: there is no such file; give the "
        "path of a table, or the name of a shipped one");
}
