// Joins the points of one database to another. Rows are found by what they are (keys, checksums),
// never by their numbers, so that it does not matter how often or in which order.
#pragma once

#include <string>

namespace peeksim {

class SweepDatabase;

// Statements that take over the points of the database that is attached to this one as "other".
std::string merge_sql(SweepDatabase& database);

}  // namespace peeksim
