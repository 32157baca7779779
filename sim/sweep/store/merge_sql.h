// Merges the points of one sweep database into another. Rows are matched by key or checksum, never
// by row number, so that the order of merges and repeated merges make no difference.
#pragma once

#include <string>

namespace peeksim {

class SweepDatabase;

// Statements that import the points of the database that is attached to this one as "other".
std::string merge_sql(SweepDatabase& database);

}  // namespace peeksim
