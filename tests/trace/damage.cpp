// Damaged, truncated and foreign files: an error that says so, or the very values that were
// written. Never a crash, never other values.
#include <doctest/doctest.h>

#include "sample.h"
#include "sim/trace/check.h"

using namespace peeksim;

TEST_CASE("a missing file, a folder, a text file and an empty file are refused") {
  const TempFolder folder;
  const auto refusal = [](const std::string& path) {
    return message_of(ErrorKind::trace, [&] { Trace{path}; });
  };
  CHECK(contains(refusal(folder.path("none.h5")), "none.h5: there is no such file"));
  CHECK(contains(refusal(folder.path("")), "is not a file"));
  write_bytes(folder.path("text.h5"), "prediction:\n  policy: peek\n");
  CHECK(contains(refusal(folder.path("text.h5")), "text.h5: is not an HDF5 file"));
  write_bytes(folder.path("empty.h5"), "");
  CHECK(contains(refusal(folder.path("empty.h5")), "empty.h5: is not an HDF5 file"));
}

TEST_CASE("a trace that was cut short is refused whatever its length") {
  const TempFolder folder;
  write_sample(folder.path("whole.h5"), "i8", 2);
  const std::string bytes = read_bytes(folder.path("whole.h5"));
  const std::string path = folder.path("cut.h5");
  int truncated = 0;
  for (std::size_t length = 0; length < bytes.size(); length += length < 64 ? 1 : 97) {
    CAPTURE(length);
    write_bytes(path, bytes.substr(0, length));
    const std::string message = message_of(ErrorKind::trace, [&] { Trace{path}; });
    truncated += contains(message, "cut.h5: is truncated");
  }
  CHECK(truncated > 50);
  write_bytes(path, bytes.substr(0, bytes.size() - 1));
  CHECK(contains(message_of(ErrorKind::trace, [&] { Trace{path}; }), "cut.h5: is truncated"));
}

TEST_CASE("a flipped bit is detected or harmless, wherever it is") {
  const TempFolder folder;
  write_sample(folder.path("whole.h5"), "i8", 2);
  const std::string bytes = read_bytes(folder.path("whole.h5"));
  const std::string original = describe(folder.path("whole.h5"));
  const std::string path = folder.path("flipped.h5");
  const std::size_t flips = 400;
  std::size_t detected = 0, silent = 0;
  for (std::size_t i = 0; i < flips; ++i) {
    // Spread over the file; the superblock, in which everything begins, bit by bit.
    const std::size_t byte = i < 48 ? i : i * bytes.size() / flips;
    std::string flipped = bytes;
    flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << (i * 5 % 8)));
    write_bytes(path, flipped);
    CAPTURE(byte);
    try {
      silent += describe(path) != original;
    } catch (const Error& error) {
      CHECK((error.kind() == ErrorKind::trace));
      ++detected;
    }
  }
  CHECK(silent == 0);
  CHECK(detected > flips / 3);
}

TEST_CASE("a damaged value is an error that names the layer and the image") {
  const TempFolder folder;
  const std::string path = folder.path("trace.h5");
  const Layer layer = conv_layer("conv1", 1, 64, 64, 4, 1, 0);
  TraceWriter writer(path, sample_header(1));
  writer.begin_layer(layer, {"f32"});
  std::vector<float> noise(static_cast<std::size_t>(layer.outputs()));
  for (std::size_t i = 0; i < noise.size(); ++i) {
    noise[i] = std::sin(static_cast<float>(i * i % 7919));
  }
  writer.write_ofmap(0, noise);
  writer.close();
  std::string bytes = read_bytes(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_bytes(path, bytes);
  const Trace trace(path);
  std::vector<float> values;
  const std::string message = message_of(ErrorKind::trace, [&] { trace.read_ofmap(0, 0, values); });
  CHECK(contains(message, path + ": layers/0000 (conv1)/ofmap: image 0: the checksum does not "
                                 "match: the file is damaged; "));
  CHECK(contains(message_of(ErrorKind::trace, [&] { check_trace(path); }), "checksum"));
}

TEST_CASE("damage that makes HDF5 itself crash, loop or swell is still an error") {
  // Variable-length strings lie in a heap without checksums: object sizes, then the text itself.
  const TempFolder folder;
  const std::string program = folder.path("write.py");
  write_bytes(
      program,
      "import h5py, sys, numpy as np\n"
      "with h5py.File(sys.argv[1], 'w') as f:\n"
      "    f.attrs.update(format='peeksim-trace', version=1, network='tiny', origin='a test', "
      "synthetic=0, images=1)\n"
      "    g = f.create_group('layers/0000')\n"
      "    g.attrs.update(name='conv', kind='conv', activation='relu', ifmap_shape=[1, 2, 2], "
      "weight_shape=[1, 1, 1, 1], ofmap_shape=[1, 2, 2], stride=[1, 1], pad=[0, 0, 0, 0], "
      "dilation=[1, 1], groups=1, residual=0)\n"
      "    g.create_dataset('ofmap', data=np.ones((1, 1, 2, 2), 'f4'), chunks=(1, 1, 2, 2), "
      "fletcher32=True)\n");
  run_python(program, "'" + folder.path("whole.h5") + "'");
  const std::string bytes = read_bytes(folder.path("whole.h5"));
  std::vector<float> expected, values;
  Trace(folder.path("whole.h5")).read_ofmap(0, 0, expected);
  const std::size_t heap = bytes.find("GCOL");
  REQUIRE(heap != std::string::npos);
  const std::string path = folder.path("flipped.h5");
  int hopeless = 0;
  for (std::size_t byte = heap; byte < heap + 240; byte += 7) {
    CAPTURE(byte);
    std::string flipped = bytes;
    flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << byte % 8));
    write_bytes(path, flipped);
    try {
      Trace(path).read_ofmap(0, 0, values);
      CHECK(values == expected);
    } catch (const Error& error) {
      CHECK((error.kind() == ErrorKind::trace));
      hopeless += contains(error.what(), "HDF5 cannot cope with its structure");
    }
  }
  CHECK(hopeless > 0);
}
