// Synthetic traces: exact shares of zeros, zeros that cluster, the same bytes from the same seed.
#include <doctest/doctest.h>

#include "sample.h"
#include "sim/trace/check.h"
#include "sim/trace/field.h"
#include "sim/trace/synth.h"

using namespace peeksim;

namespace {

Workload sample_workload() {
  Workload workload;
  workload.name = "sample";
  workload.layers = {conv_layer("wide", 3, 40, 30, 8, 3, 1), conv_layer("small", 8, 3, 3, 16, 3, 1),
                     conv_layer("shortcut", 4, 6, 6, 8, 1, 0),
                     conv_layer("fc", 128, 1, 1, 50, 1, 0)};
  workload.layers[2].activation = Activation::none;
  workload.layers[3].kind = LayerKind::fc;
  return workload;
}

std::string synthesized(const TempFolder& folder, const SynthSettings& settings) {
  const std::string path = folder.path("synth.h5");
  synthesize(sample_workload(), settings, path, true);
  return path;
}

Count count_not_positive(const std::vector<float>& values) {
  Count zeros = 0;
  for (const float value : values) zeros += value <= 0;
  return zeros;
}

// The share of horizontally adjacent outputs that are both <= 0 or both positive.
double agreement(const std::vector<float>& values, const Layer& layer) {
  Count same = 0, pairs = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (i % static_cast<std::size_t>(layer.Q()) == 0) continue;
    ++pairs;
    same += (values[i] <= 0) == (values[i - 1] <= 0);
  }
  return static_cast<double>(same) / static_cast<double>(pairs);
}

}  // namespace

TEST_CASE("the share of zeros is exact in every layer and image, in every type") {
  const TempFolder folder;
  for (const std::string type : {"i8", "f16", "f32"}) {
    for (const double zeros : {0.0, 0.5, 0.613, 1.0}) {
      for (const double correlation : {0.0, 3.0, 100.0}) {
        CAPTURE(type);
        CAPTURE(zeros);
        CAPTURE(correlation);
        const Trace trace(synthesized(folder, {zeros, correlation, 2, 1, type}));
        std::vector<float> values;
        for (std::size_t i = 0; i < trace.info().layers.size(); ++i) {
          const Layer& layer = trace.info().layers[i].layer;
          for (const int image : {0, 1}) {
            const auto share = [&] {
              return std::lround(zeros * static_cast<double>(values.size()));
            };
            trace.read_ofmap(i, image, values);
            if (layer.activation != Activation::none) {
              CHECK(count_not_positive(values) == share());
            }
            trace.read_ifmap(i, image, values);
            CHECK(count_not_positive(values) == share());
            for (const float value : values) REQUIRE(value >= 0);
          }
        }
      }
    }
  }
}

TEST_CASE("a layer without an activation keeps its values around zero") {
  const TempFolder folder;
  const TraceReport report = check_trace(synthesized(folder, {0.9, 0, 1, 1, "f32"}));
  CHECK(report.layers[2].name == "shortcut");
  CHECK(report.layers[2].ofmap.zero_share() > 0.4);
  CHECK(report.layers[2].ofmap.zero_share() < 0.6);
  CHECK(report.layers[0].ofmap.zero_share() > 0.89);
}

TEST_CASE("a longer correlation makes neighbors agree more often") {
  const TempFolder folder;
  double previous = 0;
  for (const double correlation : {0.0, 1.5, 3.0, 8.0}) {
    CAPTURE(correlation);
    const Trace trace(synthesized(folder, {0.5, correlation}));
    std::vector<float> values;
    trace.read_ofmap(0, 0, values);
    const double now = agreement(values, trace.info().layers[0].layer);
    CHECK(now > previous + 0.04);
    if (correlation == 0) CHECK(now < 0.53);
    previous = now;
  }
}

TEST_CASE("the autocorrelation of a field falls to about 1/e at the correlation length") {
  const int size = 128, channels = 64, length = 4;
  const Field field = make_field(7, channels, size, size, length);
  double product = 0, square = 0;
  for (int k = 0; k < channels; ++k) {
    for (int p = 0; p < size; ++p) {
      for (int q = 0; q < size; ++q) {
        const auto at = [&](int column) {
          return field.values[static_cast<std::size_t>((k * size + p) * size + column % size)];
        };
        product += at(q) * at(q + length);
        square += at(q) * at(q);
      }
    }
  }
  CHECK(product / square == doctest::Approx(0.3679).epsilon(0.15));
  const double variance = square / (channels * size * size);
  CHECK(std::sqrt(variance) == doctest::Approx(field.deviation).epsilon(0.05));
}

TEST_CASE("the random numbers and the field are the same on every machine") {
  CHECK(random_bits(0, 0) == 0xe220a8397b1dcdafu);  // the published first SplitMix64 outputs
  CHECK(random_bits(0, 1) == 0x6e789e6aa1b965f4u);
  const Field field = make_field(1, 2, 5, 4, 3);
  double weighted = 0;
  for (std::size_t i = 0; i < field.values.size(); ++i) {
    CHECK(field.values[i] == std::floor(field.values[i]));
    weighted += static_cast<double>(i + 1) * field.values[i];
  }
  CHECK(weighted == -91582885944576.0);
}

TEST_CASE("the same seed gives the same bytes, another seed others") {
  const TempFolder folder;
  const std::string first = read_bytes(synthesized(folder, {}));
  CHECK(read_bytes(synthesized(folder, {})) == first);
  SynthSettings other;
  other.seed = 2;
  CHECK(read_bytes(synthesized(folder, other)) != first);
}

TEST_CASE("an image's values do not depend on how many images there are") {
  const TempFolder folder;
  std::vector<float> alone, among;
  Trace(synthesized(folder, {0.6, 3, 1})).read_ofmap(1, 0, alone);
  Trace(synthesized(folder, {0.6, 3, 3})).read_ofmap(1, 0, among);
  CHECK(alone == among);
  Trace(synthesized(folder, {0.6, 3, 3})).read_ofmap(1, 2, among);
  CHECK(alone != among);
}

TEST_CASE("a synthetic trace says so, with every setting") {
  const TempFolder folder;
  const Trace trace(synthesized(folder, {0.25, 1.5, 2, 77, "f16"}));
  CHECK(trace.info().synthetic);
  CHECK(trace.info().network == "sample");
  CHECK(trace.info().workload == "sample");
  CHECK(trace.info().origin ==
        "peeksim trace synth: zeros 0.25, correlation 1.5, images 2, seed 77, type f16; random "
        "values, not a trained network");
}

TEST_CASE("settings out of range are errors that name the option") {
  const TempFolder folder;
  const auto refusal = [&](const SynthSettings& settings) {
    return message_of(ErrorKind::usage, [&] { synthesized(folder, settings); });
  };
  CHECK(contains(refusal({1.01}), "--zeros: is out of range"));
  CHECK(contains(refusal({std::nan("")}), "--zeros"));
  CHECK(contains(refusal({0.5, -1}), "--correlation"));
  CHECK(contains(refusal({0.5, 3, 0}), "--images"));
  CHECK(contains(refusal({0.5, 3, 1, 1, "f64"}), "--type"));
  CHECK_FALSE(std::filesystem::exists(folder.path("synth.h5")));
}

TEST_CASE("a layer of which no trace holds an image is refused before anything is made") {
  const TempFolder folder;
  Workload workload = sample_workload();
  workload.layers[2].H = workload.layers[2].W = 1 << 13;  // an ifmap of 2^28 values
  workload.layers[2].stride_h = workload.layers[2].stride_w = 1 << 13;
  workload.layers[2].C = 5;
  CHECK(message_of(ErrorKind::config, [&] { synthesize(workload, {}, folder.path("a.h5")); }) ==
        "sample: layer 'shortcut': an ifmap of [5,8192,8192] has more than 2^28 values; make the "
        "layer smaller: no trace holds more of an image");
  workload.layers[2].C = 1;
  workload.layers[2].stride_h = workload.layers[2].stride_w = 1;
  CHECK(contains(
      message_of(ErrorKind::config, [&] { synthesize(workload, {}, folder.path("a.h5")); }),
      "layer 'shortcut': an ofmap of [8,8192,8192] has more than 2^28 values"));
  CHECK(folder.contents().empty());
}

TEST_CASE("an interrupted synthesis leaves nothing behind") {
  const TempFolder folder;
  const std::string path = folder.path("synth.h5");
  int asked = 0;
  Watch watch;
  watch.interrupted = [&asked] { return ++asked > 3; };
  message_of(ErrorKind::interrupted,
             [&] { synthesize(sample_workload(), {}, path, false, watch); });
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
}
