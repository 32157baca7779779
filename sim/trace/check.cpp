#include "sim/trace/check.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "sim/trace/layout.h"

namespace peeksim {

namespace {

// Warnings about one layer's values.
void warn_about_layer(const LayerCheck& layer, const TraceLayer& about,
                      std::vector<std::string>& warnings) {
  const auto warn = [&](const std::string& what) {
    warnings.push_back("layer '" + layer.name + "': " + what);
  };
  if (about.layer.activation != Activation::none && layer.ofmap.only_rectified()) {
    warn(
        "the ofmap holds only ReLU'd values (none negative, some exactly 0): negative thresholds "
        "cannot work; write the values that enter the activation");
  }
  if (layer.ofmap.values > 1 && layer.ofmap.min == layer.ofmap.max) {
    warn("every value of the ofmap is " + std::to_string(layer.ofmap.min));
  }
  if (!layer.checksummed) {
    warn("has no checksums: damage would go unnoticed; write it with fletcher32=True");
  }
}

void warn_about_file(const TraceReport& report, std::vector<std::string>& warnings) {
  if (!report.info.metadata_checksummed) {
    warnings.push_back(
        "the file's metadata has no checksums: damage could go unnoticed; write it with "
        "libver=\"latest\"");
  }
  for (const std::string& name : report.info.unknown) {
    warnings.push_back("'" + name + "' is not part of the format and was ignored");
  }
}

}  // namespace

double ValueStatistics::zero_share() const {
  return values == 0 ? 0 : static_cast<double>(not_positive()) / static_cast<double>(values);
}

void ValueStatistics::add(const std::vector<float>& more) {
  if (more.empty()) return;
  float low = more[0], high = more[0];
  Count negatives = 0, zeros = 0;
  for (const float value : more) {
    low = std::min(low, value);
    high = std::max(high, value);
    negatives += value < 0;
    zeros += value == 0;
  }
  min = values == 0 ? low : std::min(min, low);
  max = values == 0 ? high : std::max(max, high);
  values += static_cast<Count>(more.size());
  negative += negatives;
  zero += zeros;
}

void require_int32_sums(const Trace& trace, std::size_t layer) {
  std::vector<std::int32_t> weight, bias;
  trace.read_integers(layer, TraceTensor::weight, 0, weight);
  trace.read_integers(layer, TraceTensor::bias, 0, bias);
  const std::size_t taps = weight.size() / bias.size();
  const int ifmap = max_i8_magnitude(trace.info().layers[layer].ifmap_zero_point);
  for (std::size_t k = 0; k < bias.size(); ++k) {
    std::int64_t magnitude = 0;
    for (std::size_t i = k * taps; i < (k + 1) * taps; ++i) magnitude += std::abs(weight[i]);
    const std::int64_t reach = std::abs(std::int64_t{bias[k]}) + ifmap * magnitude;
    if (reach <= std::numeric_limits<std::int32_t>::max()) continue;
    throw Error(ErrorKind::trace, trace.info().path,
                "layer '" + trace.info().layers[layer].layer.name + "': the sums of channel " +
                    std::to_string(k) + " may reach " + std::to_string(reach) +
                    ", an int32 holds 2147483647",
                "quantise it with a larger weight scale");
  }
}

TraceReport check_trace(const std::string& path, const Watch& watch) {
  const Trace trace(path);
  TraceReport report;
  report.info = trace.info();
  report.sha256 = trace.sha256();
  warn_about_file(report, report.warnings);
  std::vector<float> values, previous;
  for (std::size_t i = 0; i < report.info.layers.size(); ++i) {
    const TraceLayer& about = report.info.layers[i];
    watch.enter_layer(i, report.info.layers.size(), about.layer.name);
    LayerCheck layer;
    layer.name = about.layer.name;
    layer.checksummed = about.checksummed;
    const auto read = [&](TraceTensor tensor, int image) -> const std::vector<float>& {
      watch.check(path);
      trace.read(i, tensor, image, values);
      return values;
    };
    bool images_differ = false;
    for (int image = 0; image < report.info.images; ++image) {
      if (about.has_ifmap) layer.ifmap.add(read(TraceTensor::ifmap, image));
      if (about.has_residual) read(TraceTensor::residual, image);
      layer.ofmap.add(read(TraceTensor::ofmap, image));
      images_differ = images_differ || (image > 0 && values != previous);
      values.swap(previous);
    }
    if (about.has_weight) read(TraceTensor::weight, 0);
    if (about.has_bias) read(TraceTensor::bias, 0);
    if (about.integer) require_int32_sums(trace, i);
    warn_about_layer(layer, about, report.warnings);
    if (report.info.images > 1 && !images_differ) {
      report.warnings.push_back("layer '" + layer.name + "': all images have the same ofmap");
    }
    report.layers.push_back(layer);
  }
  return report;
}

}  // namespace peeksim
