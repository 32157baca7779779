// Chunks as HDF5's filters write them, undone without HDF5, and what is left to it.
#include "sim/trace/chunk_filters.h"

#include <doctest/doctest.h>

#include "sample.h"
#include "sim/trace/hdf5.h"

using namespace peeksim;
using namespace peeksim::hdf5;

namespace {

struct Written {
  ChunkFilters filters;
  std::string chunk;
  std::string values;
};

// The only chunk of a dataset of two-byte integers; `set` chooses its filters.
template <class Set>
Written write_chunk(const TempFolder& folder, hsize_t count, Set&& set) {
  prepare_library();
  const Handle list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(list, 1, &count);
  set(list);
  const Handle file(
      H5Fcreate(folder.path("chunk.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
      H5Fclose);
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const Handle data(H5Dcreate2(file, "d", H5T_NATIVE_INT16, space, H5P_DEFAULT, list, H5P_DEFAULT),
                    H5Dclose);
  std::vector<std::int16_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::int16_t>(i * i % 1009);
  REQUIRE(H5Dwrite(data, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Fflush(file, H5F_SCOPE_LOCAL);
  const hsize_t origin = 0;
  hsize_t bytes = 0;
  H5Dget_chunk_storage_size(data, &origin, &bytes);
  Written written{ChunkFilters(Handle(H5Dget_create_plist(data), H5Pclose)),
                  std::string(bytes, '\0'),
                  std::string(reinterpret_cast<const char*>(values.data()), 2 * count)};
  std::uint32_t skipped = 0;
  REQUIRE(H5Dread_chunk(data, H5P_DEFAULT, &origin, &skipped, &written.chunk[0]) >= 0);
  return written;
}

bool undo(const Written& written, const std::string& chunk, std::string& values) {
  values.assign(written.values.size(), '\0');
  return written.filters.undo(chunk.data(), chunk.size(), &values[0], values.size());
}

}  // namespace

TEST_CASE("shuffle, gzip and Fletcher-32, each or none, are undone as HDF5 did them") {
  const TempFolder folder;
  std::string values;
  for (int chosen = 0; chosen < 8; ++chosen) {
    for (const hsize_t count : {1, 359, 360, 5000}) {
      CAPTURE(chosen);
      CAPTURE(count);
      const Written written = write_chunk(folder, count, [chosen](hid_t list) {
        if (chosen & 1) H5Pset_shuffle(list);
        if (chosen & 2) H5Pset_deflate(list, 4);
        if (chosen & 4) H5Pset_fletcher32(list);
      });
      CHECK(undo(written, written.chunk, values));
      CHECK(values == written.values);
    }
  }
}

TEST_CASE("another order of filters and other filters are left to HDF5") {
  const TempFolder folder;
  std::string values;
  const auto known = [&](auto&& set) {
    const Written written = write_chunk(folder, 100, set);
    return undo(written, written.chunk, values);
  };
  CHECK_FALSE(known([](hid_t list) {
    H5Pset_fletcher32(list);
    H5Pset_deflate(list, 4);
  }));
  CHECK_FALSE(known([](hid_t list) {
    H5Pset_deflate(list, 4);
    H5Pset_shuffle(list);
  }));
  CHECK_FALSE(known([](hid_t list) {
    H5Pset_deflate(list, 4);
    H5Pset_deflate(list, 4);
  }));
  CHECK_FALSE(known([](hid_t list) { H5Pset_nbit(list); }));
}

TEST_CASE("a chunk with a flipped bit, cut short or of other values is left to HDF5") {
  const TempFolder folder;
  std::string values;
  const Written written = write_chunk(folder, 500, [](hid_t list) {
    H5Pset_shuffle(list);
    H5Pset_deflate(list, 4);
    H5Pset_fletcher32(list);
  });
  for (std::size_t byte = 0; byte < written.chunk.size(); ++byte) {
    std::string flipped = written.chunk;
    flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << byte % 8));
    CHECK_FALSE(undo(written, flipped, values));
  }
  for (std::size_t length = 0; length < written.chunk.size(); ++length)
    CHECK_FALSE(undo(written, written.chunk.substr(0, length), values));
  std::string more(written.values.size() + 2, '\0');
  CHECK_FALSE(
      written.filters.undo(written.chunk.data(), written.chunk.size(), &more[0], more.size()));
}
