// A sweep file, in a folder where the machines and traces of the repository stand as in
// configs/sweeps. The first choice of every axis is tried on a machine, and so is each condition.
#include <filesystem>

#include "sim/run/machine_vocabulary.h"
#include "sim/sweep/design/expression.h"
#include "sim/sweep/design/sweep_spec.h"
#include "tests/fuzz/fuzz.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

// Makes the folder of the sweep file, and what it names relative to it.
std::string sweep_file() {
  const fs::path here = input_folder(), repository = PEEKSIM_SOURCE_DIR;
  fs::create_directories(here / "configs/sweeps");
  for (const auto& entry : fs::directory_iterator(repository / "configs"))
    if (entry.path().filename() != "sweeps")
      fs::create_symlink(entry.path(), here / "configs" / entry.path().filename());
  fs::create_directory_symlink(repository / "traces", here / "traces");
  return "configs/sweeps/sweep.yaml";
}

}  // namespace

void read_input(const std::string& bytes) {
  static const std::string name = sweep_file();
  static const Vocabulary words = vocabulary();
  static const MachineTemplate base(PEEKSIM_SOURCE_DIR "/configs/tiny.yaml", words);
  const SweepSpec spec = load_sweep(written_file(name, bytes));
  for (const Axis& axis : spec.axes) base.with(axis.choices.front().keys, words);
  for (const Value& where : spec.where) Expression(where, words).holds(base.with({}, words));
}

}  // namespace peeksim
