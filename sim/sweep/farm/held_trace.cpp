#include "sim/sweep/farm/held_trace.h"

#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

namespace {

std::size_t ofmap_bytes(const Layer& layer) {
  return static_cast<std::size_t>(layer.positions()) * layer.K * sizeof(float);
}

std::size_t zero_taps_bytes(const TraceLayer& traced) {
  const Layer& layer = traced.layer;
  return traced.has_ifmap ? static_cast<std::size_t>(layer.positions()) * layer.groups * sizeof(int)
                          : 0;
}

std::size_t live_taps_bytes(const TraceLayer& traced, HeldTaps taps) {
  if (!traced.has_ifmap || taps != HeldTaps::zero_and_live) return 0;
  return LiveTaps::size_of(traced.layer) * sizeof(std::uint64_t);
}

}  // namespace

HeldTaps taps_for(const MachineSpec& machine) {
  return machine.array.skip_zero_activations ? HeldTaps::zero_and_live : HeldTaps::zero;
}

HeldTrace::HeldTrace(const std::string& path, int images, std::size_t most_bytes, HeldTaps taps,
                     const std::function<bool()>& interrupted)
    : trace_(path), images_(images == 0 ? trace_.info().images : images), taps_(taps) {
  const std::vector<TraceLayer>& layers = trace_.info().layers;
  const int held = trace_.info().images;
  if (images_ > held)
    throw Error(ErrorKind::usage, path,
                "the trace has " + std::to_string(held) + (held == 1 ? " image" : " images") +
                    ", not " + std::to_string(images_),
                "ask for as many as there are, or for 0: all");
  trace_.sha256();  // read now: processes forked from here know it
  std::size_t needed = 0;
  for (const TraceLayer& layer : layers)
    for (int image = 0; image < images_; ++image) {
      const std::size_t live_taps =
          ceil_div(static_cast<Bytes>(needed), sizeof(std::uint64_t)) * sizeof(std::uint64_t);
      const std::size_t ofmap = live_taps + live_taps_bytes(layer, taps);
      const std::size_t zero_taps = ofmap + ofmap_bytes(layer.layer);
      places_.push_back({live_taps, ofmap, zero_taps, zero_taps + zero_taps_bytes(layer)});
      needed = places_.back().end;
    }
  if (needed > most_bytes) return;
  block_ = std::make_unique<SharedBlock>(needed);
  fill(interrupted);
}

void HeldTrace::fill(const std::function<bool()>& interrupted) {
  const std::vector<TraceLayer>& layers = trace_.info().layers;
  std::vector<float> values;
  for (std::size_t i = 0; i < layers.size(); ++i)
    for (int image = 0; image < images_; ++image) {
      if (interrupted && interrupted())
        throw Error(ErrorKind::interrupted, trace_.info().path, "interrupted",
                    "nothing was left half-written");
      trace_.read_ofmap(i, image, values);
      block_->write(place(i, image).ofmap, values);
      if (!layers[i].has_ifmap) continue;
      trace_.read_ifmap(i, image, values);
      fill_taps(i, image, values);
    }
}

void HeldTrace::fill_taps(std::size_t layer, int image, const std::vector<float>& ifmap) {
  const Layer& shape = trace_.info().layers[layer].layer;
  const Place& to = place(layer, image);
  if (taps_ == HeldTaps::zero) {
    block_->write(to.zero_taps, zero_taps(shape, ifmap));
    return;
  }
  const LiveTaps live(shape, ifmap);
  block_->write(to.live_taps, live.of_group(0), LiveTaps::size_of(shape));
  block_->write(to.zero_taps, zero_taps(shape, live));
}

void HeldTrace::read_ofmap(std::size_t layer, int image, std::vector<float>& values) const {
  block_->read(place(layer, image).ofmap, place(layer, image).zero_taps, values);
}

void HeldTrace::read_zero_taps(std::size_t layer, int image, std::vector<int>& values) const {
  block_->read(place(layer, image).zero_taps, place(layer, image).end, values);
}

void HeldTrace::read_live_taps(std::size_t layer, int image, LiveTaps& values) const {
  const TraceLayer& traced = trace_.info().layers[layer];
  if (!traced.has_ifmap) return;
  const auto* bits = block_->at<std::uint64_t>(place(layer, image).live_taps);
  values = LiveTaps(traced.layer, {std::shared_ptr<const std::uint64_t>(), bits});
}

std::shared_ptr<const HeldTrace> TraceShelf::get(const std::string& path, int images, HeldTaps taps,
                                                 const std::function<bool()>& interrupted) {
  for (auto place = used_last_.begin(); place != used_last_.end(); ++place) {
    const HeldTrace& held = **place;
    const bool same_images = held.images() == (images == 0 ? held.trace().info().images : images);
    if (held.trace().info().path != path || !same_images) continue;
    if (!held.has(taps)) {  // one with more takes its place
      used_last_.erase(place);
      break;
    }
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
      std::make_shared<const HeldTrace>(path, images, most_bytes_ / 2, taps, interrupted));
  return used_last_.front();
}

}  // namespace peeksim
