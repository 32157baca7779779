#include "sim/sweep/machines/cached_trace.h"

#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

CachedTaps taps_for(const MachineSpec& machine) {
  return machine.array.skip_zero_activations ? CachedTaps::zero_and_live : CachedTaps::zero;
}

CachedTrace::CachedTrace(const std::string& path, int images, std::size_t max_bytes,
                         CachedTaps taps, const std::function<bool()>& interrupted)
    : trace_(path, TraceInput::values_or_shapes),
      images_(images == 0 ? trace_.info().images : images),
      taps_(taps) {
  const int there = trace_.info().images;
  if (images_ > there)
    throw Error(ErrorKind::usage, path,
                "the trace has " + std::to_string(there) + (there == 1 ? " image" : " images") +
                    ", not " + std::to_string(images_),
                "ask for as many as there are, or for 0: all");
  trace_.sha256();  // computed before processes are forked
  const std::size_t needed = bytes_needed();
  if (needed > max_bytes) return;
  bytes_ = needed;
  for (std::size_t layer = 0; layer < trace_.info().layers.size(); ++layer)
    for (int image = 0; image < images_; ++image) {
      if (interrupted && interrupted())
        throw Error(ErrorKind::interrupted, path, "interrupted", "nothing was left half-written");
      values_.push_back(read(layer, image));
    }
}

std::size_t CachedTrace::bytes_needed() const {
  std::size_t bytes = 0;
  for (const TraceLayer& traced : trace_.info().layers) {
    const Layer& layer = traced.layer;
    const auto positions = static_cast<std::size_t>(layer.positions());
    bytes += positions * layer.K * sizeof(float);
    if (!traced.has_ifmap) continue;
    bytes += positions * layer.groups * sizeof(int);
    if (taps_ == CachedTaps::zero_and_live)
      bytes += LiveTaps::size_of(layer) * sizeof(std::uint64_t);
  }
  return bytes * images_;
}

CachedValues CachedTrace::read(std::size_t layer, int image) const {
  const TraceLayer& traced = trace_.info().layers[layer];
  CachedValues values;
  trace_.read_ofmap(layer, image, values.ofmap);
  if (!traced.has_ifmap) return values;
  std::vector<float> ifmap;
  trace_.read_ifmap(layer, image, ifmap);
  if (taps_ == CachedTaps::zero_and_live) {
    values.live_taps = LiveTaps(traced.layer, ifmap);
    values.zero_taps = zero_taps(traced.layer, values.live_taps);
  } else {
    values.zero_taps = zero_taps(traced.layer, ifmap);
  }
  return values;
}

std::shared_ptr<const CachedTrace> TraceCache::get(const std::string& path, int images,
                                                   const std::function<bool()>& interrupted) {
  for (auto place = traces_.begin(); place != traces_.end(); ++place) {
    const CachedTrace& cached = **place;
    const bool same_images =
        cached.images() == (images == 0 ? cached.trace().info().images : images);
    if (cached.trace().info().path != path || !same_images) continue;
    traces_.splice(traces_.begin(), traces_, place);
    return traces_.front();
  }
  ++reads_;
  // Evicts before the next trace is read, so that both never exceed the limit together.
  std::size_t bytes = 0;
  for (auto place = traces_.begin(); place != traces_.end();) {
    bytes += (*place)->bytes();
    place = bytes > max_bytes_ / 2 ? traces_.erase(place) : std::next(place);
  }
  traces_.push_front(std::make_shared<const CachedTrace>(path, images, max_bytes_ / 2,
                                                         CachedTaps::zero_and_live, interrupted));
  return traces_.front();
}

}  // namespace peeksim
