// Layers of i8 arithmetic: their integers, zero points and scales as they were written, and what is
// refused.
#include <doctest/doctest.h>

#include "sample.h"
#include "sim/trace/check.h"

using namespace peeksim;

namespace {

// For every change (Python; `g` is the second layer, `put` replaces a dataset) a trace of one plain
// layer and one of i8 arithmetic with a residual, spoiled by it: FOLDER/0.h5, FOLDER/1.h5, ...
void write_traces(const TempFolder& folder, const std::vector<std::string>& changes) {
  const std::string program = folder.path("write.py");
  std::string text = "import h5py, sys, numpy as np\n";
  for (std::size_t i = 0; i < changes.size(); ++i) {
    text += "with h5py.File(sys.argv[1] + '" + std::to_string(i) +
            R"(.h5', 'w', libver='latest') as f:
    f.attrs.update(format='peeksim-trace', version=1, network='tiny', origin='a test', synthetic=0,
                   images=2)
    for i in (0, 1):
        g = f.create_group(f'layers/{i:04}')
        g.attrs.update(name=f'conv{i}', kind='conv', activation='relu', ifmap_shape=[2, 3, 3],
                       weight_shape=[4, 1, 2, 2], ofmap_shape=[4, 2, 2], stride=[1, 1],
                       pad=[0, 0, 0, 0], dilation=[1, 1], groups=2, residual=i)
    f['layers/0000'].create_dataset('ofmap', data=np.ones((2, 4, 2, 2), 'f4'))
    g.attrs['arithmetic'] = 'i8'
    def put(name, data, scale=None):
        g.pop(name, None)
        d = g.create_dataset(name, data=data, chunks=data.shape if data.shape[0] != 2 else
                             (1,) + data.shape[1:], fletcher32=True)
        if scale is not None:
            d.attrs['scale'] = scale
    def steps(*shape):
        return (np.arange(np.prod(shape)) * 37 % 255 - 127).reshape(shape).astype('i1')
    put('ofmap', steps(2, 4, 2, 2), np.float32(0.5))
    put('ifmap', steps(2, 2, 3, 3), np.float32(0.25))
    put('residual', steps(2, 4, 2, 2), np.float32(0.125))
    put('weight', steps(4, 1, 2, 2), np.array([1, 2, 4, 0.1], 'f4'))
    put('bias', np.array([3, -70000, 2**30, 0], 'i4'))
    )" + changes[i] +
            "\n";
  }
  write_bytes(program, text);
  run_python(program, "'" + folder.path("") + "'");
}

// The integer that `steps` gives for flat position i.
std::int32_t step(std::size_t i) {
  return static_cast<std::int32_t>(i * 37 % 255) - 127;
}

}  // namespace

TEST_CASE("the integers and the scales of i8 arithmetic are those that were written") {
  const TempFolder folder;
  write_traces(folder, {"pass",
                        "put('bias', np.array([3, -70000, 2**30, 0], '>i4')); "
                        "g['weight'].attrs['scale'] = [1.0, 2.0, 4.0, np.float32(0.1)]"});
  for (const std::string name : {"0.h5", "1.h5"}) {
    const Trace trace(folder.path(name));
    CHECK(trace.info().unknown.empty());
    CHECK_FALSE(trace.info().layers[0].integer);
    const TraceLayer& layer = trace.info().layers[1];
    CHECK(layer.integer);
    CHECK((layer.has_ifmap && layer.has_weight && layer.has_bias && layer.has_residual));
    CHECK(layer.checksummed);
    CHECK(layer.ofmap_type == "i8");

    std::vector<std::int32_t> integers;
    std::vector<float> values;
    for (const auto& [tensor, count, scale] :
         {std::tuple{TraceTensor::ofmap, 16, 0.5f}, std::tuple{TraceTensor::ifmap, 18, 0.25f},
          std::tuple{TraceTensor::residual, 16, 0.125f}}) {
      CHECK(trace.scales(1, tensor) == std::vector<float>{scale});
      const auto size = static_cast<std::size_t>(count);
      for (const std::size_t image : {1u, 0u}) {
        trace.read_integers(1, tensor, static_cast<int>(image), integers);
        trace.read(1, tensor, static_cast<int>(image), values);
        REQUIRE(integers.size() == size);
        REQUIRE(values.size() == size);
        for (std::size_t i = 0; i < size; ++i) {
          CHECK(integers[i] == step(image * size + i));
          CHECK(values[i] == static_cast<float>(integers[i]) * scale);
        }
      }
    }
    const std::vector<float> scales = {1, 2, 4, 0.1f};
    CHECK(trace.scales(1, TraceTensor::weight) == scales);
    trace.read_integers(1, TraceTensor::weight, 0, integers);
    trace.read(1, TraceTensor::weight, 0, values);
    REQUIRE(values.size() == 16);
    for (std::size_t i = 0; i < 16; ++i) {
      CHECK(integers[i] == step(i));
      CHECK(values[i] == static_cast<float>(step(i)) * scales[i / 4]);
    }
    trace.read_integers(1, TraceTensor::bias, 0, integers);
    CHECK(integers == std::vector<std::int32_t>{3, -70000, 1 << 30, 0});
    trace.read(1, TraceTensor::bias, 0, values);
    CHECK(values == std::vector<float>{0.75f, -35000.0f, 0x1p30f, 0.0f});
    CHECK(check_trace(folder.path(name)).layers[1].ofmap.values == 32);
  }
}

TEST_CASE("the weights of i8 arithmetic may have one scale for all channels") {
  const TempFolder folder;
  write_traces(folder, {"g['weight'].attrs['scale'] = np.float32(0.5)",
                        "g['weight'].attrs['scale'] = np.array([0.5], 'f8')"});
  for (const std::string name : {"0.h5", "1.h5"}) {
    const Trace trace(folder.path(name));
    CHECK(trace.scales(1, TraceTensor::weight) == std::vector<float>{0.5f});
    std::vector<float> values;
    trace.read(1, TraceTensor::weight, 0, values);
    CHECK(values[15] == static_cast<float>(step(15)) * 0.5f);
    trace.read(1, TraceTensor::bias, 0, values);
    CHECK(values == std::vector<float>{0.375f, -8750.0f, 0x1p27f, 0.0f});
  }
}

TEST_CASE("zero points are subtracted from integers and values; an ofmap may have 16 bits") {
  const TempFolder folder;
  const std::string zero_points =
      "f.attrs['version'] = 2; g['ifmap'].attrs['zero_point'] = np.int8(-128); "
      "g['residual'].attrs['zero_point'] = 5; ";
  const std::string plain =
      "; h = f['layers/0000'].create_dataset('ifmap', data=steps(2, 2, 3, 3), "
      "chunks=(1, 2, 3, 3)); h.attrs['scale'] = 0.5; h.attrs['zero_point'] = 127";
  std::vector<std::string> changes;
  for (const std::string type : {"<i2", ">i2"})
    changes.push_back(zero_points + "put('ofmap', steps(2, 4, 2, 2).astype('" + type +
                      "') * 257, 0.5)" + plain);
  write_traces(folder, changes);
  for (const std::string name : {"0.h5", "1.h5"}) {
    const Trace trace(folder.path(name));
    CHECK(trace.info().version == 2);
    CHECK(trace.info().layers[0].ifmap_zero_point == 127);
    const TraceLayer& layer = trace.info().layers[1];
    CHECK(layer.ofmap_type == "i16");
    CHECK(layer.ifmap_zero_point == -128);
    CHECK(layer.residual_zero_point == 5);
    CHECK(trace.info().unknown.empty());

    std::vector<std::int32_t> integers;
    std::vector<float> values;
    const auto check = [&](TraceTensor tensor, std::size_t count, int factor, int zero_point,
                           float scale) {
      trace.read_integers(1, tensor, 1, integers);
      trace.read(1, tensor, 1, values);
      REQUIRE(integers.size() == count);
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(integers[i] == factor * step(count + i) - zero_point);
        CHECK(values[i] == static_cast<float>(integers[i]) * scale);
      }
    };
    check(TraceTensor::ofmap, 16, 257, 0, 0.5f);
    check(TraceTensor::ifmap, 18, 1, -128, 0.25f);
    check(TraceTensor::residual, 16, 1, 5, 0.125f);
    trace.read_ifmap(0, 1, values);
    for (std::size_t i = 0; i < 18; ++i)
      CHECK(values[i] == static_cast<float>(step(18 + i) - 127) * 0.5f);
    CHECK(check_trace(folder.path(name)).layers[1].ofmap.values == 32);
  }
}

TEST_CASE("zero points and 16-bit ofmaps are refused where the format has none, and in version 1") {
  struct Case {
    std::string change;
    std::string part;
  };
  const std::string version = "f.attrs['version'] = 2; ";
  const std::string zero = ".attrs['zero_point'] = ";
  std::vector<Case> cases = {
      {"g['ifmap']" + zero + "0",
       "ifmap: attribute @zero_point needs version 2 of the format, but @version is 1; write the "
       "root's @version as 2"},
      {"g['residual']" + zero + "3", "residual: attribute @zero_point needs version 2"},
      {"put('ofmap', steps(2, 4, 2, 2).astype('i2'), 1.0)", "ofmap: the type i2 needs version 2"},
      {version + "g['ifmap']" + zero + "[1, 2]", "ifmap: attribute @zero_point holds 2 values"},
      {version + "g['ifmap']" + zero + "1.0", "ifmap: attribute @zero_point must hold integers"},
      {version + "g['ifmap']" + zero + "128",
       "ifmap: attribute @zero_point is 128, expected -128 to 127"},
      {version + "g['residual']" + zero + "-129", "residual: attribute @zero_point is -129"},
      {version +
           "del g.attrs['arithmetic']; del g['bias']; g['weight'].attrs['scale'] = 1.0; "
           "put('ifmap', np.ones((2, 2, 3, 3), 'f4')); g['ifmap']" +
           zero + "1",
       "ifmap: has an attribute @zero_point, which only an ifmap and a residual of i1 may have"},
      {version + "put('ofmap', steps(2, 4, 2, 2).astype('u2'), 1.0)",
       "ofmap: the dataset's type is not i1 or i2 (with @scale), as @arithmetic asks for"},
      {version + "put('ofmap', steps(2, 4, 2, 2).astype('i2'))",
       "ofmap: attribute @scale is missing"},
      {version + "put('ofmap', steps(2, 4, 2, 2).astype('i2'), 1e35)",
       "ofmap: attribute @scale is 100000004091847875962975319375216640.000000, expected a "
       "positive"},
      {version + "put('ofmap', steps(2, 4, 2, 2).astype('i2'), 1.0); del g.attrs['arithmetic']",
       "ofmap: the dataset's type is not f4, f2 or i1 (with @scale); only the ofmap of a layer "
       "whose @arithmetic is 'i8' may be i2"},
  };
  for (const std::string name : {"ifmap", "residual"})
    cases.push_back({version + "put('" + name + "', g['" + name + "'][...].astype('i2'), 1.0)",
                     name + ": the dataset's type is not i1 (with @scale), as @arithmetic asks "
                            "for; only the ofmap"});
  for (const std::string name : {"ofmap", "weight", "bias"})
    cases.push_back({version + "g['" + name + "']" + zero + "0",
                     name + ": has an attribute @zero_point, which only an ifmap and a residual"});
  const TempFolder folder;
  std::vector<std::string> changes;
  for (const Case& one : cases) changes.push_back(one.change);
  write_traces(folder, changes);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string path = folder.path(std::to_string(i) + ".h5");
    CAPTURE(cases[i].change);
    const std::string message = message_of(ErrorKind::trace, [&] { Trace{path}; });
    CHECK_MESSAGE(contains(message, path + ": layers/0001 (conv1)/" + cases[i].part), message);
    CHECK_MESSAGE(contains(message, "; "), message);  // a remedy
  }
}

TEST_CASE("contradictions to i8 arithmetic are reported by name") {
  struct Case {
    std::string change;
    std::string part;
  };
  std::vector<Case> cases = {
      {"g.attrs['arithmetic'] = 'i16'", "layers/0001 (conv1): attribute @arithmetic is 'i16'"},
      {"g.attrs['arithmetic'] = 8", "attribute @arithmetic must hold text"},
      {"put('bias', np.zeros(4, 'f4'))", "(conv1)/bias: the dataset's type is not i4"},
      {"put('bias', np.zeros(4, 'i2'))", "(conv1)/bias: the dataset's type is not i4"},
      {"put('bias', np.zeros(4, 'u4'))", "(conv1)/bias: the dataset's type is not i4"},
      {"put('bias', np.zeros(3, 'i4'))", "(conv1)/bias: the dataset's shape is [3]"},
      {"put('weight', steps(4, 1, 2, 2), [1.0, 2.0, 3.0])",
       "(conv1)/weight: attribute @scale holds 3 values, expected 1 or 4"},
      {"put('weight', steps(4, 1, 2, 2), np.ones((2, 2)))",
       "(conv1)/weight: attribute @scale has more than one dimension"},
      {"put('weight', steps(4, 1, 2, 2), [1, 2, 3, 4])",
       "(conv1)/weight: attribute @scale must hold real numbers"},
      {"put('weight', steps(4, 1, 2, 2))", "(conv1)/weight: attribute @scale is missing"},
      {"put('ofmap', steps(2, 4, 2, 2), np.ones(4))",
       "(conv1)/ofmap: attribute @scale holds 4 values, expected 1"},
      {"del g.attrs['arithmetic']; del g['bias']",
       "(conv1)/weight: attribute @scale holds 4 values, expected 1"},
      {"del g.attrs['arithmetic']; g['weight'].attrs['scale'] = 1.0",
       "(conv1)/bias: the dataset's type is not f4, f2 or i1"},
      {"g.attrs['residual'] = 0", "holds a residual, but @residual is 0"},
  };
  for (const std::string name : {"ifmap", "residual", "weight", "bias"}) {
    cases.push_back({"del g['" + name + "']",
                     "(conv1): dataset '" + name + "' is missing, @arithmetic needs it"});
  }
  for (const std::string name : {"ofmap", "ifmap", "residual", "weight"}) {
    cases.push_back({"put('" + name + "', g['" + name + "'][...].astype('f4'))",
                     "(conv1)/" + name + ": the dataset's type is not i1 " +
                         (name == "ofmap" ? "or i2 (with @scale)" : "(with @scale)")});
  }
  for (const std::string scale : {"0.0", "-1.0", "np.nan", "np.inf", "1e300"}) {
    cases.push_back(
        {"g['weight'].attrs['scale'] = [1.0, 1.0, " + scale + ", 1.0]", "expected a positive"});
    cases.push_back({"g['residual'].attrs['scale'] = " + scale, "expected a positive"});
  }
  const TempFolder folder;
  std::vector<std::string> changes;
  for (const Case& one : cases) changes.push_back(one.change);
  write_traces(folder, changes);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string path = folder.path(std::to_string(i) + ".h5");
    CAPTURE(cases[i].change);
    const std::string message = message_of(ErrorKind::trace, [&] { Trace{path}; });
    CHECK_MESSAGE(contains(message, path + ": layers/0001 (conv1)"), message);
    CHECK_MESSAGE(contains(message, cases[i].part), message);
    CHECK_MESSAGE(contains(message, "; "), message);  // a remedy
  }
}

TEST_CASE("sums that an int32 cannot hold are found before any is computed") {
  const TempFolder folder;
  const std::string weight = "put('weight', np.full((4, 1, 2, 2), -128, 'i1'), 1.0); ";
  const int most = 2147483647 - 4 * 128 * 128;
  write_traces(
      folder, {weight + "put('bias', np.array([0, 0, 0, " + std::to_string(most) + "], 'i4'))",
               weight + "put('bias', np.array([0, " + std::to_string(-most - 1) + ", 0, 0], 'i4'))",
               weight + "put('bias', np.array([-2**31, 0, 0, 0], 'i4'))"});
  CHECK_NOTHROW(check_trace(folder.path("0.h5")));
  const std::string message =
      message_of(ErrorKind::trace, [&] { check_trace(folder.path("1.h5")); });
  CHECK(contains(message, "1.h5: layer 'conv1': the sums of channel 1 may reach 2147483648, "));
  const Trace trace(folder.path("2.h5"));
  CHECK(contains(message_of(ErrorKind::trace, [&] { require_int32_sums(trace, 1); }),
                 "channel 0 may reach 2147549184"));
}

TEST_CASE("a zero point makes the ifmap's largest magnitude larger, and the sums with it") {
  const TempFolder folder;
  const int most = 2147483647 - 4 * 255 * 128;
  std::vector<std::string> changes;
  for (const int zero_point : {127, -128})
    for (const int bias : {most, most + 1})
      changes.push_back(
          "f.attrs['version'] = 2; put('weight', np.full((4, 1, 2, 2), -128, 'i1'), "
          "1.0); g['ifmap'].attrs['zero_point'] = " +
          std::to_string(zero_point) + "; put('bias', np.array([0, 0, 0, " + std::to_string(bias) +
          "], 'i4'))");
  write_traces(folder, changes);
  for (const std::string name : {"0.h5", "2.h5"}) CHECK_NOTHROW(check_trace(folder.path(name)));
  for (const std::string name : {"1.h5", "3.h5"})
    CHECK(contains(message_of(ErrorKind::trace, [&] { check_trace(folder.path(name)); }),
                   "channel 3 may reach 2147483648"));
}
