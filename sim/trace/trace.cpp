#include "sim/trace/trace.h"

#include <openssl/evp.h>

#include <cstdio>
#include <string>

#include "sim/trace/layout.h"
#include "sim/trace/rehearsal.h"
#include "sim/trace/structure.h"
#include "sim/trace/tensor.h"

namespace peeksim {

struct Trace::Impl {
  hdf5::Object file;
  TraceInfo info;
};

Trace::Trace(const std::string& path) : impl_(std::make_unique<Impl>()) {
  hdf5::rehearse(path, [&path] { read_structure(hdf5::open_file(path)); });
  impl_->file = hdf5::open_file(path);
  impl_->info = read_structure(impl_->file);
}

Trace::~Trace() = default;

const TraceInfo& Trace::info() const {
  return impl_->info;
}

std::string Trace::sha256() const {
  const std::string& path = impl_->info.path;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> hash(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!file) throw Error(ErrorKind::trace, path, "cannot be read again", "leave it where it is");
  EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr);
  std::vector<unsigned char> buffer(std::size_t{1} << 20);
  std::size_t bytes = 0;
  while ((bytes = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0) {
    EVP_DigestUpdate(hash.get(), buffer.data(), bytes);
  }
  if (std::ferror(file.get())) {
    throw Error(ErrorKind::trace, path, "cannot be read", "check the disk");
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(hash.get(), digest, &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

void Trace::read_ofmap(std::size_t layer, int image, std::vector<float>& values) const {
  read(layer, TraceTensor::ofmap, image, values);
}

void Trace::read_ifmap(std::size_t layer, int image, std::vector<float>& values) const {
  read(layer, TraceTensor::ifmap, image, values);
}

// Opens the dataset anew each time: what stays in memory does not grow with the layers.
void Trace::read(std::size_t layer, TraceTensor tensor, int image,
                 std::vector<float>& values) const {
  const Layer& shape = impl_->info.layers.at(layer).layer;
  const hdf5::Object group = open_layer(impl_->file, layer, shape.name);
  const hdf5::TensorDataset dataset(group, dataset_name(tensor), tensor_shape(shape, tensor),
                                    has_images(tensor) ? impl_->info.images : 0);
  if (has_images(tensor) && (image < 0 || image >= impl_->info.images)) {
    group.fail("there is no image " + std::to_string(image),
               "the trace holds " + std::to_string(impl_->info.images));
  }
  dataset.read(image, values);
}

}  // namespace peeksim
