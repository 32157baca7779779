// Simulates the images of a trace in worker processes. Outcomes are returned in the order of a run
// in one process: layer after layer, image after image.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sim/run/trace_simulation.h"
#include "sim/workers/worker_pool.h"

namespace peeksim {

// A job of a worker: consecutive images of a layer.
struct ImageBlock {
  std::size_t layer = 0;
  int begin = 0, end = 0;  // of the images
};

// Assigns the blocks of images to workers, in the order of the layers. In a run with a waveform the
// first image of every layer is a block of its own and is assigned to worker 0, which writes the
// waveform.
class ImageBlocks {
 public:
  // images: per layer.
  ImageBlocks(std::size_t layers, int images, int images_per_block, bool with_waveform);

  // The number of the next block for this worker, below `end`; nothing: there is none, or not yet.
  std::optional<std::size_t> assign(std::size_t worker, std::size_t end);

  ImageBlock block(std::size_t number) const;
  std::size_t size() const { return layers_ * begins_.size(); }

 private:
  std::size_t number_of_first_image() const { return first_images_ * begins_.size(); }

  const std::size_t layers_;
  const int images_;
  const bool with_waveform_;
  std::vector<int> begins_;  // of the blocks of a layer
  std::size_t next_ = 0;     // all lower ones are assigned, except first images with a waveform
  std::size_t first_images_ = 0;  // of a run with a waveform: assigned so far, one per layer
};

class ImageWorkers {
 public:
  // Forks the workers, `jobs` in number, and gives each its first block. REQUIRES: the simulation
  // has not run yet; it outlives the object. Throws Error(usage) when the system has no process
  // left.
  ImageWorkers(TraceSimulation& simulation, const TraceInfo& info, int images, std::size_t jobs,
               const RunOptions& options);

  // The outcome of the next image of the layer; after its last, of the next layer's first. Adds the
  // workers' times and cycles to the simulation's profile. Throws what the simulation threw in a
  // worker, Error(internal) for a worker that was killed, and Error(interrupted).
  LayerOutcome next(const Watch& watch);

 private:
  // Simulates the images of a block, in a worker.
  class Runner : public JobRunner {
   public:
    explicit Runner(TraceSimulation& simulation) : simulation_(simulation) {}
    std::string run(const std::string& job) override;
    bool exhausted() const override { return simulation_.exhausted(); }

   private:
    TraceSimulation& simulation_;
  };

  void start_more();
  void unpack(const JobOutcome& block);

  const std::string path_;
  RunProfile& profile_;
  Runner runner_;
  WorkerPool pool_;
  ImageBlocks blocks_;
  const std::size_t max_ahead_;  // blocks are assigned up to this far ahead of next_block_
  std::size_t next_block_ = 0;   // the number of the next block to unpack
  std::map<std::size_t, JobOutcome> finished_;  // blocks, by number, that are not yet unpacked
  std::vector<LayerOutcome> outcomes_;          // of the block that was unpacked last
  std::size_t returned_ = 0;                    // how many of outcomes_ next() has returned
};

}  // namespace peeksim
