#include <filesystem>
#include <iostream>
#include <memory>

#include "sim/base/error.h"
#include "sim/base/output_file.h"
#include "sim/cli/commands/trace_warnings.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/session.h"
#include "sim/report/files/masks_file.h"
#include "sim/run/layer_predictions.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/required_values.h"
#include "sim/trace/masks_writer.h"

namespace peeksim {

namespace {

using TextList = std::vector<std::string>;

// Takes the predictions of one layer after another, image after image.
class MasksFile {
 public:
  virtual ~MasksFile() = default;
  virtual void begin_layer(const Layer& layer, const LayerPrediction& settings, int images) = 0;
  virtual void write(int image, const Prediction& prediction, int channels) = 0;
  virtual void close() = 0;
};

// All layers, for NumPy.
class NumpyMasks : public MasksFile {
 public:
  NumpyMasks(const std::string& path, bool overwrite) : file_(path, overwrite) {}
  void begin_layer(const Layer& layer, const LayerPrediction&, int images) override {
    file_.write(mask_header(layer, images));
  }
  void write(int, const Prediction& prediction, int channels) override {
    file_.write(mask_values(prediction, channels));
  }
  void close() override { file_.commit(); }

 private:
  OutputFile file_;
};

// The layers that are predicted, for the policy mask.
class PolicyMasks : public MasksFile {
 public:
  PolicyMasks(const std::string& path, const Trace& trace, bool overwrite)
      : file_(path, trace.sha256(), overwrite) {}
  void begin_layer(const Layer& layer, const LayerPrediction& settings, int images) override {
    if (!settings.predicts()) return;
    if (!settings.predictor->gates())
      throw Error(ErrorKind::usage, "",
                  "layer '" + layer.name + "': policy '" + settings.predictor->name +
                      "' gates no output as a whole, and masks say nothing else",
                  "name a FILE.npy, or another machine");
    file_.begin_layer(layer, images, settings.decision_macs);
  }
  void write(int image, const Prediction& prediction, int channels) override {
    if (prediction.predicts) file_.write(image, decisions_of(prediction, channels));
  }
  void close() override { file_.close(); }

 private:
  MasksWriter file_;
};

bool names_hdf5(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  return ending == ".h5" || ending == ".hdf5";
}

std::unique_ptr<MasksFile> new_file(const std::string& path, const Trace& trace, bool overwrite) {
  if (names_hdf5(path)) return std::make_unique<PolicyMasks>(path, trace, overwrite);
  return std::make_unique<NumpyMasks>(path, overwrite);
}

// Returns how many outputs are gated, over all layers and images.
Count write_masks(const Trace& trace, const std::vector<LayerPrediction>& settings, MasksFile& file,
                  const Watch& watch) {
  const TraceInfo& info = trace.info();
  Count gated = 0;
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const Layer& layer = info.layers[i].layer;
    watch.enter_layer(i, info.layers.size(), layer.name);
    file.begin_layer(layer, settings[i], info.images);
    LayerPredictions predictions(trace, i, settings[i]);
    for (int image = 0; image < info.images; ++image) {
      watch.check(info.path);
      const Prediction prediction = predictions.of(image);
      gated += prediction.predicted_zero;
      file.write(image, prediction, layer.K);
    }
  }
  return gated;
}

}  // namespace

void masks_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim masks TRACE --machine MACHINE --out FILE [OPTIONS]",
      "Writes which outputs of a trace the machine predicts to be zero: a .npy array of "
      "truth values [N,K,P,Q] per layer, one after another; or, if FILE ends in .h5, the file that "
      "policy mask reads (docs/masks.md).",
      "peeksim masks traces/resnet18.h5 --machine configs/peek-16x16.yaml --out m.npy");
  options.positional("TRACE", "a trace (HDF5)");
  options.add()("machine", named("MACHINE"), "a machine file (YAML); required")(
      "out", named("FILE"), "the file to write; required")(
      "set", named<TextList>("KEY=VALUE")->composing(), "override a key; repeatable")(
      "force", "replace an existing file");
  if (!options.parse(arguments)) return;
  for (const char* needed : {"machine", "out"})
    options.require(needed, "no --" + std::string(needed) + " given",
                    "add --" + std::string(needed) + " FILE");
  MachineSpec machine = load_machine(options.text("machine"), options.list("set"), vocabulary());
  const Trace trace(options.text("TRACE"));
  const std::vector<Layer> layers = layers_of(trace.info());
  machine = settled_on(trace, machine);
  const std::vector<LayerPrediction> settings = resolve_layers(machine, layers);
  require_values(trace.info(), machine, settings);
  const auto file = new_file(options.text("out"), trace, options.has("force"));
  Count gated = 0;
  {
    Progress progress("predicting " + trace.info().network);
    gated = write_masks(trace, settings, *file, progress.watch());
  }
  file->close();
  std::cout << options.text("out") << ": " << layers.size() << " layers, " << gated
            << " outputs gated\n";
}

}  // namespace peeksim
