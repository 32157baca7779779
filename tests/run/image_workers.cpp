// Runs whose images are shared by worker processes.
#include "sim/run/image_workers.h"

#include <doctest/doctest.h>

#include <set>

#include "sim/trace/synth.h"
#include "tests/support/error_message.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/small_machine.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

constexpr std::size_t no_end = 1'000'000;

std::string make_trace(const TempFolder& folder, int images) {
  Workload workload;
  workload.name = "small";
  workload.layers = {conv_layer("conv1", 3, 10, 9, 6, 3, 1), conv_layer("conv2", 6, 10, 9, 9, 3, 1),
                     conv_layer("linear", 9, 10, 9, 6, 1, 0)};
  SynthSettings settings;
  settings.images = images;
  synthesize(workload, settings, folder.path("t.h5"));
  return folder.path("t.h5");
}

struct RecordedRun {  // of a run
  RunResult result;
  std::string events;
  RunProfile profile;
};

RecordedRun run(const std::string& path, std::size_t jobs, const std::string& engine = "event",
                const Watch& watch = {}) {
  fresh_kernel();
  RecordedRun recorded;
  RunOptions options;
  options.engine = engine;
  options.jobs = jobs;
  options.profile = &recorded.profile;
  options.events = {EventDetail::all, [&](const RunEvents& run) {
                      recorded.events += run.layer.name + std::to_string(run.image);
                      for (const Event& event : run.events)
                        recorded.events += " " + std::to_string(event.start) + "-" +
                                           std::to_string(event.end) + ":" +
                                           std::to_string(event.amount);
                    }};
  recorded.result = run_trace(small_machine(), Trace(path), watch, options);
  return recorded;
}

}  // namespace

TEST_CASE(
    "every image of every layer is in one block, and no worker goes back to an earlier layer") {
  for (const bool with_waveform : {false, true})
    for (const int images : {1, 2, 7, 20})
      for (const int per_block : {1, 3, 8}) {
        CAPTURE(with_waveform);
        CAPTURE(images);
        CAPTURE(per_block);
        ImageBlocks blocks(4, images, per_block, with_waveform);
        std::set<std::pair<std::size_t, int>> seen;
        std::size_t layer_of[3] = {0, 0, 0};
        // Workers ask in mixed order until none gets a block.
        for (unsigned turn = 0, in_vain = 0; in_vain < 7; ++turn) {
          const std::size_t worker = turn * turn % 7 % 3;
          const std::optional<std::size_t> number = blocks.assign(worker, no_end);
          in_vain = number ? 0 : in_vain + 1;
          if (!number) continue;
          const ImageBlock block = blocks.block(*number);
          CHECK(block.layer >= layer_of[worker]);
          layer_of[worker] = block.layer;
          if (with_waveform && block.begin == 0) CHECK(worker == 0);
          if (with_waveform && block.begin == 0) CHECK(block.end == 1);
          for (int image = block.begin; image < block.end; ++image)
            CHECK(seen.emplace(block.layer, image).second);
        }
        CHECK(seen.size() == 4 * static_cast<std::size_t>(images));
      }
}

TEST_CASE("no block is simulated further ahead than allowed") {
  ImageBlocks blocks(3, 4, 2, false);
  CHECK(blocks.assign(0, 1) == 0);
  CHECK(blocks.assign(1, 1) == std::nullopt);
  CHECK(blocks.assign(1, 2) == 1);
  CHECK(blocks.size() == 6);
  ImageBlocks with_waveform(2, 5, 2, true);  // a layer: image 0, 1 and 2, 3 and 4
  CHECK(with_waveform.assign(1, 2) == 1);
  CHECK(with_waveform.assign(1, 2) == std::nullopt);
  CHECK(with_waveform.assign(0, 2) == 0);
  CHECK(with_waveform.assign(0, 3) == 2);
  CHECK(with_waveform.assign(0, 3) == std::nullopt);
  CHECK(with_waveform.assign(1, 6) == 4);
  CHECK(with_waveform.assign(0, 6) == 3);
}

TEST_CASE(
    "a run gives the same results and events with any number of workers, and profiles them all") {
  const TempFolder folder;
  const std::string path = make_trace(folder, 5);
  for (const std::string engine : {"event", "clocked"}) {
    const RecordedRun one = run(path, 1, engine);
    CHECK(one.result.images.size() == 5);
    for (const std::size_t jobs : {2, 3, 100}) {
      CAPTURE(jobs);
      const RecordedRun many = run(path, jobs, engine);
      CHECK(many.events == one.events);
      REQUIRE(many.result.layers.size() == one.result.layers.size());
      for (std::size_t i = 0; i < one.result.layers.size(); ++i) {
        CHECK(many.result.layers[i].counters.machine == one.result.layers[i].counters.machine);
        CHECK(many.result.layers[i].counters.dense == one.result.layers[i].counters.dense);
      }
      for (int i = 0; i < 5; ++i)
        CHECK(many.result.images[i].counters.machine == one.result.images[i].counters.machine);
      CHECK(many.profile.cycles >= one.profile.cycles);
      CHECK(many.profile.simulate_seconds > 0);
    }
  }
}

TEST_CASE("progress is reported in order while workers run ahead, and an interruption ends them") {
  const TempFolder folder;
  const std::string path = make_trace(folder, 4);
  double done = -1;
  int places = 0;
  Watch watch;
  watch.progress = [&](const Watch::Place& at) {
    CHECK(at.done > done);
    done = at.done;
    ++places;
  };
  run(path, 2, "event", watch);
  CHECK(places == 12);
  watch.progress = nullptr;
  int asked = 0;
  watch.interrupted = [&] { return ++asked > 5; };
  CHECK(contains(message_of(ErrorKind::interrupted, [&] { run(path, 2, "event", watch); }),
                 "interrupted"));
}
