// What a run writes is complete, and screen, results.json and layers.csv say the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <sstream>

#include "sim/base/counters.h"
#include "sim/report/files/version.h"
#include "sim/report/screens/text_table.h"
#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

// The cells of the screen's last line that starts with these words.
Words cells_of(const std::string& screen, const std::string& start) {
  std::istringstream lines(screen);
  std::string found;
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(start + " ", 0) == 0) found = line.substr(start.size());
  std::istringstream cells(found);
  return {std::istream_iterator<std::string>(cells), {}};
}

bool adds_up_by_maximum(const std::string& counter) {
  return counter == "window_bits_peak";
}

// The counters and energies of one side, over all layers of results.json.
Count sum_of(const json& layers, const std::string& side, const std::string& counter) {
  Count sum = 0;
  for (const json& layer : layers) {
    const Count value = layer[side]["counters"][counter];
    sum = adds_up_by_maximum(counter) ? std::max(sum, value) : sum + value;
  }
  return sum;
}

double energy_of(const json& layers, const std::string& side, const std::string& component) {
  double sum = 0;
  for (const json& layer : layers) sum += layer[side]["energy"][component].get<double>();
  return sum;
}

}  // namespace

TEST_CASE("results.json has every counter of every layer, and its totals are the layers' sums") {
  const Desk desk;
  desk.ok(run_to("out"));
  const json results = desk.json("out/results.json");
  const json& layers = results["layers"];
  REQUIRE(layers.size() == 4);
  int counters = 0;
  for (const std::string side : {"machine", "dense"}) {
    const json& total = results["totals"]["network"][side];
    const Counters all;
    for_each_counter(all, [&](const std::string name, const char*, Count) {
      CAPTURE(name);
      for (const json& layer : layers) CHECK(layer[side]["counters"][name].is_number_unsigned());
      CHECK(total["counters"][name] == sum_of(layers, side, name));
      ++counters;
    });
    CHECK(total["counters"].size() * 2 == 88);
    for (const auto& [component, energy] : total["energy"].items()) {
      CAPTURE(component);
      CHECK(energy.get<double>() == doctest::Approx(energy_of(layers, side, component)));
    }
  }
  CHECK(counters == 88);
  const json& images = results["images"];
  REQUIRE(images.size() == 2);
  for (const std::string side : {"machine", "dense"})
    for (const auto& [name, value] : results["totals"]["network"][side]["counters"].items()) {
      CAPTURE(name);
      CHECK(value == sum_of(images, side, name));
    }
}

TEST_CASE("the totals on the screen are those of results.json") {
  const Desk desk;
  const std::string screen = desk.ok(run_to("out"));
  const json layers = desk.json("out/results.json")["layers"];
  const auto sum = [&](const std::string& side, const std::string& name) {
    return static_cast<double>(sum_of(layers, side, name));
  };
  const double macs = sum("machine", "macs_total");
  const double cycles = sum("machine", "cycles");
  const double energy = energy_of(layers, "machine", "total");
  const double dense_energy = energy_of(layers, "dense", "total");
  const auto part = [&](const std::string& name) {
    return fixed(100 * sum("machine", name) / cycles, 0);
  };
  const double slots = cycles * 4 * 4;  // the tiny machine's array
  const double used = sum("machine", "macs_executed") + sum("machine", "macs_zero_gated");
  const double dram = sum("machine", "dram_read_bytes") + sum("machine", "dram_write_bytes");
  Words cells = cells_of(screen, "network");
  REQUIRE(cells.size() == 16);
  cells.erase(cells.begin() + 11);  // buffer traffic: tests/report
  CHECK(cells ==
        Words{fixed(macs / 1e6, 1), fixed(100 * sum("machine", "macs_predicted") / macs, 1),
              fixed(cycles / 1e3, 1), fixed(sum("dense", "cycles") / cycles, 2),
              fixed(100 * used / slots, 1), part("array_busy"), part("predict_stall"),
              part("drain_stall"), part("memory_stall"), part("tail"), fixed(dram / 1024, 0),
              fixed(energy / 1e6, 1), fixed(dense_energy / energy, 2),
              fixed(sum("machine", "predicted_zero") / 1e3, 1),
              fixed(100 * sum("machine", "false_zero") / sum("machine", "predicted_zero"), 1)});
  const std::size_t areas = screen.find("area, mm2");
  const std::string energies = screen.substr(0, areas);
  CHECK(cells_of(energies, "this machine").back() == fixed(energy / 1e6, 1));
  CHECK(cells_of(energies, "without prediction").back() == fixed(dense_energy / 1e6, 1));
  const json area = desk.json("out/results.json")["area_mm2"];
  const auto mm2 = [&](const char* side) { return area[side]["total"].get<double>(); };
  REQUIRE(areas != screen.npos);
  CHECK(cells_of(screen.substr(areas), "this machine").back() == fixed(mm2("machine"), 3));
  CHECK(cells_of(screen.substr(areas), "without prediction").back() == fixed(mm2("dense"), 3));
}

TEST_CASE("layers.csv says the same as results.json") {
  const Desk desk;
  desk.ok(run_to("out"));
  const json results = desk.json("out/results.json");
  const auto rows = read_csv(desk.files.read("out/layers.csv"));
  REQUIRE(rows.size() == results["layers"].size());
  for (const std::string side : {"machine", "dense"}) {
    const std::string prefix = side == "dense" ? "dense_" : "";
    for (const auto& [name, total] : results["totals"]["network"][side]["counters"].items()) {
      CAPTURE(name);
      Count sum = 0;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        REQUIRE(rows[i].count(prefix + name) == 1);
        const Count value = std::stoull(rows[i].at(prefix + name));
        CHECK(results["layers"][i][side]["counters"][name] == value);
        sum = adds_up_by_maximum(name) ? std::max(sum, value) : sum + value;
      }
      CHECK(total == sum);
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (const auto& [name, energy] : results["layers"][i][side]["energy"].items())
        CHECK(energy == json::parse(rows[i].at(prefix + "energy_" + name)));
  }
}

TEST_CASE("results.json tells machine, trace, program and schema apart from any other run's") {
  const Desk desk;
  const Words set = {"--set", "prediction.threshold=0.25"};
  desk.ok(run_to("out", set));
  const json results = desk.json("out/results.json");
  CHECK(results["schema"] == "peeksim-results");
  CHECK(results["schema_version"] == 1);
  CHECK(results["program"] == json{{"name", "peeksim"}, {"version", program_version()}});
  const CommandResult sum = run_program({"sha256sum", desk.files.path("trace.h5")});
  CHECK(results["trace"]["sha256"] == sum.out.substr(0, 64));
  CHECK(results["trace"]["file"] == "trace.h5");
  CHECK(results["trace"]["images"] == 2);
  CHECK(results["machine"]["prediction"]["threshold"] == 0.25);
  CHECK(results["machine"]["buffers"]["ifmap_bytes"] == 1024);

  // The machine in the results is the one that `config show` prints: JSON is YAML.
  const std::string shown = desk.ok({"config", "show", "machine.yaml", set[0], set[1]});
  desk.files.write("echo.yaml", results["machine"].dump());
  CHECK(desk.ok({"config", "show", "echo.yaml"}) == shown);
  // And it gives the same results again.
  desk.files.write("shown.yaml", shown);
  desk.ok({"run", "shown.yaml", "--trace", "trace.h5", "--out", "again"});
  CHECK(desk.files.read("again/results.json") == desk.files.read("out/results.json"));
}

TEST_CASE("thresholds from a file are part of the results") {
  const Desk desk;
  desk.files.write("thresholds.yaml", "conv2: [0, 0.5, 0, 1, 0, 0, never, 0]\n");
  desk.files.write("other.yaml",
                   "extends: machine.yaml\nprediction:\n  thresholds_file: thresholds.yaml\n");
  desk.ok({"run", "other.yaml", "--trace", "trace.h5", "--out", "out"});
  desk.ok(run_to("plain"));
  const json results = desk.json("out/results.json");
  CHECK(results["machine"]["prediction"]["channel_thresholds"]["conv2"].size() == 8);
  const auto saved = [](const json& all, int layer) {
    return all["layers"][layer]["mac_reduction"].get<double>();
  };
  CHECK(saved(results, 1) != saved(desk.json("plain/results.json"), 1));
  CHECK(saved(results, 2) == saved(desk.json("plain/results.json"), 2));
  desk.ok({"price", "out/results.json", "--energy", "45nm", "--out", "priced"});
  CHECK(desk.files.read("priced/results.json") == desk.files.read("out/results.json"));
}

TEST_CASE("several images give a mean and a standard deviation, on the screen and in the file") {
  const Desk desk;
  const std::string screen = desk.ok({"run", shipped("configs/peek-64x4.yaml"), "--trace",
                                      shipped("traces/cifar_resnet20.h5"), "--out", "out"});
  const json results = desk.json("out/results.json");
  REQUIRE(results["images"].size() == 4);
  double mean = 0, squares = 0;
  for (const json& image : results["images"]) mean += image["speed_up"].get<double>() / 4;
  for (const json& image : results["images"])
    squares += std::pow(image["speed_up"].get<double>() - mean, 2);
  const double deviation = std::sqrt(squares / 3);
  CHECK(deviation > 0);
  const json& written = results["over_images"]["speed_up"];
  CHECK(written["mean"].get<double>() == doctest::Approx(mean));
  CHECK(written["standard_deviation"].get<double>() == doctest::Approx(deviation));
  CHECK(contains(screen, "mean ± standard deviation over 4 images: "));
  CHECK(contains(screen, "speed-up " + fixed(mean, 2) + " ± " + fixed(deviation, 2)));

  const std::string single =
      desk.ok({"run", shipped("configs/peek-64x4.yaml"), "--trace", shipped("traces/resnet18.h5")});
  CHECK_FALSE(contains(single, "standard deviation"));
}
