#include "sim/cli/commands/simulation_options.h"

#include <algorithm>
#include <limits>

#include "sim/engine/engine_kind.h"
#include "sim/workload/workload.h"

namespace peeksim {

namespace {

using TextList = std::vector<std::string>;

// "event: ...; clocked: ..."
std::string engine_choices() {
  std::string choices;
  for (const EngineKind& engine : engines())
    choices += (choices.empty() ? "" : "; ") + std::string(engine.name) + ": " + engine.meaning;
  return choices;
}

}  // namespace

void add_simulation_options(Options& options) {
  options.add()("engine", named("ENGINE")->default_value("event"), engine_choices().c_str())(
      "set", named<TextList>("KEY=VALUE")->composing(), "override a key; repeatable")(
      "images", named<long long>("N"),
      "how many of the trace's, from the first one on; default: all");
}

std::string trace_or_workload(const Options& options) {
  const bool is_trace = options.has("trace");
  const std::string given_as = is_trace ? "trace" : "workload";
  const std::string path = options.text(given_as);
  require_given_as(given_as, path, is_trace ? ErrorKind::trace : ErrorKind::config, {});
  return path;
}

int images_to_run(const Options& options) {
  if (!options.has("images")) return 0;
  const std::size_t images = options.count("images", 1);
  return static_cast<int>(std::min<std::size_t>(images, std::numeric_limits<int>::max()));
}

}  // namespace peeksim
