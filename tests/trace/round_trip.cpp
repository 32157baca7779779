// What was written is read back: every type, every field, image by image.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <iostream>
#include <limits>

#include "sample.h"
#include "sim/trace/check.h"

using namespace peeksim;

TEST_CASE("every type gives back the values that were written, bit for bit") {
  const TempFolder folder;
  for (const std::string type : {"f32", "f16", "i8"}) {
    CAPTURE(type);
    const std::string path = folder.path(type + ".h5");
    write_sample(path, type, 3);
    const Trace trace(path);
    const std::vector<Layer> layers = sample_layers();
    REQUIRE(trace.info().layers.size() == layers.size());
    std::vector<float> values;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      CHECK(trace.info().layers[i].ofmap_type == type);
      for (const int image : {2, 0, 1}) {
        trace.read_ofmap(i, image, values);
        CHECK(values == sample_ofmap(layers[i], i, image));
        if (!trace.info().layers[i].has_ifmap) continue;
        trace.read_ifmap(i, image, values);
        CHECK(values == sample_ifmap(layers[i], i, image));
      }
    }
  }
}

TEST_CASE("the header and every field of a layer are read back") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  Layer layer = conv_layer("odd one", 6, 9, 11, 4, 3, 0);
  layer.S = 2;
  layer.stride_h = 2, layer.stride_w = 3;
  layer.pad_top = 1, layer.pad_left = 2, layer.pad_bottom = 3, layer.pad_right = 4;
  layer.dilation_h = 2, layer.dilation_w = 3;
  layer.groups = 2;
  layer.residual = true;
  layer.activation = Activation::relu6;
  TraceWriter writer(path, sample_header(2));
  writer.begin_layer(layer, {"f32"});
  for (const int image : {0, 1}) writer.write_ofmap(image, sample_ofmap(layer, 0, image));
  writer.close();

  const Trace trace(path);
  const TraceInfo& info = trace.info();
  CHECK(info.path == path);
  CHECK(info.network == "sample");
  CHECK(info.origin == "made by a test");
  CHECK(info.workload == "sample");
  CHECK_FALSE(info.synthetic);
  CHECK(info.images == 2);
  CHECK(info.image_names == std::vector<std::string>{"image.png", "imagex.png"});
  CHECK(info.labels == std::vector<int>{-1, 0});
  CHECK(info.metadata_checksummed);
  CHECK(info.unknown.empty());
  const Layer& found = info.layers.at(0).layer;
  CHECK(found.name == "odd one");
  CHECK(found.C == 6);
  CHECK(found.H == 9);
  CHECK(found.W == 11);
  CHECK(found.K == 4);
  CHECK(found.R == 3);
  CHECK(found.S == 2);
  CHECK(found.stride_h == 2);
  CHECK(found.stride_w == 3);
  CHECK(found.pad_top == 1);
  CHECK(found.pad_left == 2);
  CHECK(found.pad_bottom == 3);
  CHECK(found.pad_right == 4);
  CHECK(found.dilation_h == 2);
  CHECK(found.dilation_w == 3);
  CHECK(found.groups == 2);
  CHECK(found.residual);
  CHECK((found.activation == Activation::relu6));
  CHECK((found.kind == LayerKind::conv));
  CHECK(info.layers[0].checksummed);
  CHECK_FALSE(info.layers[0].has_ifmap);
  CHECK_FALSE(info.layers[0].has_weight);
}

TEST_CASE("a positive value never becomes zero, and no other value becomes positive") {
  const TempFolder folder;
  const Layer layer = conv_layer("conv", 1, 2, 3, 1, 1, 0);
  const std::vector<float> values = {1e-30f, -1e-30f, 0.0f, 5.0f, -900.0f, 900.0f};
  for (const std::string type : {"f16", "i8"}) {
    CAPTURE(type);
    const std::string path = folder.path(type + ".h5");
    TraceWriter writer(path, sample_header(1));
    writer.begin_layer(layer, {type, 1.0f});
    writer.write_ofmap(0, values);
    writer.close();
    std::vector<float> found;
    Trace(path).read_ofmap(0, 0, found);
    REQUIRE(found.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i) CHECK((found[i] > 0) == (values[i] > 0));
    CHECK(found[3] == 5.0f);
    CHECK(found[4] == (type == "i8" ? -127.0f : -900.0f));
    CHECK(found[5] == (type == "i8" ? 127.0f : 900.0f));
  }
}

TEST_CASE("the SHA-256 of a trace is that of its bytes") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  write_sample(path, "i8", 1);
  const std::string listing = folder.path("sum");
  REQUIRE(std::system(("sha256sum '" + path + "' > '" + listing + "'").c_str()) == 0);
  CHECK(Trace(path).sha256() == read_bytes(listing).substr(0, 64));
}

TEST_CASE("the same calls write the same bytes") {
  const TempFolder folder;
  write_sample(folder.path("a.h5"), "f16", 2);
  sleep(1);  // a time stamp would show
  write_sample(folder.path("b.h5"), "f16", 2);
  CHECK(read_bytes(folder.path("a.h5")) == read_bytes(folder.path("b.h5")));
}

TEST_CASE("a layer may share another layer's dataset by a hard link") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  const Layer first = conv_layer("first", 2, 4, 4, 2, 1, 0);
  const Layer second = conv_layer("second", 2, 4, 4, 2, 1, 0);
  {
    TraceWriter writer(path, sample_header(1));
    writer.begin_layer(first, {"i8", 0.125f, true, 0.125f});
    writer.write_ofmap(0, sample_ofmap(first, 0, 0));
    writer.write_ifmap(0, sample_ifmap(first, 0, 0));
    writer.begin_layer(second, {"i8", 0.125f});
    writer.write_ofmap(0, sample_ofmap(second, 1, 0));
    writer.close();
  }
  const std::string program = folder.path("link.py");
  write_bytes(program,
              "import h5py, sys\n"
              "with h5py.File(sys.argv[1], 'r+') as f:\n"
              "    f['layers/0001/ifmap'] = f['layers/0000/ifmap']\n");
  run_python(program, path);
  const Trace trace(path);
  REQUIRE(trace.info().layers[1].has_ifmap);
  std::vector<float> values;
  trace.read_ifmap(1, 0, values);
  CHECK(values == sample_ifmap(first, 0, 0));
}

TEST_CASE("a trace is never left half-written") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  {
    TraceWriter writer(path, sample_header(1));
    writer.begin_layer(sample_layers()[0], {"i8"});
    CHECK(folder.contents().size() == 1);  // beside its name
    CHECK_FALSE(std::filesystem::exists(path));
  }
  CHECK(folder.contents().empty());
}

TEST_CASE("an existing file is only overwritten when that was asked for") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  write_bytes(path, "precious");
  const std::string message =
      message_of(ErrorKind::output, [&] { TraceWriter(path, sample_header(1)); });
  CHECK(contains(message, path + ": exists already"));
  CHECK(read_bytes(path) == "precious");
  { TraceWriter abandoned(path, sample_header(1), true); }
  CHECK(read_bytes(path) == "precious");
  TraceWriter writer(path, sample_header(1), true);
  const Layer layer = sample_layers()[0];
  writer.begin_layer(layer, {"i8"});
  writer.write_ofmap(0, sample_ofmap(layer, 0, 0));
  writer.close();
  CHECK(Trace(path).info().layers.size() == 1);
}

TEST_CASE("a folder that cannot be written is named") {
  const std::string message =
      message_of(ErrorKind::output, [] { TraceWriter("/nonexistent/trace.h5", sample_header(1)); });
  CHECK(contains(message, "/nonexistent/trace.h5: cannot be written: No such file"));
}

TEST_CASE("a full disk is an error, leaves nothing behind and does not end in a crash") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  std::cout.flush();  // else the child prints it again
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // a process of its own: the limit cannot be lifted again
    const rlimit size = {16384, 16384};
    setrlimit(RLIMIT_FSIZE, &size);
    std::signal(SIGXFSZ, SIG_IGN);
    int code = 0;
    try {
      const Layer layer = conv_layer("conv", 1, 100, 100, 8, 1, 0);
      TraceWriter writer(path, sample_header(1));
      writer.begin_layer(layer, {"f32"});
      std::vector<float> noise(static_cast<std::size_t>(layer.outputs()));
      for (std::size_t i = 0; i < noise.size(); ++i) {
        noise[i] = std::sin(static_cast<float>(i * i % 7919));
      }
      writer.write_ofmap(0, noise);
      writer.close();
    } catch (const Error& error) {
      code = contains(error.what(), "trace.h5: cannot be written") ? error.exit_code() : 99;
    }
    std::exit(code);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == static_cast<int>(ErrorKind::output));
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
}

TEST_CASE("the writer refuses values that a trace must not hold") {
  const TempFolder folder;
  const Layer layer = conv_layer("conv", 1, 1, 1, 1, 1, 0);
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e5f}) {
    TraceWriter writer(folder.path("trace.h5"), sample_header(1));
    writer.begin_layer(layer, {"f16"});
    const std::string message = message_of(ErrorKind::trace, [&] { writer.write_ofmap(0, {bad}); });
    CHECK(contains(message, "layer 'conv': cannot store"));
  }
}

TEST_CASE("the check of a trace counts its values and warns of ReLU'd ones") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  const Layer plain = conv_layer("plain", 1, 2, 2, 1, 1, 0);
  const Layer rectified = conv_layer("rectified", 1, 2, 2, 1, 1, 0);
  {
    TraceWriter writer(path, sample_header(2));
    writer.begin_layer(plain, {"f32", 1, true});
    for (const int image : {0, 1}) {
      writer.write_ofmap(image, {-2, 0, 3, static_cast<float>(image)});
      writer.write_ifmap(image, {0, 1, 2, 3});
    }
    writer.begin_layer(rectified, {"f32"});
    for (const int image : {0, 1}) writer.write_ofmap(image, {0, 1, 2, 0});
    writer.close();
  }
  std::vector<std::string> visited;
  Watch watch;
  watch.progress = [&](const Watch::Place& at) { visited.push_back(at.name); };
  const TraceReport report = check_trace(path, watch);
  CHECK(visited == std::vector<std::string>{"plain", "rectified"});
  CHECK(report.sha256 == Trace(path).sha256());
  REQUIRE(report.layers.size() == 2);
  const ValueStatistics& ofmap = report.layers[0].ofmap;
  CHECK(ofmap.values == 8);
  CHECK(ofmap.negative == 2);
  CHECK(ofmap.zero == 3);
  CHECK(ofmap.min == -2);
  CHECK(ofmap.max == 3);
  CHECK(ofmap.zero_share() == 5.0 / 8);
  CHECK_FALSE(ofmap.only_rectified());
  CHECK(report.layers[0].ifmap.zero_share() == 0.25);
  CHECK(report.layers[1].ofmap.only_rectified());
  CHECK(report.layers[1].ifmap.values == 0);
  REQUIRE(report.warnings.size() == 2);
  CHECK(contains(report.warnings[0], "layer 'rectified': the ofmap holds only ReLU'd values"));
  CHECK(contains(report.warnings[1], "layer 'rectified': all images have the same ofmap"));

  watch.interrupted = [] { return true; };
  message_of(ErrorKind::interrupted, [&] { check_trace(path, watch); });
}
