#include "sim/report/files/layers_csv.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/report/sample.h"

using namespace peeksim;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("layers.csv has a header and a row per layer, all with as many columns") {
  const std::vector<std::string> lines =
      lines_of(layers_csv(price_run(sample_run(), sample_table())));
  REQUIRE(lines.size() == 4);
  const auto commas = std::count(lines[0].begin(), lines[0].end(), ',');
  for (const std::string& line : lines) CHECK(std::count(line.begin(), line.end(), ',') == commas);
  CHECK(lines[0].rfind("network,synthetic,loop,images,layer,kind,", 0) == 0);
  CHECK(lines[1].rfind(
            "samplenet,0,open,2,first,conv,2,6,8,4,5,4,3,3,1,none,excluded by 'first',0,", 0) == 0);
  CHECK(lines[3].rfind("samplenet,0,open,2,fc,fc,5,1,1,10,1,1,1,1,1,peek,,1,", 0) == 0);
}

TEST_CASE("every counter is a column, of the machine and of the dense one") {
  const std::string header = lines_of(layers_csv(price_run(sample_run(), sample_table())))[0] + ",";
  const Counters counters;
  for_each_counter(counters, [&](const std::string name, const char*, Count) {
    CAPTURE(name);
    CHECK(header.find("," + name + ",") != header.npos);
    CHECK(header.find(",dense_" + name + ",") != header.npos);
  });
  for (const EnergyComponent& component : energy_components())
    CHECK(header.find(std::string(",energy_") + component.name + ",") != header.npos);
  CHECK(header.find(",dense_energy_total,") != header.npos);
}

TEST_CASE("a name with a comma, a quote or a line break is quoted as RFC 4180 wants") {
  RunResult run = sample_run();
  run.trace.network = "net, \"two\"";
  run.layers[0].layer.name = "a\nb";
  run.trace.synthetic = true;
  run.trace.loop.closed = true;
  const std::string csv = layers_csv(price_run(run, sample_table()));
  CHECK(csv.find("\n\"net, \"\"two\"\"\",1,closed,2,\"a\nb\",conv,") != csv.npos);
}
