// Exports the points of a sweep as CSV and JSON. The same points give the same bytes, however many
// processes, shards and interruptions it took to run them.
#pragma once

#include <functional>
#include <string>

#include "sim/sweep/store/sweep_rows.h"

namespace peeksim {

struct ExportForm {
  std::string sweep;
  RowQuery query;                // with which the rows were read
  bool times = false;            // also the seconds of each point, which differ between runs
  bool streamed_layers = false;  // also how many layers' weights each point streams
};

// Gives the text piece by piece to `write`.
void export_csv(const std::vector<SweepRow>& rows, const ExportForm& form,
                const std::function<void(const std::string&)>& write);
void export_json(const std::vector<SweepRow>& rows, const ExportForm& form,
                 const std::function<void(const std::string&)>& write);

}  // namespace peeksim
