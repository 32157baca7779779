// Masks files: what is written reads back, and what is wrong is said with its place.
#include <functional>

#include "sim/trace/masks_reader.h"
#include "sim/trace/masks_writer.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

// Every third position first; of the others some outputs gated.
Masks::Decisions sample_masks(const Layer& layer, int image) {
  Masks::Decisions made;
  for (Count i = 0; i < layer.positions(); ++i)
    made.first.push_back(static_cast<std::uint8_t>((i + image) % 3 == 0));
  for (Count i = 0; i < layer.outputs(); ++i)
    made.gated.push_back(
        static_cast<std::uint8_t>(made.first[i % layer.positions()] == 0 && i % 2 == 0));
  return made;
}

// A trace of two images, and masks files for it.
class MasksFolder {
 public:
  MasksFolder() { write_sample(files.path("trace.h5"), "f32", 2); }

  using Change = std::function<void(Masks::Decisions&)>;

  // Masks of one layer; `change`: what is wrong with the second image.
  std::string write(const std::string& name, const Layer& layer, int images = 2,
                    const Change& change = {}) const {
    MasksWriter writer(files.path(name), Trace(files.path("trace.h5")).sha256(), true);
    writer.begin_layer(layer, images);
    for (int image = 0; image < images; ++image) {
      Masks::Decisions made = sample_masks(layer, image);
      if (image == 1 && change) change(made);
      writer.write(image, made);
    }
    writer.close();
    return files.path(name);
  }

  // The error of opening them and reading the second image.
  std::string error(const std::string& path) const {
    return message_of(ErrorKind::trace, [&] {
      const MasksReader masks(path, Trace(files.path("trace.h5")));
      masks.read("conv1", 1);
    });
  }

  TempFolder files;
};

}  // namespace

TEST_CASE("masks read back as they were written, image by image") {
  const MasksFolder folder;
  const Layer layer = sample_layers()[0];
  const MasksReader masks(folder.write("masks.h5", layer), Trace(folder.files.path("trace.h5")));
  CHECK(masks.has("conv1"));
  CHECK_FALSE(masks.has("conv2"));
  for (const int image : {0, 1}) {
    const Masks::Decisions made = masks.read("conv1", image), wanted = sample_masks(layer, image);
    CHECK(made.first == wanted.first);
    CHECK(made.gated == wanted.gated);
  }
}

TEST_CASE("the same masks are the same bytes, and their SHA-256 is the file's") {
  const MasksFolder folder;
  const Trace trace(folder.files.path("trace.h5"));
  const std::string a = MasksReader(folder.write("a.h5", sample_layers()[0]), trace).sha256();
  CHECK(a == MasksReader(folder.write("b.h5", sample_layers()[0]), trace).sha256());
  CHECK(a != MasksReader(folder.write("c.h5", sample_layers()[1]), trace).sha256());
}

TEST_CASE("a slash in a layer's name is a group in a group") {
  const TempFolder files;
  Layer layer = sample_layers()[0];
  layer.name = "/features/0/Conv";
  {
    TraceWriter writer(files.path("trace.h5"), sample_header(1));
    writer.begin_layer(layer, {"f32", 1, false, 1});
    writer.write_ofmap(0, sample_ofmap(layer, 0, 0));
    writer.close();
  }
  const Trace trace(files.path("trace.h5"));
  MasksWriter writer(files.path("masks.h5"), trace.sha256(), false);
  writer.begin_layer(layer, 1);
  writer.write(0, sample_masks(layer, 0));
  writer.close();
  const MasksReader masks(files.path("masks.h5"), trace);
  CHECK(masks.has("/features/0/Conv"));
  CHECK(masks.read("/features/0/Conv", 0).gated == sample_masks(layer, 0).gated);
}

TEST_CASE("masks that contradict themselves or their trace are refused, with the place") {
  const MasksFolder folder;
  const std::vector<Layer> layers = sample_layers();
  const auto says = [&](const std::string& error, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) {
      CAPTURE(error);
      CHECK(error.find(part) != std::string::npos);
    }
  };
  says(folder.error(folder.files.path("none.h5")), {"none.h5", "no such file"});
  folder.files.write("text.h5", "masks");
  says(folder.error(folder.files.path("text.h5")), {"not an HDF5 file"});
  Layer other = layers[0];
  other.name = "conv3";
  says(folder.error(folder.write("a.h5", other)),
       {"the trace has no layer 'conv3'", "did you mean 'conv"});
  says(folder.error(folder.write("b.h5", layers[0], 3)),
       {"conv1/first", "[3,8,6]", "expected [2,8,6]"});
  other = layers[0];
  other.K = 5;
  says(folder.error(folder.write("c.h5", other)),
       {"conv1/gated", "[2,5,8,6]", "expected [2,4,8,6]"});
  says(folder.error(folder.write("d.h5", layers[0], 2,
                                 [](Masks::Decisions& made) { made.gated[48 + 6 * 7 + 5] = 2; })),
       {"conv1/gated", "image 1, channel 1, row 7, column 5", "expected 0 or 1, found 2"});
  says(folder.error(folder.write("e.h5", layers[0], 2,
                                 [](Masks::Decisions& made) {
                                   made.first[6 * 2 + 1] = made.gated[2 * 48 + 6 * 2 + 1] = 1;
                                 })),
       {"image 1, channel ", "row 2, column 1", "computed first, and gated"});
  const std::string masks = folder.write("f.h5", layers[0]);
  write_sample(folder.files.path("other.h5"), "f32", 1);
  says(message_of(ErrorKind::trace,
                  [&] { MasksReader(masks, Trace(folder.files.path("other.h5"))); }),
       {"of a trace with the SHA-256", "make the masks from this trace"});
  says(message_of(ErrorKind::trace,
                  [&] { MasksReader(folder.files.path("trace.h5"), Trace(masks)); }),
       {"format"});
  says(folder.error(folder.files.path("trace.h5")), {"trace_sha256"});
}

TEST_CASE("MACs of a decision are those of the file, or none") {
  const MasksFolder folder;
  const Trace trace(folder.files.path("trace.h5"));
  const std::string path = folder.write("masks.h5", sample_layers()[0]);
  CHECK(MasksReader(path, trace).decision_macs("conv1") == 0);
  const auto set = [&](std::int64_t macs) {
    const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const hdf5::Handle layer(H5Oopen(file, "conv1", H5P_DEFAULT), H5Oclose);
    H5Adelete(layer, "decision_macs");
    const hdf5::Handle one(H5Screate(H5S_SCALAR), H5Sclose);
    const hdf5::Handle attribute(
        H5Acreate2(layer, "decision_macs", H5T_STD_I64LE, one, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    REQUIRE(H5Awrite(attribute, H5T_NATIVE_INT64, &macs) >= 0);
  };
  set(18);
  CHECK(MasksReader(path, trace).decision_macs("conv1") == 18);
  MasksWriter writer(folder.files.path("priced.h5"), trace.sha256(), false);
  writer.begin_layer(sample_layers()[0], 2, 21);
  for (const int image : {0, 1}) writer.write(image, sample_masks(sample_layers()[0], image));
  writer.close();
  CHECK(MasksReader(folder.files.path("priced.h5"), trace).decision_macs("conv1") == 21);
  set(-1);
  const std::string error = message_of(
      ErrorKind::trace, [&] { MasksReader(path, Trace(folder.files.path("trace.h5"))); });
  CHECK(error.find("decision_macs: expected 0 to 16777216, found -1") != std::string::npos);
}

TEST_CASE("a masks file that exists is replaced only when asked") {
  const MasksFolder folder;
  folder.write("masks.h5", sample_layers()[0]);
  CHECK_THROWS_WITH_AS(MasksWriter(folder.files.path("masks.h5"), "", false),
                       doctest::Contains("exists"), Error);
}
