#include "sim/run/image_workers.h"

#include <algorithm>
#include <utility>

#include "sim/workers/serialize.h"

namespace peeksim {

namespace {

constexpr int max_images_per_block = 8;

// Large blocks need few messages; at least four per worker and layer keep all workers busy. With
// events a block is one image, so that the events of few images are in memory.
int images_per_block(int images, std::size_t jobs, bool with_events) {
  if (with_events) return 1;
  return std::clamp(images / static_cast<int>(4 * jobs), 1, max_images_per_block);
}

}  // namespace

ImageBlocks::ImageBlocks(std::size_t layers, int images, int images_per_block, bool with_waveform)
    : layers_(layers), images_(images), with_waveform_(with_waveform) {
  begins_.push_back(0);
  for (int begin = with_waveform ? 1 : images_per_block; begin < images; begin += images_per_block)
    begins_.push_back(begin);
}

std::optional<std::size_t> ImageBlocks::assign(std::size_t worker, std::size_t end) {
  end = std::min(end, size());
  // The first image comes before others of the layer, so that worker 0 never returns to an earlier
  // layer.
  if (with_waveform_ && worker == 0 && first_images_ < layers_ && number_of_first_image() < end &&
      number_of_first_image() <= next_)
    return begins_.size() * first_images_++;
  while (with_waveform_ && next_ % begins_.size() == 0 && next_ < size()) ++next_;
  if (next_ >= end) return std::nullopt;
  return next_++;
}

ImageBlock ImageBlocks::block(std::size_t number) const {
  const std::size_t of_layer = number % begins_.size();
  const bool last = of_layer + 1 == begins_.size();
  return {number / begins_.size(), begins_[of_layer], last ? images_ : begins_[of_layer + 1]};
}

std::string ImageWorkers::Runner::run(const std::string& job) {
  ImageBlock block;
  Deserializer(job).get(block);
  simulation_.profile = RunProfile();
  Serializer reply;
  for (int image = block.begin; image < block.end; ++image) {
    const LayerOutcome outcome = simulation_.run(block.layer, image);
    reply.put(outcome.counters);
    reply.put(outcome.events);
  }
  reply.put(simulation_.profile);
  return reply.bytes();
}

ImageWorkers::ImageWorkers(TraceSimulation& simulation, const TraceInfo& info, int images,
                           std::size_t jobs, const RunOptions& options)
    : path_(info.path),
      profile_(simulation.profile),
      runner_(simulation),
      pool_(jobs, runner_),
      blocks_(info.layers.size(), images,
              images_per_block(images, jobs, static_cast<bool>(options.events)),
              static_cast<bool>(options.waveform.write)),
      max_ahead_(4 * jobs) {
  start_more();
}

LayerOutcome ImageWorkers::next(const Watch& watch) {
  while (returned_ == outcomes_.size()) {
    const auto block = finished_.find(next_block_);
    if (block != finished_.end()) {
      unpack(block->second);
      finished_.erase(block);
      ++next_block_;
    } else {
      for (JobOutcome& outcome : pool_.wait(poll_interval))
        finished_.emplace(outcome.id, std::move(outcome));
      watch.check(path_);
    }
    start_more();
  }
  return std::move(outcomes_[returned_++]);
}

void ImageWorkers::start_more() {
  for (;;) {
    const std::optional<std::size_t> worker = pool_.idle();
    if (!worker) return;
    const std::optional<std::size_t> number = blocks_.assign(*worker, next_block_ + max_ahead_);
    if (!number) return;
    Serializer job;
    job.put(blocks_.block(*number));
    pool_.start(*worker, *number, job.bytes());
  }
}

void ImageWorkers::unpack(const JobOutcome& outcome) {
  if (outcome.failed) throw Error(outcome.kind, "", outcome.text);
  Deserializer reply(outcome.text);
  const ImageBlock block = blocks_.block(outcome.id);
  outcomes_.clear();
  outcomes_.resize(block.end - block.begin);
  returned_ = 0;
  for (LayerOutcome& of_image : outcomes_) {
    reply.get(of_image.counters);
    reply.get(of_image.events);
  }
  RunProfile block_profile;
  reply.get(block_profile);
  profile_ += block_profile;
}

}  // namespace peeksim
