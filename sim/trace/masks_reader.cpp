#include "sim/trace/masks_reader.h"

#include <algorithm>

#include "sim/base/suggest.h"
#include "sim/trace/hdf5_values.h"
#include "sim/trace/layer_groups.h"
#include "sim/trace/rehearsal.h"
#include "sim/trace/sha256.h"

namespace peeksim {

namespace {

constexpr const char* remedy = "docs/masks.md says what a masks file holds";

constexpr const char* decision_macs_name = "decision_macs";
constexpr Count max_decision_macs = 1 << 24;

hdf5::Object open_masks(const hdf5::Object& group, const std::string& name,
                        const std::vector<hsize_t>& wanted) {
  hdf5::Object masks = hdf5::open_dataset(group, name);
  const std::vector<hsize_t> shape = hdf5::shape_of(masks);
  if (shape != wanted)
    masks.fail("has the shape " + hdf5::shape_text(shape) + ", expected " +
                   hdf5::shape_text(wanted) + " (images, channels, rows, columns)",
               remedy);
  const hdf5::Handle type(H5Dget_type(masks.id), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type);  // h5py writes booleans as enumerations
  if (kind != H5T_INTEGER && kind != H5T_ENUM) masks.fail("must hold integers or booleans", remedy);
  return masks;
}

// "channel 3, row 0, column 5" of an array [..., P, Q].
std::string position(const Layer& layer, std::size_t index) {
  const std::size_t plane = static_cast<std::size_t>(layer.positions());
  return "channel " + std::to_string(index / plane) + ", row " +
         std::to_string(index % plane / layer.Q()) + ", column " +
         std::to_string(index % layer.Q());
}

std::vector<std::uint8_t> read_image(const hdf5::Object& masks, const Layer& layer, int image) {
  std::vector<hsize_t> size = hdf5::shape_of(masks), start(size.size(), 0);
  start[0] = static_cast<hsize_t>(image);
  size[0] = 1;
  hsize_t count = 1;
  for (const hsize_t extent : size) count *= extent;
  const hdf5::Handle memory(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const hdf5::Handle space(H5Dget_space(masks.id), H5Sclose);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
  std::vector<std::int16_t> numbers(count);  // wide enough that 256 is not taken for 0
  if (H5Dread(masks.id, H5T_NATIVE_INT16, memory, space, H5P_DEFAULT, numbers.data()) < 0)
    masks.fail_damaged("image " + std::to_string(image) + " cannot be read");
  const auto odd = std::find_if(numbers.begin(), numbers.end(),
                                [](std::int16_t number) { return number != 0 && number != 1; });
  if (odd != numbers.end())
    masks.fail("image " + std::to_string(image) + ", " + position(layer, odd - numbers.begin()) +
                   ": expected 0 or 1, found " + std::to_string(*odd),
               remedy);
  return {numbers.begin(), numbers.end()};
}

// Looked through in a child first, which damage may crash.
hdf5::Object opened(const std::string& path, const Trace& trace) {
  const std::string sha256 = trace.sha256();
  hdf5::rehearse(path, [&] { MasksReader(hdf5::open_file(path), sha256, trace.info()); });
  return hdf5::open_file(path);
}

}  // namespace

MasksReader::MasksReader(const std::string& path, const Trace& trace)
    : MasksReader(opened(path, trace), trace.sha256(), trace.info()) {
  sha256_ = sha256_of_file(path);
}

MasksReader::MasksReader(hdf5::Object file, const std::string& trace_sha256, const TraceInfo& trace)
    : file_(std::move(file)) {
  const std::string made_for = hdf5::read_string(file_, "trace_sha256");
  if (made_for != trace_sha256)
    file_.fail("holds masks of a trace with the SHA-256 " + made_for + ", and that of " +
                   trace.path + " is " + trace_sha256,
               "make the masks from this trace");
  std::map<std::string, const Layer*> layers;
  for (const TraceLayer& traced : trace.layers)
    layers.emplace(path_in_files(traced.layer), &traced.layer);
  hdf5::visit_layer_groups(file_, {"first", "gated"},
                           [&](const hdf5::Object& group, const std::string& path) {
                             add_layer(group, path, layers, trace.images);
                           });
  if (layers_.empty()) file_.fail("holds no layer", remedy);
}

void MasksReader::add_layer(const hdf5::Object& group, const std::string& path,
                            const std::map<std::string, const Layer*>& layers, int images) {
  const auto found = layers.find(path);
  if (found == layers.end()) {
    std::vector<std::string> names;
    for (const auto& [name, layer] : layers) names.push_back(name);
    group.fail("the trace has no layer '" + path + "'", suggest(path, names));
  }
  const Layer& layer = *found->second;
  std::vector<hsize_t> shape;
  for (const int extent : {images, layer.P(), layer.Q()})
    shape.push_back(static_cast<hsize_t>(extent));
  LayerMasks masks;
  masks.first = open_masks(group, "first", shape);
  shape.insert(shape.begin() + 1, static_cast<hsize_t>(layer.K));
  masks.gated = open_masks(group, "gated", shape);
  masks.shape = layer;
  if (hdf5::has_attribute(group, decision_macs_name))
    masks.decision_macs = hdf5::read_integers(group, decision_macs_name, 1)[0];
  if (masks.decision_macs < 0 || masks.decision_macs > max_decision_macs)
    group.fail(std::string(decision_macs_name) + ": expected 0 to " +
                   std::to_string(max_decision_macs) + ", found " +
                   std::to_string(masks.decision_macs),
               remedy);
  layers_.emplace(layer.name, std::move(masks));
}

Masks::Decisions MasksReader::read(const std::string& layer, int image) const {
  const LayerMasks& masks = layers_.at(layer);
  Decisions made;
  made.first = read_image(masks.first, masks.shape, image);
  made.gated = read_image(masks.gated, masks.shape, image);
  for (std::size_t i = 0; i < made.gated.size(); ++i)
    if (made.gated[i] != 0 && made.first[i % made.first.size()] != 0)
      masks.gated.fail("image " + std::to_string(image) + ", " + position(masks.shape, i) +
                           ": the output is computed first, and gated",
                       "an output is one or the other");
  return made;
}

}  // namespace peeksim
