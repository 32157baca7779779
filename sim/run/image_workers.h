// A trace simulated by worker processes, which share its images: outcomes come in the order in
// which one process would have made them.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sim/run/trace_simulation.h"
#include "sim/workers/worker_pool.h"

namespace peeksim {

// A job of a worker: some images of a layer.
struct ImageBlock {
  std::size_t layer = 0;
  int begin = 0, end = 0;  // of the images
};

// Layer after layer, a layer's images in blocks. A run with a waveform has the first image of every
// layer in worker 0, and in a block of its own.
class ImageBlocks {
 public:
  // images: of each layer.
  ImageBlocks(std::size_t layers, int images, int images_per_block, bool with_waveform);

  // Blocks that have a number below `end` and that this worker may simulate; the number of the next
  // one, if there is one.
  std::optional<std::size_t> deal(std::size_t worker, std::size_t end);

  ImageBlock block(std::size_t number) const;
  std::size_t size() const { return layers_ * begins_.size(); }

 private:
  std::size_t number_of_first_image() const { return first_images_ * begins_.size(); }

  const std::size_t layers_;
  const int images_;
  const bool with_waveform_;
  std::vector<int> begins_;       // of the blocks of a layer
  std::size_t next_ = 0;          // the lowest number that has not been dealt
  std::size_t first_images_ = 0;  // dealt of a run with a waveform, a layer each
};

class ImageWorkers {
 public:
  // jobs: worker processes. Forks and starts them. The simulation, which has not run yet, outlives
  // the object. Throws Error(usage) when the system has no process left.
  ImageWorkers(TraceSimulation& simulation, const TraceInfo& info, int images, std::size_t jobs,
               const RunOptions& options);

  // Of layer after layer, and image after image. Adds what it took to the simulation's profile.
  // Throws what the simulation threw in a worker, Error(internal) for a worker that was killed, and
  // Error(interrupted).
  LayerOutcome next(const Watch& watch);

 private:
  // What a worker does: simulates the images of a block.
  class Runner : public JobRunner {
   public:
    explicit Runner(TraceSimulation& simulation) : simulation_(simulation) {}
    std::string run(const std::string& job) override;
    bool exhausted() const override { return simulation_.exhausted(); }

   private:
    TraceSimulation& simulation_;
  };

  void start_more();
  void receive(const JobOutcome& block);

  const std::string path_;
  RunProfile& profile_;
  Runner runner_;
  WorkerPool pool_;
  ImageBlocks blocks_;
  const std::size_t ahead_;                  // blocks that may be simulated before their turn
  std::size_t turn_ = 0;                     // the block that is received next
  std::map<std::size_t, JobOutcome> early_;  // blocks whose turn has not come
  std::vector<LayerOutcome> received_;       // of the block before `turn_`
  std::size_t taken_ = 0;                    // of received_
};

}  // namespace peeksim
