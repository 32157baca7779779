// Whether a database is one that this program can have made: a file of a stranger may call itself
// one, with tables that lack columns, or views and triggers that run for ever.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

namespace peeksim {

// Lets the database neither run code that its file brings along nor change what SQLite keeps for
// itself. Call it before any other statement.
void distrust(SQLite::Database& sql);

// Throws Error(config) that names the first difference: a view or trigger, a missing table, a
// missing, additional or different column, a missing key, a row that refers to one that is not
// there. Metrics and counters may be missing or additional: those of other versions.
// path: for the error.
void require_own_tables(SQLite::Database& sql, const std::string& path);

}  // namespace peeksim
