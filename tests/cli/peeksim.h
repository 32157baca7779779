// The program as a user meets it: run in a folder of the test's own, with files made for the test.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/command.h"
#include "tests/support/temp_folder.h"

namespace peeksim {

using Words = std::vector<std::string>;

// Runs peeksim with these arguments.
CommandResult run_peeksim(const Words& arguments, const CommandSetup& setup = {});

// A file of the repository: shipped("configs/tiny.yaml").
std::string shipped(const std::string& path);

// run machine.yaml --trace trace.h5 --out FOLDER MORE...
Words run_to(const std::string& folder, const Words& more = {});

bool contains(const std::string& text, const std::string& part);

// A folder with workload.yaml (three small layers), trace.h5 (synthetic, two images, f32) and
// machine.yaml (the shipped tiny machine), and the program running in it.
class Desk {
 public:
  Desk();

  CommandResult run(const Words& arguments, CommandSetup setup = {}) const;

  // Runs; fails the test unless it succeeds. Returns what it printed.
  std::string ok(const Words& arguments, const CommandSetup& setup = {}) const;

  // Runs; fails the test unless it ends with this exit code, one line of error that holds all
  // `parts` and a remedy, and every file as it was before. Returns the line.
  std::string refused(const Words& arguments, int exit_code, const Words& parts,
                      const CommandSetup& setup = {}) const;

  // `run MACHINE --trace trace.h5 --out out`: on `machine`, the keys of a file that extends the
  // tiny machine. Refused with exit code 3, or as given.
  std::string refused_machine(const std::string& keys, const Words& parts, int exit_code = 3) const;

  nlohmann::json json(const std::string& name) const;

  TempFolder files;
};

// A row per layer, by column name; quotes are undone.
std::vector<std::map<std::string, std::string>> read_csv(const std::string& text);

}  // namespace peeksim
