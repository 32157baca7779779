#include "sim/sweep/held_trace.h"

#include "sim/schedule/zero_gating.h"

namespace peeksim {

namespace {

std::size_t bytes_of(const TraceLayer& traced) {
  const Layer& layer = traced.layer;
  const std::size_t positions = layer.positions();
  return positions * layer.K * sizeof(float) +
         (traced.has_ifmap ? positions * layer.groups * sizeof(int) : 0);
}

}  // namespace

HeldTrace::HeldTrace(const std::string& path, int images, std::size_t most_bytes,
                     const std::function<bool()>& interrupted)
    : trace_(path), images_(images == 0 ? trace_.info().images : images) {
  const std::vector<TraceLayer>& layers = trace_.info().layers;
  const int held = trace_.info().images;
  if (images_ > held)
    throw Error(ErrorKind::usage, path,
                "the trace has " + std::to_string(held) + (held == 1 ? " image" : " images") +
                    ", not " + std::to_string(images_),
                "ask for as many as there are, or for 0: all");
  trace_.sha256();  // read now: processes forked from here know it
  std::size_t needed = 0;
  for (const TraceLayer& layer : layers) needed += images_ * bytes_of(layer);
  if (needed > most_bytes) return;
  bytes_ = needed;
  ofmaps_.resize(layers.size() * images_);
  zero_taps_.resize(layers.size() * images_);
  std::vector<float> ifmap;
  for (std::size_t i = 0; i < layers.size(); ++i)
    for (int image = 0; image < images_; ++image) {
      if (interrupted && interrupted())
        throw Error(ErrorKind::interrupted, path, "interrupted", "nothing was left half-written");
      trace_.read_ofmap(i, image, ofmaps_[index(i, image)]);
      if (!layers[i].has_ifmap) continue;
      trace_.read_ifmap(i, image, ifmap);
      zero_taps_[index(i, image)] = peeksim::zero_taps(layers[i].layer, ifmap);
    }
}

const std::vector<float>& HeldTrace::ofmap(std::size_t layer, int image) const {
  return ofmaps_[index(layer, image)];
}

const std::vector<int>& HeldTrace::zero_taps(std::size_t layer, int image) const {
  return zero_taps_[index(layer, image)];
}

std::shared_ptr<const HeldTrace> TraceShelf::get(const std::string& path, int images,
                                                 const std::function<bool()>& interrupted) {
  for (auto place = used_last_.begin(); place != used_last_.end(); ++place) {
    const HeldTrace& held = **place;
    const bool same_images = held.images() == (images == 0 ? held.trace().info().images : images);
    if (held.trace().info().path != path || !same_images) continue;
    used_last_.splice(used_last_.begin(), used_last_, place);
    return used_last_.front();
  }
  // Room is made before the next trace comes in; processes in flight keep what they were given.
  std::size_t bytes = 0;
  for (auto place = used_last_.begin(); place != used_last_.end();) {
    bytes += (*place)->bytes();
    place = bytes > most_bytes_ / 2 ? used_last_.erase(place) : std::next(place);
  }
  used_last_.push_front(
      std::make_shared<const HeldTrace>(path, images, most_bytes_ / 2, interrupted));
  return used_last_.front();
}

}  // namespace peeksim
