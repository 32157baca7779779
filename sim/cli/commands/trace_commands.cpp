#include <spdlog/spdlog.h>

#include <iostream>

#include "sim/base/error.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/session.h"
#include "sim/cli/shell/terminal.h"
#include "sim/report/screens/text_table.h"
#include "sim/report/screens/trace_info.h"
#include "sim/trace/check.h"
#include "sim/trace/check_workload.h"
#include "sim/trace/synth.h"

namespace po = boost::program_options;

namespace peeksim {

void trace_info_command(const std::vector<std::string>& arguments) {
  Options options("peeksim trace info TRACE [--json]",
                  "Prints what a trace holds, without reading its values.",
                  "peeksim trace info traces/resnet18.h5");
  options.positional("TRACE", "a trace (HDF5)");
  options.add()("json", "print it as JSON instead");
  if (!options.parse(arguments)) return;
  const Trace trace(options.text("TRACE"));
  std::cout << (options.has("json")
                    ? trace_info_json(trace.info(), trace.sha256())
                    : trace_info_screen(trace.info(), trace.sha256(), screen_style()));
}

void trace_check_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim trace check TRACE [OPTIONS]",
      "Reads every value of a trace and reports damage, contradictions and what is odd.",
      "peeksim trace check traces/resnet18.h5 --workload workloads/resnet18.yaml");
  options.positional("TRACE", "a trace (HDF5)");
  options.add()("workload", named("WORKLOAD"), "check that the trace has this workload's shapes");
  if (!options.parse(arguments)) return;
  const std::string path = options.text("TRACE");
  TraceReport report;
  {
    Progress progress("checking " + path);
    report = check_trace(path, progress.watch());
  }
  if (options.has("workload")) check_workload(report.info, options.text("workload"));
  const ScreenStyle style = screen_style();
  TextTable table(
      {{"layer", "ofmap from", "to", "zeros (<= 0), %", "ifmap zeros, %", "checksums", "values"}});
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    const LayerCheck& layer = report.layers[i];
    table.add_row({layer.name, fixed(layer.ofmap.min, 3), fixed(layer.ofmap.max, 3),
                   fixed(100 * layer.ofmap.zero_share(), 1),
                   fixed_or_dash(layer.ifmap.values > 0, 100 * layer.ifmap.zero_share(), 1),
                   layer.checksummed ? "yes" : "no", values_text(report.info.layers[i])});
  }
  std::cout << trace_heading(report.info, report.sha256, style) << table.text(style);
  for (const std::string& warning : report.warnings) spdlog::warn(warning);
  std::cout << path << ": ok\n";
}

void trace_synth_command(const std::vector<std::string>& arguments) {
  SynthSettings settings;
  Options options(
      "peeksim trace synth WORKLOAD -o FILE [OPTIONS]",
      "Makes a seeded, spatially correlated trace for a network without a real one. "
      "It exercises a machine; it says nothing about a network's accuracy.",
      "peeksim trace synth workloads/vgg16.yaml -o vgg16.h5 --zeros 0.6 --correlation 3");
  options.positional("WORKLOAD", "layer shapes: YAML, or a SCALE-Sim topology (CSV)");
  options.add()("output,o", named("TRACE"), "the trace to write; required")(
      "zeros",
      po::value(&settings.zeros)->value_name("SHARE")->default_value(settings.zeros, "0.6"),
      "share of each layer's outputs that are zero after the ReLU")(
      "correlation",
      po::value(&settings.correlation)->value_name("N")->default_value(settings.correlation),
      "distance over which values are similar, in outputs; 0: independent")(
      "images", po::value(&settings.images)->value_name("N")->default_value(settings.images),
      "number of images")("seed", named<long long>("N")->default_value(1), "same seed, same bytes")(
      "type", po::value(&settings.type)->value_name("TYPE")->default_value(settings.type),
      "i8, f16 or f32")("force", "replace an existing file");
  if (!options.parse(arguments)) return;
  // Boost reads -1 into an unsigned number without a word.
  const long long seed = options.get<long long>("seed");
  if (seed < 0)
    throw Error(ErrorKind::usage, "", "--seed is " + std::to_string(seed),
                "give a whole number from 0");
  settings.seed = static_cast<std::uint64_t>(seed);
  options.require("output", "no output file given", "add -o FILE");
  const Workload workload = load_workload(options.text("WORKLOAD"));
  const std::string path = options.text("output");
  {
    Progress progress("writing " + path);
    synthesize(workload, settings, path, options.has("force"), progress.watch());
  }
  std::cout << path << ": synthetic trace of " << workload.name << ", " << workload.layers.size()
            << " layers, " << settings.images << (settings.images == 1 ? " image\n" : " images\n");
}

}  // namespace peeksim
