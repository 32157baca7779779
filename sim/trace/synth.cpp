#include "sim/trace/synth.h"

#include <algorithm>
#include <functional>
#include <locale>
#include <numeric>
#include <sstream>

#include "sim/trace/field.h"
#include "sim/trace/hdf5.h"
#include "sim/trace/layout.h"
#include "sim/trace/trace_writer.h"

namespace peeksim {

namespace {

// An i8 step in units of the field's standard deviation: the range is +-7.9 deviations.
constexpr float step = 1.0f / 16;

void require(bool good, const std::string& option, const std::string& range) {
  if (!good) {
    throw Error(ErrorKind::usage, "--" + option, "is out of range", "give a value from " + range);
  }
}

void check_settings(const SynthSettings& settings) {
  require(settings.zeros >= 0 && settings.zeros <= 1, "zeros", "0 to 1");
  require(settings.correlation >= 0 && settings.correlation <= max_correlation, "correlation",
          "0 to 100 outputs");
  require(settings.images >= 1 && settings.images <= 1000000, "images", "1 to 1000000");
  const std::vector<std::string>& types = synth_types();
  const bool known = std::find(types.begin(), types.end(), settings.type) != types.end();
  require(known, "type", types[0] + ", " + types[1] + ", " + types[2]);
}

void check_sizes(const Workload& workload) {
  for (const Layer& layer : workload.layers)
    for (const TraceTensor tensor : {TraceTensor::ofmap, TraceTensor::ifmap}) {
      const std::vector<hsize_t> shape = tensor_shape(layer, tensor);
      const double values = std::accumulate(shape.begin(), shape.end(), 1.0, std::multiplies<>());
      if (values > static_cast<double>(max_image_values))
        throw Error(ErrorKind::config, workload.name,
                    "layer '" + layer.name + "': an " + dataset_name(tensor) + " of " +
                        hdf5::shape_text(shape) + " has more than 2^28 values",
                    "make the layer smaller: no trace holds more of an image");
    }
}

TraceHeader make_header(const Workload& workload, const SynthSettings& settings) {
  TraceHeader header;
  header.network = workload.name;
  header.workload = workload.name;
  header.synthetic = true;
  header.images = settings.images;
  std::ostringstream origin;
  origin.imbue(std::locale::classic());
  origin << "peeksim trace synth: zeros " << settings.zeros << ", correlation "
         << settings.correlation << ", images " << settings.images << ", seed " << settings.seed
         << ", type " << settings.type << "; random values, not a trained network";
  header.origin = origin.str();
  return header;
}

// Random values in units of their standard deviation. `shift`: place the zeros; `rectify`: as
// after a ReLU.
std::vector<float> make_values(std::uint64_t stream, int channels, int height, int width,
                               const SynthSettings& settings, bool shift, bool rectify) {
  Field field = make_field(stream, channels, height, width, settings.correlation);
  if (shift) place_zeros(field.values, settings.zeros);
  std::vector<float> values(field.values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<float>(field.values[i] / field.deviation);
    values[i] = rectify ? std::max(value, 0.0f) : value;
  }
  return values;
}

}  // namespace

const std::vector<std::string>& synth_types() {
  static const std::vector<std::string> types = {"f32", "f16", "i8"};
  return types;
}

void synthesize(const Workload& workload, const SynthSettings& settings, const std::string& path,
                bool overwrite, const Watch& watch) {
  check_settings(settings);
  if (workload.layers.empty()) {
    throw Error(ErrorKind::config, workload.name, "has no layers", "give a workload with layers");
  }
  check_sizes(workload);
  TraceWriter writer(path, make_header(workload, settings), overwrite);
  for (std::size_t i = 0; i < workload.layers.size(); ++i) {
    const Layer& layer = workload.layers[i];
    watch.enter_layer(i, workload.layers.size(), layer.name);
    writer.begin_layer(layer, {settings.type, step, true, step});
    for (int image = 0; image < settings.images; ++image) {
      const std::uint64_t layer_stream = derive_stream(settings.seed, i);
      const std::uint64_t stream = derive_stream(layer_stream, static_cast<std::uint64_t>(image));
      const bool shift = layer.activation != Activation::none;
      watch.check(path);
      writer.write_ofmap(image, make_values(derive_stream(stream, 0), layer.K, layer.P(), layer.Q(),
                                            settings, shift, false));
      watch.check(path);
      writer.write_ifmap(image, make_values(derive_stream(stream, 1), layer.C, layer.H, layer.W,
                                            settings, true, true));
    }
  }
  watch.check(path);
  writer.close();
}

}  // namespace peeksim
