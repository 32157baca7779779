// The example in docs/trace-format.md is run as it stands there.
#include <doctest/doctest.h>

#include "sample.h"
#include "sim/trace/check.h"

using namespace peeksim;

TEST_CASE("the h5py example of the format's page writes a trace without a warning") {
  const std::string page = read_bytes(PEEKSIM_SOURCE_DIR "/docs/trace-format.md");
  const std::string opening = "```python\n";
  const std::size_t start = page.find(opening);
  REQUIRE(start != std::string::npos);
  const std::size_t end = page.find("```", start + opening.size());
  REQUIRE(end != std::string::npos);
  const TempFolder folder;
  const std::string program = folder.path("example.py");
  const std::string path = folder.path("trace.h5");
  write_bytes(program, page.substr(start + opening.size(), end - start - opening.size()));
  run_python(program, "'" + path + "'");

  const TraceReport report = check_trace(path);
  CHECK(report.warnings.empty());
  for (const std::string& warning : report.warnings) MESSAGE(warning);
  CHECK(report.info.images == 2);
  REQUIRE(report.layers.size() == 2);
  CHECK(report.layers[0].name == "conv1");
  CHECK(report.info.layers[1].has_ifmap);
  CHECK(report.layers[0].ofmap.negative > 0);
  CHECK(report.layers[1].ifmap.only_rectified());
}
