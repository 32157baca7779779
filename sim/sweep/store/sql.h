// Turns SQLite's errors into this program's, one line that says what to do.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "sim/base/error.h"

namespace peeksim {

// Error(config) for a file that is no database or damaged, Error(output) for one that cannot be
// written.
Error sql_error(const std::string& path, const SQLite::Exception& error);

// A path that SQLite opens as the file of that name, whatever the name begins with: it would take
// "file:x" for a URI, and ":memory:" for a database without a file.
std::string sqlite_file_path(const std::string& path);

// A path, escaped for an SQLite URI.
std::string sqlite_uri_path(const std::string& path);

// Calls `work`; an exception of SQLite becomes sql_error().
template <class Work>
auto with_sql(const std::string& path, const Work& work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    throw sql_error(path, error);
  }
}

}  // namespace peeksim
