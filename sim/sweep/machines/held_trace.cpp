#include "sim/sweep/machines/held_trace.h"

#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

HeldTaps taps_for(const MachineSpec& machine) {
  return machine.array.skip_zero_activations ? HeldTaps::zero_and_live : HeldTaps::zero;
}

HeldTrace::HeldTrace(const std::string& path, int images, std::size_t most_bytes, HeldTaps taps,
                     const std::function<bool()>& interrupted)
    : trace_(path), images_(images == 0 ? trace_.info().images : images), taps_(taps) {
  const int there = trace_.info().images;
  if (images_ > there)
    throw Error(ErrorKind::usage, path,
                "the trace has " + std::to_string(there) + (there == 1 ? " image" : " images") +
                    ", not " + std::to_string(images_),
                "ask for as many as there are, or for 0: all");
  trace_.sha256();  // read now: processes forked from here know it
  const std::size_t needed = bytes_needed();
  if (needed > most_bytes) return;
  bytes_ = needed;
  for (std::size_t layer = 0; layer < trace_.info().layers.size(); ++layer)
    for (int image = 0; image < images_; ++image) {
      if (interrupted && interrupted())
        throw Error(ErrorKind::interrupted, path, "interrupted", "nothing was left half-written");
      values_.push_back(read(layer, image));
    }
}

std::size_t HeldTrace::bytes_needed() const {
  std::size_t bytes = 0;
  for (const TraceLayer& traced : trace_.info().layers) {
    const Layer& layer = traced.layer;
    const auto positions = static_cast<std::size_t>(layer.positions());
    bytes += positions * layer.K * sizeof(float);
    if (!traced.has_ifmap) continue;
    bytes += positions * layer.groups * sizeof(int);
    if (taps_ == HeldTaps::zero_and_live) bytes += LiveTaps::size_of(layer) * sizeof(std::uint64_t);
  }
  return bytes * images_;
}

HeldValues HeldTrace::read(std::size_t layer, int image) const {
  const TraceLayer& traced = trace_.info().layers[layer];
  HeldValues values;
  trace_.read_ofmap(layer, image, values.ofmap);
  if (!traced.has_ifmap) return values;
  std::vector<float> ifmap;
  trace_.read_ifmap(layer, image, ifmap);
  if (taps_ == HeldTaps::zero_and_live) {
    values.live_taps = LiveTaps(traced.layer, ifmap);
    values.zero_taps = zero_taps(traced.layer, values.live_taps);
  } else {
    values.zero_taps = zero_taps(traced.layer, ifmap);
  }
  return values;
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
  ++reads_;
  // Room is made before the next trace comes in.
  std::size_t bytes = 0;
  for (auto place = used_last_.begin(); place != used_last_.end();) {
    bytes += (*place)->bytes();
    place = bytes > most_bytes_ / 2 ? used_last_.erase(place) : std::next(place);
  }
  used_last_.push_front(std::make_shared<const HeldTrace>(path, images, most_bytes_ / 2,
                                                          HeldTaps::zero_and_live, interrupted));
  return used_last_.front();
}

}  // namespace peeksim
