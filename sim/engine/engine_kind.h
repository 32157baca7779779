// The table of engines: what each can do, and how it is made. Adding one is a folder and one row in
// engine_kind.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/engine/engine_options.h"

namespace peeksim {

class Engine;

struct EngineKind {
  const char* name;
  const char* meaning;
  bool computes_values;   // multiplies and adds, where a trace has the operands
  bool has_cycles;        // goes through every cycle, and can show it
  bool can_check_values;  // compares what it computes with the trace
  int blocks;             // hardware blocks that it is made of
  // The kernel elaborates once per process: a process makes one engine of each kind at most, before
  // the first job.
  std::unique_ptr<Engine> (*make)(const EngineOptions& options);
};

const std::vector<EngineKind>& engines();

// The engine of that name. Throws Error(usage) with a suggestion.
const EngineKind& find_engine(const std::string& name);

}  // namespace peeksim
