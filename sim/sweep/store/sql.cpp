#include "sim/sweep/store/sql.h"

#include <sqlite3.h>

#include <cstdio>

namespace peeksim {

Error sql_error(const std::string& path, const SQLite::Exception& error) {
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_NOTADB:
      return {ErrorKind::config, path, "is not a database of sweep results", "name another file"};
    case SQLITE_CORRUPT:
      return {ErrorKind::config, path, std::string("is damaged: ") + error.what(),
              "start another database; 'sweep merge' may still read parts of this one"};
    case SQLITE_FULL:
      return {ErrorKind::output, path, "cannot be written: the disk is full",
              "free some space and give the same command again: what is in it stays"};
    case SQLITE_READONLY:
      return {ErrorKind::output, path, "cannot be written: it is read-only",
              "give it write permission, or name another"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::output, path, "is in use by another program",
              "wait for it, or name another database"};
    case SQLITE_IOERR:
      return {ErrorKind::output, path, std::string("cannot be written: ") + error.what(),
              "free some space and give the same command again: what is in it stays"};
    case SQLITE_CANTOPEN:
      return {ErrorKind::output, path, std::string("cannot be opened: ") + error.what(),
              "make its folder, with permission to write there, or name another"};
    default:  // a row that contradicts its table, for example
      return {ErrorKind::config, path, std::string("is damaged: ") + error.what(),
              "restore a copy; if it is sound, please report this as a bug in the simulator"};
  }
}

std::string sqlite_file_path(const std::string& path) {
  return path.front() == '/' ? path : "./" + path;
}

std::string sqlite_uri_path(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      char escape[4];
      std::snprintf(escape, sizeof escape, "%%%02x", static_cast<unsigned char>(c));
      text += escape;
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace peeksim
