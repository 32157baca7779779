// The waveform of the example of docs/machine.md, whose cycles are known by hand, and of a run.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/run/run.h"
#include "sim/run/waveform.h"
#include "sim/trace/synth.h"
#include "tests/support/reference_conv.h"
#include "tests/support/simulate.h"
#include "tests/support/vcd.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

MachineSpec example_machine() {
  MachineSpec machine;
  machine.name = "example";
  machine.array.rows = 4;
  machine.array.cols = 2;
  machine.buffers = {64, 16, 64, 0, 0};
  machine.dram = {40, 10};
  machine.prediction.latency = 2;
  return machine;
}

// Every peek of its ofmap has the sign that it has in docs/machine.md.
struct Example {
  Layer layer = conv_layer("example", 1, 5, 5, 2, 2, 0);
  std::vector<float> weight = {-1, -1, 1, 0, 2, -1, -2, 1};
  LayerValues values;

  Example() {
    Operands& operands = values.operands;
    operands.ifmap = {2, 2, 0, 1, 4, 0, 0, 2, 2, 0, 2, 1, 4, 3, 1, 2, 2, 3, 3, 4, 3, 1, 2, 2, 4};
    for (int tap = 0; tap < 4; ++tap)
      for (int channel = 0; channel < 2; ++channel)
        operands.weight.push_back(weight[channel * 4 + tap]);
    operands.bias = {1, -1};
    for (const double sum : reference_conv(layer, operands.ifmap, weight))
      values.ofmap.push_back(static_cast<float>(sum));
    for (int i = 0; i < 32; ++i) values.ofmap[i] += static_cast<float>(operands.bias[i / 16]);
    values.check = true;
  }

  // The first taps of an output's reduction, summed up.
  double sum(int channel, int position, int taps) const {
    double sum = 0;
    for (int tap = 0; tap < taps; ++tap)
      sum += double{values.operands.ifmap[(position / 4 + tap / 2) * 5 + position % 4 + tap % 2]} *
             weight[channel * 4 + tap];
    return sum;
  }
};

// Shows a waveform every cycle that it wants.
struct Showing : Observer {
  explicit Showing(Waveform& shown) : waveform(shown) {}
  bool wants_cycle(int, Cycle cycle) const override { return waveform.wants(cycle); }
  void on_cycle(const CycleView& view) override { waveform.show(view); }
  Waveform& waveform;
};

std::string waveform_text(const Example& example, CycleWindow window) {
  const std::vector<LayerSetup> setups = {set_up_layer(example_machine(), example.layer, false)};
  std::string text;
  WaveformRequest options;
  options.window = window;
  options.write = [&](const std::string& part) { text += part; };
  const auto waveform = make_waveform(options, example_machine(), setups);
  Showing showing(*waveform);
  waveform->enter_layer(0, 0);
  waveform->finish(
      simulate(fresh_engine("clocked"), example_machine(), setups[0], example.values, showing)
          .cycles);
  return text;
}

Vcd example_waveform() {
  return Vcd(waveform_text(Example(), {0, 100}));
}

std::string pe(int row, int column, const char* signal) {
  return "peeksim.array.pe_" + std::to_string(row) + "_" + std::to_string(column) + "." + signal;
}

// A tile of the example: its first cycle, the positions of its rows, and for each column the rows
// that are live.
struct KnownTile {
  Cycle start, drains;
  std::vector<int> positions;
  std::vector<std::vector<int>> live;
};
const std::vector<KnownTile> example_tiles = {
    {19, 23, {0, 5, 2, 7}, {{0, 1, 2, 3}, {0, 1, 2, 3}}},
    {23, 27, {8, 13, 10, 15}, {{0, 1, 2, 3}, {0, 1, 2, 3}}},
    {33, 37, {1, 4, 3, 6}, {{2, 3}, {0, 1}}},
    {37, 41, {9, 12, 11, 14}, {{}, {2, 3}}},
};

bool is_live(const KnownTile& tile, int row, int column) {
  const std::vector<int>& rows = tile.live[column];
  return std::find(rows.begin(), rows.end(), row) != rows.end();
}

}  // namespace

TEST_CASE("the waveform of the example shows what each cycle was spent on, and on which tile") {
  const Vcd vcd = example_waveform();
  CHECK(vcd.high("peeksim.sequencer.memory_stall") == "0-19");
  CHECK(vcd.high("peeksim.sequencer.busy") == "19-27 33-41");
  CHECK(vcd.high("peeksim.sequencer.predict_stall") == "27-33");
  CHECK(vcd.high("peeksim.sequencer.drain_stall") == "");
  CHECK(vcd.high("peeksim.sequencer.tail") == "41-61");
  CHECK(vcd.high("peeksim.sequencer.dense_pass") == "");
  CHECK(vcd.high("peeksim.sequencer.peek_pass") == "19-27");
  CHECK(vcd.high("peeksim.sequencer.neighbor_pass") == "33-41");
  CHECK(vcd.history("peeksim.sequencer.tile") == "z@0 0@19 1@23 z@27 2@33 3@37 z@41");
  CHECK(vcd.history("peeksim.sequencer.step") == "0@0 z@41");
  CHECK(vcd.history("peeksim.sequencer.layer") == "0@0");
  CHECK(vcd.history("peeksim.sequencer.group") == "0@0");
  CHECK(vcd.history("peeksim.sequencer.taps") == "0@0 1@19 0@27 1@33 0@41");
  for (const KnownTile& tile : example_tiles)
    for (int tap = 0; tap < 4; ++tap)
      CHECK(vcd.number("peeksim.sequencer.tap", tile.start + tap) == tap);
  CHECK(vcd.at("peeksim.sequencer.tap", 27) == "z");
  CHECK(vcd.history("peeksim.prediction_unit.ready_step") == "z@0 0@33");
  CHECK(vcd.high("peeksim.dram.load") == "0-9");
  CHECK(vcd.high("peeksim.dram.store") == "43-51");
  CHECK(vcd.first() == 0);
  CHECK(vcd.last() == 61);
}

TEST_CASE("the waveform of the example shows the gated PEs disabled in exactly their tiles") {
  const Vcd vcd = example_waveform();
  for (int row = 0; row < 2; ++row) {
    CHECK(vcd.high(pe(row, 0, "enable")) == "19-27");  // gated in 33-41
    CHECK(vcd.high(pe(row, 1, "enable")) == "19-27 33-37");
  }
  for (int row = 2; row < 4; ++row) {
    CHECK(vcd.high(pe(row, 0, "enable")) == "19-27 33-37");
    CHECK(vcd.high(pe(row, 1, "enable")) == "19-27 37-41");
  }
}

TEST_CASE("the waveform of the example shows window bits cleared as the peeks drain") {
  const Vcd vcd = example_waveform();
  // Windows from bit 0: top left, top right, bottom left, bottom right.
  CHECK(vcd.history("peeksim.prediction_unit.window_bits_0") == "z@0 1111@23 1101@25");
  CHECK(vcd.history("peeksim.prediction_unit.window_bits_1") == "z@0 1110@23 110@29");
  CHECK(vcd.history("peeksim.array.draining_row") ==
        "z@0 0@23 1@24 2@25 3@26 0@27 1@28 2@29 3@30 z@31 "
        "0@37 1@38 2@39 3@40 2@41 3@42 z@43");
}

TEST_CASE("the waveform of the example shows every accumulator grow tap by tap, and its drain") {
  const Example example;
  const Vcd vcd = example_waveform();
  for (const KnownTile& tile : example_tiles) {
    CAPTURE(tile.start);
    for (int column = 0; column < 2; ++column) {
      Cycle leaves = tile.drains;
      for (int row = 0; row < 4; ++row) {
        CAPTURE(row);
        CAPTURE(column);
        const int position = tile.positions[row];
        const bool live = is_live(tile, row, column);
        for (int taps = 0; taps < 4; ++taps) {
          const double expected = live ? example.sum(column, position, taps) : 0;
          CHECK(vcd.number(pe(row, column, "accumulator"), tile.start + taps) == expected);
        }
        if (!is_live(tile, row, 0) && !is_live(tile, row, 1)) continue;
        const double output = live ? example.values.ofmap[column * 16 + position] : 0;
        CHECK(vcd.number("peeksim.array.drained_" + std::to_string(column), leaves++) == output);
      }
    }
  }
}

TEST_CASE("a waveform is the same bytes every time") {
  CHECK(waveform_text(Example(), {0, 100}) == waveform_text(Example(), {0, 100}));
}

TEST_CASE("a waveform's range of cycles starts with every value and ends at its last cycle") {
  const Vcd all = example_waveform();
  for (const auto& range : {std::pair<Cycle, Cycle>{25, 35}, {60, 61}, {0, 1}, {42, 99}}) {
    const Cycle first = range.first, end = range.second;
    CAPTURE(first);
    const Vcd part(waveform_text(Example(), {first, end}));
    const Cycle last = std::min<Cycle>(end, 61);
    CHECK(part.first() == first);
    CHECK(part.last() == last);
    CHECK(part.changes_in(last) == 0);
    REQUIRE(part.names() == all.names());
    CHECK(part.changes_in(first) == static_cast<int>(part.names().size()));
    for (const std::string& name : all.names())
      for (Cycle cycle = first; cycle < last; ++cycle)
        CHECK(part.at(name, cycle) == all.at(name, cycle));
  }
  CHECK_THROWS_WITH_AS(waveform_text(Example(), {61, 70}),
                       "the waveform's cycles 61:70 are after the end of the run: the first image "
                       "takes 61 cycles; choose earlier ones with --vcd-cycles",
                       Error);
}

namespace {

// Two predicted layers, the second grouped and with streamed weights, and one that runs dense.
std::string make_trace(const TempFolder& folder) {
  Workload workload;
  workload.name = "small";
  workload.layers = {conv_layer("conv1", 3, 10, 9, 6, 3, 1), conv_layer("conv2", 6, 10, 9, 8, 3, 1),
                     conv_layer("linear", 8, 10, 9, 6, 1, 0)};
  workload.layers[1].groups = 2;
  workload.layers[2].activation = Activation::none;
  SynthSettings settings;
  settings.images = 2;
  synthesize(workload, settings, folder.path("t.h5"));
  return folder.path("t.h5");
}

MachineSpec small_machine() {
  MachineSpec machine = example_machine();
  machine.array.cols = 3;
  machine.array.lanes = 4;
  machine.array.dispatch = "packed";
  machine.buffers = {600, 128, 200, 12, 0};
  machine.dram = {10, 7};
  return machine;
}

}  // namespace

TEST_CASE("the waveform of a run adds up to the counters of its first image") {
  const TempFolder folder;
  std::string text;
  std::vector<Cycle> ends;
  RunOptions options;
  options.engine = "clocked";
  options.waveform.window = {0, 1000000};
  options.waveform.write = [&](const std::string& part) { text += part; };
  options.events = {EventDetail::log, [&](const RunEvents& run) {
                      if (run.image != 0) return;
                      ends.push_back(0);
                      for (const Event& event : run.events)
                        ends.back() = std::max(ends.back(), event.end);
                    }};
  fresh_kernel();
  const RunResult result = run_trace(small_machine(), Trace(make_trace(folder)), {}, options);
  const Counters& n = result.images[0].counters.machine;
  const Vcd vcd(text);

  CHECK(vcd.last() == n.cycles);
  CHECK(vcd.cycles_high("peeksim.sequencer.busy") == n.array_busy);
  CHECK(vcd.cycles_high("peeksim.sequencer.predict_stall") == n.predict_stall);
  CHECK(vcd.cycles_high("peeksim.sequencer.drain_stall") == n.drain_stall);
  CHECK(vcd.cycles_high("peeksim.sequencer.memory_stall") == n.memory_stall);
  CHECK(vcd.cycles_high("peeksim.sequencer.tail") == n.tail);
  CHECK(vcd.cycles_high("peeksim.dram.load") == n.dram_read_bytes);  // at a byte a cycle
  CHECK(vcd.cycles_high("peeksim.dram.store") == n.dram_write_bytes);
  for (const Count part : {n.predict_stall, n.drain_stall, n.memory_stall, n.tail}) CHECK(part > 0);

  Count macs = 0;
  for (Cycle cycle = 0; cycle < n.cycles; ++cycle) {
    const double taps = vcd.number("peeksim.sequencer.taps", cycle);
    if (taps == 0) continue;
    for (int row = 0; row < 4; ++row)
      for (int column = 0; column < 3; ++column)
        if (vcd.at(pe(row, column, "enable"), cycle) == "1") macs += static_cast<Count>(taps);
  }
  CHECK(macs == n.macs_total - n.macs_predicted);
  CHECK(n.macs_predicted > 0);

  REQUIRE(ends.size() == 3);
  CHECK(vcd.history("peeksim.sequencer.layer") ==
        "0@0 1@" + std::to_string(ends[0]) + " 2@" + std::to_string(ends[1]));
  CHECK(vcd.history("peeksim.sequencer.group").rfind("0@0 1@", 0) == 0);
  CHECK(contains(text, "$comment layer 1: conv2 $end"));
}

TEST_CASE("only an engine that goes through every cycle has a waveform") {
  const TempFolder folder;
  const Trace trace(make_trace(folder));
  RunOptions options;
  options.waveform.window = {0, 10};
  options.waveform.write = [](const std::string&) {};
  const std::string message =
      message_of(ErrorKind::usage, [&] { run_trace(small_machine(), trace, {}, options); });
  CHECK(contains(message, "the engine 'event' knows only events; add --engine clocked"));
}
