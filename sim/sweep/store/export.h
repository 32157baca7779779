// The rows of a sweep as CSV and as JSON. The same points give the same bytes, however many
// processes, shards and interruptions it took to run them.
#pragma once

#include <functional>
#include <string>

#include "sim/sweep/store/sweep_rows.h"

namespace peeksim {

struct ExportForm {
  std::string sweep;
  RowQuery query;      // what `rows` were read with
  bool times = false;  // seconds of each point too, which no two runs share
};

// Gives the text piece by piece to `write`.
void export_csv(const std::vector<SweepRow>& rows, const ExportForm& form,
                const std::function<void(const std::string&)>& write);
void export_json(const std::vector<SweepRow>& rows, const ExportForm& form,
                 const std::function<void(const std::string&)>& write);

}  // namespace peeksim
