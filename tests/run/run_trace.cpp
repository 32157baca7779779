// A whole trace: images, layers, what runs dense and why, what is refused, and the trace's
// identity.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "sim/run/machine_vocabulary.h"
#include "sim/run/run.h"
#include "sim/trace/sha256.h"
#include "sim/trace/synth.h"
#include "tests/support/fresh_kernel.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

MachineSpec machine_with_small_buffers() {
  MachineSpec machine;
  machine.name = "small";
  machine.array.rows = machine.array.cols = 4;
  machine.array.dispatch = "row_skip";
  machine.buffers = {700, 300, 300, 0, 0};
  machine.dram = {20, 9};
  machine.prediction.latency = 4;
  return machine;
}

// A classifier first, so that "first" has to mean the first convolution.
std::vector<Layer> layers() {
  std::vector<Layer> all = {
      conv_layer("fc0", 12, 1, 1, 5, 1, 0), conv_layer("conv1", 3, 8, 7, 5, 3, 1),
      conv_layer("conv2", 5, 8, 7, 9, 3, 1), conv_layer("linear", 9, 8, 7, 6, 1, 0)};
  all[0].kind = LayerKind::fc;
  all[2].residual = true;
  all[3].activation = Activation::none;
  return all;
}

// A trace of layers(): images first_image .. first_image + images - 1 of an endless sequence.
// The last layer has no ifmap.
std::string write_trace(const TempFolder& folder, const std::string& name, int first_image,
                        int images) {
  TraceHeader header;
  header.network = "net";
  header.origin = "made by a test";
  header.images = images;
  TraceWriter writer(folder.path(name), header);
  const std::vector<Layer> all = layers();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool has_ifmap = i + 1 < all.size();
    writer.begin_layer(all[i], {"f32", 1, has_ifmap, 1});
    for (int image = 0; image < images; ++image) {
      writer.write_ofmap(image, sample_ofmap(all[i], i, first_image + image));
      if (has_ifmap) writer.write_ifmap(image, sample_ifmap(all[i], i, first_image + image));
    }
  }
  writer.close();
  return folder.path(name);
}

RunResult run(const MachineSpec& machine, const std::string& path, const Watch& watch = {}) {
  fresh_kernel();
  return run_trace(machine, Trace(path), watch);
}

void check_same(const CounterPair& a, const CounterPair& b) {
  CHECK(a.machine == b.machine);
  CHECK(a.dense == b.dense);
}

}  // namespace

TEST_CASE("a trace of several images gives what its images give one by one") {
  const TempFolder folder;
  const RunResult together = run(machine_with_small_buffers(), write_trace(folder, "all.h5", 0, 3));
  REQUIRE(together.images.size() == 3);
  for (int i = 0; i < 3; ++i) {
    CAPTURE(i);
    const std::string name = "image" + std::to_string(i) + ".h5";
    const RunResult alone = run(machine_with_small_buffers(), write_trace(folder, name, i, 1));
    check_same(together.images[static_cast<std::size_t>(i)].counters, alone.totals());
  }
  CHECK_FALSE(together.images[0].counters.machine == together.images[1].counters.machine);
  CHECK(together.images[0].counters.dense.macs_zero_gated !=
        together.images[1].counters.dense.macs_zero_gated);
}

TEST_CASE("images and layers sum to the same totals") {
  const TempFolder folder;
  const RunResult result = run(machine_with_small_buffers(), write_trace(folder, "t.h5", 0, 3));
  CounterPair images;
  for (const ImageResult& image : result.images) images += image.counters;
  check_same(images, result.totals());
  Count macs = 0;
  for (const Layer& layer : layers()) macs += 3 * layer.macs();
  CHECK(images.machine.macs_total == macs);
  CHECK(images.dense.macs_total == macs);
}

TEST_CASE("a result names its layers and what ran on them") {
  const TempFolder folder;
  const RunResult result = run(machine_with_small_buffers(), write_trace(folder, "t.h5", 0, 1));
  REQUIRE(result.layers.size() == 4);
  CHECK(result.layers[1].layer.name == "conv1");
  CHECK(result.layers[1].policy == "peek");
  CHECK(result.layers[1].excluded == "");
  CHECK(result.layers[1].counters.machine.predicted_zero > 0);
  CHECK(result.layers[1].counters.dense.predicted_zero == 0);
  CHECK_FALSE(result.layers[1].streamed);  // 4 columns x 27 taps fit 150 bytes
  CHECK(result.layers[2].streamed);        // 4 x 45 do not
  CHECK(result.machine.name == "small");
}

TEST_CASE("a layer that no ReLU follows runs dense") {
  const TempFolder folder;
  const RunResult result = run(machine_with_small_buffers(), write_trace(folder, "t.h5", 0, 2));
  const LayerResult& linear = result.layers[3];
  CHECK(linear.policy == "none");
  CHECK(linear.excluded == "no ReLU");
  CHECK(linear.counters.machine == linear.counters.dense);
  CHECK(linear.counters.machine.tiles_dense > 0);
}

TEST_CASE("excluding `first` excludes the first convolution") {
  const TempFolder folder;
  MachineSpec machine = machine_with_small_buffers();
  machine.prediction.exclude = {"first"};
  const RunResult result = run(machine, write_trace(folder, "t.h5", 0, 1));
  CHECK(result.layers[0].policy == "peek");  // a classifier
  CHECK(result.layers[1].policy == "none");
  CHECK(result.layers[1].excluded == "excluded by 'first'");
  CHECK(result.layers[1].counters.machine == result.layers[1].counters.dense);
  CHECK(result.layers[2].policy == "peek");
}

TEST_CASE("zero activations are gated where the trace has the ifmap and the machine gates") {
  const TempFolder folder;
  const std::string path = write_trace(folder, "t.h5", 0, 1);
  MachineSpec machine = machine_with_small_buffers();
  const RunResult gating = run(machine, path);
  CHECK(gating.layers[2].zeros_known);
  CHECK(gating.layers[2].counters.machine.macs_zero_gated > 0);
  CHECK_FALSE(gating.layers[3].zeros_known);
  CHECK(gating.layers[3].counters.machine.macs_zero_gated == 0);

  machine.array.gate_zero_activations = false;
  const RunResult plain = run(machine, path);
  CHECK(plain.totals().machine.macs_zero_gated == 0);
  CHECK(plain.totals().machine.cycles == gating.totals().machine.cycles);
  CHECK(plain.totals().dense.cycles == gating.totals().dense.cycles);
}

TEST_CASE("the dense version of a machine predicts nothing and is otherwise the same") {
  MachineSpec machine = machine_with_small_buffers();
  LayerPredictionOverride entry;
  entry.match = "conv*";
  entry.policy = "oracle";
  machine.prediction.layers = {entry};
  const MachineSpec dense = dense_version(machine);
  CHECK(dense.prediction.policy == "none");
  CHECK(dense.array.rows == 4);
  CHECK(dense.dram.latency == 9);

  const TempFolder folder;
  const std::string path = write_trace(folder, "t.h5", 0, 1);
  const RunResult result = run(machine, path);
  CHECK(result.layers[1].policy == "oracle");
  const RunResult alone = run(dense, path);
  CHECK(alone.layers[1].policy == "none");
  CHECK(alone.totals().machine == result.totals().dense);
  CHECK(alone.totals().dense == result.totals().dense);
}

TEST_CASE("an interrupted run stops with an error of that kind") {
  const TempFolder folder;
  const std::string path = write_trace(folder, "t.h5", 0, 2);
  int asked = 0;
  Watch counting;
  counting.interrupted = [&] {
    ++asked;
    return false;
  };
  run(machine_with_small_buffers(), path, counting);
  CHECK(asked == 8);  // before each image of each layer

  for (int stop_at : {1, 4, 8}) {
    CAPTURE(stop_at);
    int now = 0;
    Watch watch;
    watch.interrupted = [&] { return ++now == stop_at; };
    const std::string message =
        message_of(ErrorKind::interrupted, [&] { run(machine_with_small_buffers(), path, watch); });
    CHECK(contains(message, "interrupted"));
    CHECK(now == stop_at);
  }
}

TEST_CASE("a run reports its layer, its image and how much is done") {
  const TempFolder folder;
  std::vector<std::string> layers;
  int places = 0;
  double done = -1;
  Watch watch;
  watch.progress = [&](const Watch::Place& at) {
    if (at.image == 0)
      layers.push_back(std::to_string(at.layer) + "/" + std::to_string(at.layers) + " " + at.name);
    CHECK(at.images == 2);
    CHECK(at.done > done);
    done = at.done;
    ++places;
  };
  run(machine_with_small_buffers(), write_trace(folder, "t.h5", 0, 2), watch);
  CHECK(layers == std::vector<std::string>{"0/4 fc0", "1/4 conv1", "2/4 conv2", "3/4 linear"});
  CHECK(places == 8);
  CHECK(done < 1);
}

TEST_CASE("a machine that cannot run some layer is refused before any layer is simulated") {
  const TempFolder folder;
  const std::string path = write_trace(folder, "t.h5", 0, 1);
  bool started = false;
  Watch watch;
  watch.progress = [&](const Watch::Place&) { started = true; };

  MachineSpec machine = machine_with_small_buffers();
  machine.prediction.channel_thresholds["linear"] = {0, 0};
  CHECK(contains(message_of(ErrorKind::config, [&] { run(machine, path, watch); }), "'linear'"));

  machine = machine_with_small_buffers();
  machine.buffers.ifmap_bytes = 80;  // a single output of conv2 reads 45 bytes
  machine.prediction.policy = "none";
  CHECK(contains(message_of(ErrorKind::machine, [&] { run(machine, path, watch); }), "'conv2'"));
  CHECK_FALSE(started);
}

TEST_CASE("a result holds the identity of its trace and no path") {
  const TempFolder folder;
  const std::string path = write_trace(folder, "t.h5", 0, 2);
  const RunResult result = run(machine_with_small_buffers(), path);
  CHECK(result.trace.file == "t.h5");
  CHECK(result.trace.network == "net");
  CHECK(result.trace.origin == "made by a test");
  CHECK(result.trace.workload == "");
  CHECK(result.trace.images == 2);
  CHECK_FALSE(result.trace.synthetic);
  CHECK(result.trace.sha256 == Trace(path).sha256());
  CHECK(result.trace.sha256.size() == 64);
  CHECK(result.images[0].name == "");
}

TEST_CASE("a synthetic trace is marked in the result, and images have their names") {
  const TempFolder folder;
  Workload workload;
  workload.name = "toy";
  workload.layers = {conv_layer("conv", 2, 6, 6, 4, 3, 1)};
  synthesize(workload, {}, folder.path("s.h5"));
  const RunResult result = run(machine_with_small_buffers(), folder.path("s.h5"));
  CHECK(result.trace.synthetic);
  CHECK(result.trace.workload == "toy");

  write_sample(folder.path("named.h5"), "i8", 2);
  MachineSpec machine = machine_with_small_buffers();
  machine.buffers = MachineSpec().buffers;
  const RunResult named = run(machine, folder.path("named.h5"));
  CHECK(named.images[0].name == "image.png");
  CHECK(named.images[1].name == "imagex.png");
}

TEST_CASE("the same run twice gives the same counters") {
  const TempFolder folder;
  const std::string path = write_trace(folder, "t.h5", 0, 2);
  check_same(run(machine_with_small_buffers(), path).totals(),
             run(machine_with_small_buffers(), path).totals());
}

TEST_CASE("the profile counts what was simulated, and a result that is reused once") {
  const TempFolder folder;
  const std::string path = write_trace(folder, "t.h5", 0, 2);
  RunProfile profile;
  RunOptions options;
  options.profile = &profile;
  fresh_kernel();
  const RunResult result = run_trace(machine_with_small_buffers(), Trace(path), {}, options);
  Cycle cycles = 0;
  Count macs = 0;
  for (const LayerResult& layer : result.layers) {
    const bool predicts = layer.policy != "none";  // else its result is the dense one
    cycles += layer.counters.dense.cycles / 2 + (predicts ? layer.counters.machine.cycles : 0);
    macs +=
        layer.counters.dense.macs_total / 2 + (predicts ? layer.counters.machine.macs_total : 0);
  }
  CHECK(profile.cycles == cycles);
  CHECK(profile.macs == macs);
  CHECK(profile.read_seconds >= 0);
  CHECK(profile.simulate_seconds >= 0);
}

TEST_CASE("the vocabulary lists every predictor and dispatch policy with a meaning") {
  const Vocabulary words = vocabulary();
  const auto names = [&](const std::string& key) {
    std::vector<std::string> all;
    for (const Choice& choice : words.at(key)) {
      CHECK_FALSE(choice.meaning.empty());
      all.push_back(choice.name);
    }
    std::sort(all.begin(), all.end());
    return all;
  };
  CHECK(names("prediction.policy") == std::vector<std::string>{"lookahead", "mask", "none",
                                                               "oracle", "peek", "perforate",
                                                               "snapea", "zap"});
  CHECK(names("array.dispatch") ==
        std::vector<std::string>{"balanced", "balanced_fill", "gate", "packed", "row_skip"});
}

TEST_CASE("the first images of a trace can be run alone, and no more than it has") {
  const TempFolder folder;
  const std::string path = write_trace(folder, "all.h5", 0, 3);
  const RunResult all = run(machine_with_small_buffers(), path);
  RunOptions options;
  options.images = 2;
  fresh_kernel();
  const RunResult two = run_trace(machine_with_small_buffers(), Trace(path), {}, options);
  CHECK(two.trace.images == 2);
  REQUIRE(two.images.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) check_same(two.images[i].counters, all.images[i].counters);
  options.images = 4;
  CHECK_THROWS_WITH_AS(run_trace(machine_with_small_buffers(), Trace(path), {}, options),
                       doctest::Contains("4 images are wanted"), Error);
}

TEST_CASE("a run has the sum of the whole file, and none when the file is gone") {
  const TempFolder folder;
  const std::string path = write_trace(folder, "trace.h5", 0, 1);
  CHECK(run(machine_with_small_buffers(), path).trace.sha256 == sha256_of_file(path));
  const Trace trace(path);
  std::filesystem::remove(path);
  fresh_kernel();
  CHECK(contains(
      message_of(ErrorKind::trace, [&] { run_trace(machine_with_small_buffers(), trace); }),
      "cannot read this file: No such file or directory; leave it where it is"));
}

TEST_CASE("a run refuses damaged values like every other reader") {
  const TempFolder folder;
  const std::string bytes = read_bytes(write_trace(folder, "whole.h5", 0, 1));
  const std::string path = folder.path("damaged.h5");
  int refused = 0;
  for (std::size_t byte = bytes.size() / 2; byte < bytes.size(); byte += bytes.size() / 40) {
    std::string damaged = bytes;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 1);
    write_bytes(path, damaged);
    const auto message = [](auto&& work) -> std::string {
      try {
        work();
      } catch (const Error& error) {
        return error.what();
      }
      return "";
    };
    const std::string reading = message([&] { describe(path); });
    fresh_kernel();
    const std::string running =
        message([&] { run_trace(machine_with_small_buffers(), Trace(path)); });
    CHECK(running == reading);
    refused += !running.empty();
  }
  CHECK(refused > 3);
}
