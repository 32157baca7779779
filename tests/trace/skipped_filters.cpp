// Chunks that were stored without some of their filters, as HDF5 does where an optional filter
// makes nothing smaller, and chunks that only say so.
#include <doctest/doctest.h>

#include "sample.h"
#include "sim/trace/hdf5.h"

using namespace peeksim;

namespace {

// A trace of one layer and two images for each piece of Python, which makes the ofmap of group `g`
// from the values `x`, [2,8,6,6] in f4: FOLDER/0.h5, FOLDER/1.h5, ...; `direct(filters, bytes,
// mask)` makes one with these chunks, stored as they are with this mask of skipped filters.
void write_traces(const TempFolder& folder, const std::vector<std::string>& makers) {
  const std::string program = folder.path("write.py");
  std::string text = R"(import h5py, sys, zlib, numpy as np
def start(number):
    global g, x
    f = h5py.File(sys.argv[1] + f'{number}.h5', 'w', libver='latest')
    f.attrs.update(format='peeksim-trace', version=1, network='tiny', origin='a test', synthetic=0,
                   images=2)
    g = f.create_group('layers/0000')
    g.attrs.update(name='conv', kind='conv', activation='relu', ifmap_shape=[3, 6, 6],
                   weight_shape=[8, 3, 1, 1], ofmap_shape=[8, 6, 6], stride=[1, 1],
                   pad=[0, 0, 0, 0], dilation=[1, 1], groups=1, residual=0)
    x = (np.arange(576) / 8 - 9).reshape(2, 8, 6, 6).astype('<f4')
def direct(filters, make, mask):
    d = g.create_dataset('ofmap', (2, 8, 6, 6), '<f4', chunks=(1, 8, 6, 6), **filters)
    for image in (0, 1):
        d.id.write_direct_chunk((image, 0, 0, 0), make(x[image].tobytes()), filter_mask=mask)
def shuffled(values):
    return np.frombuffer(values, 'u1').reshape(-1, 4).T.tobytes()
)";
  for (std::size_t i = 0; i < makers.size(); ++i)
    text += "start(" + std::to_string(i) + ")\n" + makers[i] + "\n";
  write_bytes(program, text);
  run_python(program, "'" + folder.path("") + "'");
}

std::vector<float> read(const TempFolder& folder, const std::string& name, int image) {
  std::vector<float> values;
  Trace(folder.path(name)).read_ofmap(0, image, values);
  return values;
}

bool can_encode_szip() {
  hdf5::prepare_library();
  unsigned config = 0;
  return H5Zfilter_avail(H5Z_FILTER_SZIP) > 0 &&
         H5Zget_filter_info(H5Z_FILTER_SZIP, &config) >= 0 &&
         (config & H5Z_FILTER_CONFIG_ENCODE_ENABLED) != 0;
}

}  // namespace

TEST_CASE("a chunk that an optional filter could not make smaller is read as it is stored") {
  const TempFolder folder;
  const std::vector<std::string> makers = {
      "direct({'compression': 'gzip'}, lambda values: values, 1)",
      "direct({'compression': 'gzip', 'shuffle': True}, shuffled, 2)",
      "direct({'compression': 'gzip', 'shuffle': True}, lambda values: values, 3)",
      "direct({'shuffle': True}, lambda values: values, 1)",
  };
  write_traces(folder, makers);
  for (std::size_t i = 0; i < makers.size(); ++i) {
    CAPTURE(makers[i]);
    for (const int image : {0, 1}) {
      const std::vector<float> values = read(folder, std::to_string(i) + ".h5", image);
      REQUIRE(values.size() == 288);
      for (std::size_t j = 0; j < values.size(); ++j)
        CHECK(values[j] == static_cast<float>(288 * image + static_cast<int>(j)) / 8 - 9);
    }
  }
}

TEST_CASE("szip leaves chunks as they are that it cannot make smaller, and they are read") {
  if (!can_encode_szip()) return;
  const TempFolder folder;
  // Random bits, the exponent's left out: no filter makes them smaller. 576 values are no whole
  // number of blocks of 32 pixels, which szip pads.
  const std::string values =
      "b = np.random.default_rng(1).integers(0, 2**32, 576, dtype='u4'); "
      "x = ((b & 0xbfffffff).view('f4')).reshape(2, 8, 6, 6); "
      "x.tofile(sys.argv[1] + 'expected'); ";
  const std::string make =
      "d = g.create_dataset('ofmap', data=x, chunks=(1, 8, 6, 6), "
      "compression='szip'";
  const std::string skipped =
      "; assert d.id.get_chunk_info(0).filter_mask != 0, d.id.get_chunk_info(0)";
  write_traces(folder, {values + make + ")" + skipped,
                        values + make + ", shuffle=True, fletcher32=True)" + skipped, make + ")",
                        make + ", shuffle=True, fletcher32=True)"});
  const std::string expected = read_bytes(folder.path("expected"));
  for (const std::string name : {"0.h5", "1.h5"}) {
    CAPTURE(name);
    for (const std::size_t image : {0u, 1u}) {
      const std::vector<float> found = read(folder, name, static_cast<int>(image));
      CHECK(std::string(reinterpret_cast<const char*>(found.data()), 4 * found.size()) ==
            expected.substr(image * 4 * 288, 4 * 288));
    }
  }
  for (const std::string name : {"2.h5", "3.h5"}) CHECK(read(folder, name, 1)[287] == 62.875f);
}

TEST_CASE("a chunk without its checksum, or of another size than its mask says, is refused") {
  const TempFolder folder;
  const std::vector<std::string> makers = {
      // The checksum is the last filter; all of them skipped, and it alone.
      "direct({'compression': 'gzip', 'fletcher32': True}, lambda values: values, 3)",
      "direct({'fletcher32': True}, lambda values: values, 1)",
      // More or fewer bytes than the values.
      "direct({'compression': 'gzip'}, lambda values: values + b'1234', 1)",
      "direct({'compression': 'gzip'}, zlib.compress, 1)",
      // Only the shuffle is skipped: what gzip made of it has any size.
      "direct({'compression': 'gzip', 'shuffle': True}, zlib.compress, 1)",
      // A filter that the dataset does not have.
      "direct({'compression': 'gzip'}, lambda values: values, 3)",
  };
  write_traces(folder, makers);
  for (std::size_t i = 0; i < makers.size(); ++i) {
    CAPTURE(makers[i]);
    const std::string message =
        message_of(ErrorKind::trace, [&] { read(folder, std::to_string(i) + ".h5", 0); });
    CHECK_MESSAGE(contains(message,
                           "layers/0000 (conv)/ofmap: image 0: was stored without its "
                           "filters; write the trace again"),
                  message);
  }
}
