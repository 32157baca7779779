// A line of `peeksim batch`: a request to simulate, and its answer (docs/batch.md). Requests are
// read as strictly as files: an unknown or a duplicate key is an error.
#pragma once

#include <string>

#include "sim/config/load_machine.h"
#include "sim/cost/energy_table.h"
#include "sim/run/result.h"

namespace peeksim {

struct BatchRequest {
  std::string id = "null";  // the caller's own, any JSON
  MachineSpec machine;
  EnergyTable table;
  std::string trace;  // path
  int images = 0;     // from the first one on; 0: all
  bool detail = false;
  std::string excluded_by;  // the first condition of `where` that the machine does not meet, or ""
};

// `line` is the input's `number`-th, which errors name. `request` has its id as soon as that is
// known, so that an error can be told with it. Throws Error(config).
void read_request(const std::string& line, int number, const Vocabulary& vocabulary,
                  BatchRequest& request);

// What can be said of a line without its machine: what it takes to prepare for it, and to answer
// that it failed.
struct RequestOutline {
  std::string id = "null";
  std::string trace;  // "": none, or the line is no request
  int images = 0;
};
RequestOutline outline_of(const std::string& line);

// The answers: JSON in one line, without its end. Of a request that is excluded: which condition
// it does not meet.
std::string answer(const BatchRequest& request, const RunResult& result);
std::string answer(const BatchRequest& request, const std::string& error, ErrorKind kind);
std::string answer_excluded(const BatchRequest& request);

}  // namespace peeksim
