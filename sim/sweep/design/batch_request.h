// A line of `peeksim batch`: a request to simulate, and its answer (docs/batch.md). Requests are
// read as strictly as files: an unknown or a duplicate key is an error.
#pragma once

#include <string>

#include "sim/config/load_machine.h"
#include "sim/cost/energy_table.h"
#include "sim/run/result.h"

namespace peeksim {

struct BatchRequest {
  std::string id = "null";  // chosen by the caller, any JSON
  MachineSpec machine;
  EnergyTable table;
  std::string trace;  // path
  int images = 0;     // how many, from the first on; 0: all
  bool detail = false;
  std::vector<std::string> warnings;  // about the machine on the trace
  std::string excluded_by;  // the first condition of `where` that the machine does not meet, or ""
};

// Errors name `number`, the number of the line in the input. `request` gets its id first, so that
// an error can be answered with it. Throws Error(config).
void read_request(const std::string& line, int number, const Vocabulary& vocabulary,
                  BatchRequest& request);

// What a line says apart from its machine: enough to read the trace ahead, and to answer that the
// request failed.
struct RequestOutline {
  std::string id = "null";
  std::string trace;  // "": none, or the line is not a request
  int images = 0;
};
RequestOutline outline_of(const std::string& line);

// The answers, one line of JSON each without a newline: a result, an error, or the condition that
// excluded the request.
std::string answer(const BatchRequest& request, const RunResult& result);
std::string answer(const BatchRequest& request, const std::string& error, ErrorKind kind);
std::string answer_excluded(const BatchRequest& request);

}  // namespace peeksim
