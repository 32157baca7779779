// Writes to a sweep database: the points of a plan, and their results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/store/point_rows.h"
#include "sim/sweep/store/sweep_statements.h"

namespace peeksim {

// Its functions are those of the same names in SweepDatabase, but throw SQLite's errors.
class PointWriter {
 public:
  // The database has its tables, and outlives the object.
  explicit PointWriter(SQLite::Database& sql);

  void enter(SweepPlan& plan, const std::vector<std::size_t>& numbers);
  bool to_run(const std::string& key, bool retry_failed);
  void write(const std::vector<FinishedPoint>& points);

 private:
  void write_failure(std::int64_t id, const JobOutcome& outcome);
  void write_rows(std::int64_t id, const JobOutcome& outcome);
  std::int64_t id_of(const std::string& key);
  void enter_traces(SweepPlan& plan);
  void enter_inputs(const SweepPlan& plan);
  void bind_thresholds(SQLite::Statement& statement, int place, const MachineSpec& machine);

  SQLite::Database& sql_;
  SweepStatements statements_;
};

}  // namespace peeksim
