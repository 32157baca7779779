#include <algorithm>
#include <charconv>
#include <iostream>

#include "sim/base/error.h"
#include "sim/base/output_file.h"
#include "sim/base/suggest.h"
#include "sim/cli/commands/trace_warnings.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/session.h"
#include "sim/page/view_page.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/skip/prediction.h"

namespace peeksim {

namespace {

using TextList = std::vector<std::string>;

// By name, or by number from 0; a layer that is called by a number is found by its name.
std::size_t find_layer(const TraceInfo& info, const std::string& wanted) {
  std::vector<std::string> names;
  for (const TraceLayer& traced : info.layers) names.push_back(traced.layer.name);
  const auto named = std::find(names.begin(), names.end(), wanted);
  if (named != names.end()) return named - names.begin();
  std::size_t number = 0;
  const char* const end = wanted.data() + wanted.size();
  const auto [stop, error] = std::from_chars(wanted.data(), end, number);
  if (error != std::errc() || stop != end)
    throw Error(ErrorKind::usage, "", info.path + " has no layer '" + wanted + "'",
                suggest(wanted, names));
  if (number >= names.size())
    throw Error(ErrorKind::usage, "", "--layer is " + wanted,
                info.path + " has the layers 0 to " + std::to_string(names.size() - 1));
  return number;
}

// Whether the page can show how a layer is predicted: by thresholds on what the trace holds.
bool is_shown(const LayerPrediction& settings) {
  const Predictor& predictor = *settings.predictor;
  return predictor.predict != nullptr && predictor.decide == nullptr &&
         (predictor.gates() || !predictor.predicts());
}

// The layer in which prediction saves most: the one with the most gated MACs, or the first one
// when nothing is gated.
std::size_t most_gated_layer(const Trace& trace, const std::vector<LayerPrediction>& settings,
                             int image, const Watch& watch) {
  const std::vector<Layer> layers = layers_of(trace.info());
  std::size_t best = 0;
  Count max_gated = 0;
  std::vector<float> ofmap;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    watch.enter_layer(i, layers.size(), layers[i].name);
    watch.check(trace.info().path);
    if (!settings[i].predicts() || !is_shown(settings[i])) continue;
    trace.read_ofmap(i, image, ofmap);
    const Count gated =
        predict(settings[i], ofmap, layers[i].K, image).predicted_zero * layers[i].L();
    if (gated > max_gated) {
      max_gated = gated;
      best = i;
    }
  }
  return best;
}

void choose_channels(const Options& options, const Layer& layer, View& view) {
  view.end_channel = channels_that_fit(layer, view.ofmap);
  if (!options.has("channels")) return;
  const Range range = options.range("channels", "channel");
  if (range.end > layer.K)
    throw Error(ErrorKind::usage, "", "--channels ends at " + std::to_string(range.end),
                "layer '" + layer.name + "' has " + std::to_string(layer.K) + " channels");
  view.first_channel = static_cast<int>(range.first);
  view.end_channel = static_cast<int>(range.end);
}

}  // namespace

void view_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim view TRACE --machine MACHINE -o FILE.html [OPTIONS]",
      "Shows a layer's values and windows, which outputs the machine gates and which of them "
      "wrongly, as one HTML file in which the threshold can be moved (docs/view.md).",
      "peeksim view traces/resnet18.h5 --machine configs/peek-16x16.yaml -o view.html");
  options.positional("TRACE", "a trace (HDF5)");
  options.add()("machine", named("MACHINE"), "a machine file (YAML); required")(
      "output,o", named("FILE"), "the page to write; required")(
      "layer", named("LAYER"),
      "by name, or by number from 0; default: the one with the most gated MACs")(
      "image", named<long long>("N")->default_value(0), "by number, from 0")(
      "channels", named("A:B"), "from A up to, not including, B; default: as many as fit 3 MB")(
      "set", named<TextList>("KEY=VALUE")->composing(), "override a key; repeatable")(
      "force", "replace an existing file");
  if (!options.parse(arguments)) return;
  options.require("machine", "no machine given", "add --machine FILE");
  options.require("output", "no page to write given", "add -o FILE.html");
  MachineSpec machine = load_machine(options.text("machine"), options.list("set"), vocabulary());
  const Trace trace(options.text("TRACE"));
  const TraceInfo& info = trace.info();
  const std::size_t image = options.count("image", 0);
  if (image >= static_cast<std::size_t>(info.images))
    throw Error(ErrorKind::usage, "", "--image is " + std::to_string(image),
                info.path + " has the images 0 to " + std::to_string(info.images - 1));
  machine = settled_on(trace, machine);
  const std::vector<LayerPrediction> settings = resolve_layers(machine, layers_of(info));
  warn_about_loop(machine, info);
  std::size_t layer = options.has("layer") ? find_layer(info, options.text("layer")) : 0;
  OutputFile file(options.text("output"), options.has("force"));
  if (!options.has("layer")) {
    Progress progress("looking for the layer with the most gated MACs");
    layer = most_gated_layer(trace, settings, static_cast<int>(image), progress.watch());
  }
  const Layer& shape = info.layers[layer].layer;
  if (!is_shown(settings[layer]))
    throw Error(ErrorKind::usage, "",
                "layer '" + shape.name + "' is predicted by policy '" +
                    settings[layer].predictor->name +
                    "', which has no threshold on its outputs to move",
                "name another layer with --layer, or another machine");
  std::vector<float> ofmap;
  trace.read_ofmap(layer, static_cast<int>(image), ofmap);
  require_unrectified(settings[layer], shape.name, ofmap, info.path);
  View view = {machine.name, info, layer, static_cast<int>(image), settings[layer], ofmap};
  choose_channels(options, shape, view);
  file.write(view_page(view));
  file.commit();
  std::cout << "layer " << shape.name << ", image " << image << ", channels " << view.first_channel
            << " to " << view.end_channel - 1 << " of " << shape.K << " in "
            << options.text("output") << "\n";
}

}  // namespace peeksim
