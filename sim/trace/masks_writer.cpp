#include "sim/trace/masks_writer.h"

#include "sim/trace/hdf5_output.h"

namespace peeksim {

using hdf5::Handle;

MasksWriter::MasksWriter(const std::string& path, const std::string& trace_sha256, bool overwrite)
    : path_(path), output_(path, overwrite), file_(hdf5::create_file(output_.partial())) {
  check(file_.valid() && hdf5::write_text(file_, "trace_sha256", trace_sha256));
}

void MasksWriter::check(bool good) const {
  if (good) return;
  throw Error(ErrorKind::output, path_, "cannot be written (" + hdf5::reason() + ")",
              "is the disk full? Nothing was left behind");
}

Handle MasksWriter::create(const char* name, std::vector<hsize_t> shape) const {
  const hsize_t images = shape[0];
  shape[0] = 1;
  const Handle list = hdf5::compressed_chunks(shape);
  shape[0] = images;
  const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                     H5Sclose);
  Handle dataset(H5Dcreate2(group_, name, H5T_STD_U8LE, space, H5P_DEFAULT, list, H5P_DEFAULT),
                 H5Dclose);
  check(dataset.valid());
  return dataset;
}

void MasksWriter::begin_layer(const Layer& layer, int images, Count decision_macs) {
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);  // a slash in a layer's name
  H5Pset_char_encoding(links, H5T_CSET_UTF8);
  group_ = Handle(H5Gcreate2(file_, layer.name.c_str(), links,
                             hdf5::without_times(H5P_GROUP_CREATE), H5P_DEFAULT),
                  H5Gclose);
  check(group_.valid());
  check(decision_macs == 0 || hdf5::write_integer(group_, "decision_macs", decision_macs));
  const auto size = [](int extent) { return static_cast<hsize_t>(extent); };
  first_ = create("first", {size(images), size(layer.P()), size(layer.Q())});
  gated_ = create("gated", {size(images), size(layer.K), size(layer.P()), size(layer.Q())});
}

void MasksWriter::write(const Handle& dataset, int image,
                        const std::vector<std::uint8_t>& values) const {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  std::vector<hsize_t> size(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, size.data(), nullptr);
  std::vector<hsize_t> start(size.size(), 0);
  start[0] = static_cast<hsize_t>(image);
  size[0] = 1;
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
  const hsize_t count = values.size();
  const Handle memory(H5Screate_simple(1, &count, nullptr), H5Sclose);
  check(H5Dwrite(dataset, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, values.data()) >= 0);
}

void MasksWriter::write(int image, const Masks::Decisions& made) {
  write(first_, image, made.first);
  write(gated_, image, made.gated);
}

void MasksWriter::close() {
  for (Handle* handle : {&first_, &gated_, &group_}) check(handle->reset() >= 0);
  check(H5Fflush(file_, H5F_SCOPE_LOCAL) >= 0);
  check(file_.reset() >= 0);
  output_.commit();
}

}  // namespace peeksim
