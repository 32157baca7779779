#include "sim/report/screens/screen.h"

#include <doctest/doctest.h>

#include <iterator>
#include <sstream>

#include "sim/report/screens/text_table.h"
#include "tests/report/sample.h"

using namespace peeksim;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string line_with(const std::string& text, const std::string& start) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(start, 0) == 0) return line;
  return "";
}

}  // namespace

TEST_CASE("the screen begins with the savings, then names the trace and the machine") {
  const std::string screen = run_screen(price_run(sample_run(), sample_table()));
  CHECK(screen.rfind("25.7 % of the network's MACs saved, speed-up 1.42, ", 0) == 0);
  CHECK(contains(screen, "10.0 % of the predicted zeros false\n"));
  CHECK(contains(screen,
                 "trace    samplenet (sample.h5, sha256 aaaaaaaaaaaa), open loop, 2 images; "));
  CHECK(contains(screen, "machine  sample: 2x2 PEs, 1 MAC/cycle each, gate; peek 2x2 diagonal"));
  CHECK(contains(screen, "\ntime     0.013 ms at 500 MHz; without prediction 0.019 ms\n"));
  CHECK_FALSE(contains(screen, "SYNTHETIC"));
}

TEST_CASE("the machine beside one that skips zero activations is said to skip too") {
  RunResult run = sample_run();
  run.machine.array.skip_zero_activations = true;
  const std::string screen = run_screen(price_run(std::move(run), sample_table()));
  CHECK(contains(screen, "\ntime     0.013 ms at 500 MHz; dense, also skipping 0.019 ms\n"));
  CHECK(contains(screen, "\ndense, also skipping "));
  CHECK_FALSE(contains(screen, "; without prediction "));
}

TEST_CASE("a synthetic trace is called so on the second line") {
  RunResult run = sample_run();
  run.trace.synthetic = true;
  CHECK(contains(run_screen(price_run(run, sample_table())),
                 "false\nSYNTHETIC TRACE: the values are generated"));
}

TEST_CASE("a closed-loop trace is called so, with the machine whose predictions it carries") {
  RunResult run = sample_run();
  run.trace.loop = {true, "peek", "0123"};
  CHECK(contains(run_screen(price_run(run, sample_table())),
                 "aaa), closed loop of peek, 2 images; "));
}

TEST_CASE("a layer that is not predicted shows dashes for what prediction would have changed") {
  const std::string screen = run_screen(price_run(sample_run(), sample_table()));
  const std::string first = line_with(screen, "first ");
  std::istringstream cells(first);
  const std::vector<std::string> words{std::istream_iterator<std::string>(cells), {}};
  REQUIRE(words.size() == 17);
  for (const std::size_t column : {2, 4, 14, 15, 16}) CHECK(words[column] == "-");
  CHECK_FALSE(contains(line_with(screen, "plain "), " - "));
}

TEST_CASE("a layer that streams its weights is marked, and the mark is explained and summed") {
  RunResult run = sample_run();
  const std::string screen = run_screen(price_run(run, sample_table()));
  CHECK(contains(screen, "\nfc * "));
  CHECK(contains(screen, "\nof it streamed * "));
  CHECK(contains(screen, "\n* weights streamed: "));
  run.layers[2].streamed = false;
  CHECK_FALSE(contains(run_screen(price_run(run, sample_table())), "streamed"));
}

TEST_CASE("the parts of the cycles add up to all of them") {
  const std::string total =
      line_with(run_screen(price_run(sample_run(), sample_table())), "network ");
  std::istringstream cells(total);
  const std::vector<std::string> words{std::istream_iterator<std::string>(cells), {}};
  REQUIRE(words.size() == 17);
  double sum = 0;
  for (std::size_t column = 6; column <= 10; ++column) sum += std::stod(words[column]);
  CHECK(sum == doctest::Approx(100).epsilon(0.03));  // each is rounded to a percent
}

TEST_CASE("every line of a table is as wide as its rule at most") {
  std::istringstream lines(run_screen(price_run(sample_run(), sample_table())));
  std::size_t rule = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("------", 0) == 0) rule = line.size();
    if (rule > 0 && line.rfind("network ", 0) == 0) CHECK(display_width(line) == rule);
  }
  CHECK(rule > 0);
}

TEST_CASE("areas stand beside those of the machine without prediction, or are said to be unknown") {
  EnergyTable table = sample_table();
  table.area.reset();
  CHECK(contains(run_screen(price_run(sample_run(), table)),
                 "area not known: the energy table has none\n"));
  table.area = AreaTable();
  table.area->mac = {{8, 1}};
  table.area->comparator = 1;
  const std::string screen = run_screen(price_run(sample_run(), table));
  CHECK(contains(line_with(screen, "area, mm2"), "prediction unit  dispatch unit"));
  const std::string areas = screen.substr(screen.find("area, mm2"));
  CHECK(contains(line_with(areas, "this machine"), " 2.000          0.000          0.000  6.000"));
  CHECK(contains(line_with(areas, "without prediction"),
                 " 0.000          0.000          0.000  4.000"));
}

TEST_CASE("energies are in the table's unit, with its name and source") {
  EnergyTable table = sample_table();
  CHECK(contains(run_screen(price_run(sample_run(), table)), "energy, uJ"));
  CHECK(contains(run_screen(price_run(sample_run(), table)),
                 "energy table simple: made up; DRAM priced as generic\n"));
  table.unit = "mac";
  const std::string screen = run_screen(price_run(sample_run(), table));
  CHECK(contains(screen, "energy, M MAC"));
  CHECK_FALSE(contains(screen, "uJ"));
}

TEST_CASE("one image has no standard deviation") {
  RunResult run = sample_run();
  CHECK(contains(run_screen(price_run(run, sample_table())),
                 "mean ± standard deviation over 2 images: "));
  run.images.resize(1);
  run.trace.images = 1;
  const std::string screen = run_screen(price_run(run, sample_table()));
  CHECK_FALSE(contains(screen, "deviation"));
  CHECK(contains(screen, ", 1 image\n"));
}

TEST_CASE("on a terminal every layer shows its share of the cycles, the longest as a full bar") {
  ScreenStyle style;
  style.bars = true;
  const std::string screen = run_screen(price_run(sample_run(), sample_table()), style);
  CHECK(contains(screen, "  of network's  "));
  int whole = 0;
  for (const char* name : {"plain ", "first ", "fc * "}) {
    const std::string line = line_with(screen, name);
    CHECK(contains(line, "█"));
    whole += contains(line, "████████");
  }
  CHECK(whole == 1);
  CHECK(contains(line_with(screen, "network "), " 100.0 "));
  CHECK_FALSE(contains(line_with(screen, "network "), "█"));
}

TEST_CASE("a screen fits a narrow terminal") {
  RunResult run = sample_run();
  run.trace.synthetic = true;
  ScreenStyle style;
  style.bars = true;
  for (const std::size_t width : {40, 80, 100, 200}) {
    CAPTURE(width);
    style.width = width;
    std::istringstream lines(run_screen(price_run(run, sample_table()), style));
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      CHECK(display_width(line) <= width);
    }
  }
}

TEST_CASE("the summary is the first line, and calls a synthetic trace so") {
  RunResult run = sample_run();
  const std::string summary = run_summary(price_run(run, sample_table()));
  CHECK(run_screen(price_run(run, sample_table())).rfind(summary, 0) == 0);
  run.trace.synthetic = true;
  CHECK(run_summary(price_run(run, sample_table())) ==
        summary.substr(0, summary.size() - 1) + "; SYNTHETIC TRACE\n");
}

TEST_CASE("the screen and its one line say how many of the network's MACs are not in the trace") {
  RunResult run = sample_run();
  Count macs = 0;  // of both images
  for (const LayerResult& layer : run.layers) macs += layer.counters.machine.macs_total;
  run.trace.unrecorded.macs = macs / 2;
  PricedResult priced = price_run(run, sample_table());
  CHECK(contains(run_screen(priced),
                 " MACs per image of the network are not in this trace, 50.0 % "
                 "of all\nbusy "));
  CHECK(contains(run_summary(priced), " false; "));
  CHECK(contains(run_summary(priced), " MACs per image not in the trace (50.0 %)\n"));
  priced.result.trace.unrecorded = {12345678, "attention"};
  CHECK(contains(run_screen(priced),
                 "\n12,345,678 MACs per image of the network are not in this "
                 "trace (attention), "));
  priced.result.trace.unrecorded.macs = 0;
  CHECK_FALSE(contains(run_screen(priced), "not in this trace"));
  CHECK_FALSE(contains(run_summary(priced), "not in the trace"));
}

TEST_CASE("the screen says why the speed-up is what it is, where there is one to explain") {
  RunResult run = sample_run();
  CHECK(contains(run_screen(price_run(run, sample_table())),
                 "\nwhy      Without prediction, the 25.7 % of the MACs that are saved take "));
  for (LayerResult& layer : run.layers) layer.policy = "none";
  CHECK_FALSE(contains(run_screen(price_run(run, sample_table())), "\nwhy "));
}
