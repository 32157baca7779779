#include <iostream>

#include "sim/base/output_file.h"
#include "sim/cli/commands/trace_warnings.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/session.h"
#include "sim/report/files/masks_file.h"
#include "sim/run/machine_vocabulary.h"

namespace peeksim {

namespace {

using TextList = std::vector<std::string>;

// Returns how many outputs are gated, over all layers and images.
Count write_masks(const Trace& trace, const std::vector<LayerPrediction>& settings,
                  OutputFile& file, const Watch& watch) {
  const TraceInfo& info = trace.info();
  Count gated = 0;
  std::vector<float> ofmap;
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const Layer& layer = info.layers[i].layer;
    watch.enter_layer(i, info.layers.size(), layer.name);
    file.write(mask_header(layer, info.images));
    for (int image = 0; image < info.images; ++image) {
      watch.check(info.path);
      trace.read_ofmap(i, image, ofmap);
      require_unrectified(settings[i], layer.name, ofmap, info.path);
      const Prediction prediction = predict(settings[i], ofmap, layer.K);
      gated += prediction.predicted_zero;
      file.write(mask_values(prediction, layer.K));
    }
  }
  return gated;
}

}  // namespace

void masks_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim masks TRACE --machine MACHINE --out FILE [OPTIONS]",
      "Writes which outputs of a trace the machine predicts to be zero: a .npy array of "
      "truth values [N,K,P,Q] per layer, one after another (docs/masks.md).",
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
  OutputFile file(options.text("out"), options.has("force"));
  Count gated = 0;
  {
    Progress progress("predicting " + trace.info().network);
    gated = write_masks(trace, settings, file, progress.watch());
  }
  file.commit();
  std::cout << options.text("out") << ": " << layers.size() << " layers, " << gated
            << " outputs gated\n";
}

}  // namespace peeksim
