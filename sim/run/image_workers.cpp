#include "sim/run/image_workers.h"

#include <algorithm>
#include <utility>

#include "sim/workers/serialize.h"

namespace peeksim {

namespace {

constexpr int max_images_per_block = 8;
constexpr std::chrono::milliseconds look_around{
    200};  // a signal may come between a look and a wait

// Few messages, and work for all to the end; events of few images are in memory at a time.
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

std::optional<std::size_t> ImageBlocks::deal(std::size_t worker, std::size_t end) {
  end = std::min(end, size());
  // Before other images of the layer, so that no worker goes back to an earlier one.
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
      ahead_(4 * jobs) {
  start_more();
}

LayerOutcome ImageWorkers::next(const Watch& watch) {
  while (taken_ == received_.size()) {
    const auto block = early_.find(turn_);
    if (block != early_.end()) {
      receive(block->second);
      early_.erase(block);
      ++turn_;
    } else {
      for (JobOutcome& outcome : pool_.wait(look_around))
        early_.emplace(outcome.id, std::move(outcome));
      watch.check(path_);
    }
    start_more();
  }
  return std::move(received_[taken_++]);
}

void ImageWorkers::start_more() {
  for (;;) {
    const std::optional<std::size_t> worker = pool_.idle();
    if (!worker) return;
    const std::optional<std::size_t> number = blocks_.deal(*worker, turn_ + ahead_);
    if (!number) return;
    Serializer job;
    job.put(blocks_.block(*number));
    pool_.start(*worker, *number, job.bytes());
  }
}

void ImageWorkers::receive(const JobOutcome& outcome) {
  if (outcome.failed) throw Error(outcome.kind, "", outcome.text);
  Deserializer reply(outcome.text);
  const ImageBlock block = blocks_.block(outcome.id);
  received_.clear();
  received_.resize(block.end - block.begin);
  taken_ = 0;
  for (LayerOutcome& of_image : received_) {
    reply.get(of_image.counters);
    reply.get(of_image.events);
  }
  RunProfile spent;
  reply.get(spent);
  profile_ += spent;
}

}  // namespace peeksim
