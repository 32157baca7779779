// A folder of results that is complete or not there: files are written beside it and moved into
// place at the end, so an interrupted run or a full disk never leaves half a result or loses an
// earlier one.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

class OutputFolder {
 public:
  // Checks right away, before any work is done, that `path` can be written.
  // Throws Error(output): it exists (unless `force`), it is not a folder, its parent is missing or
  // not writable.
  OutputFolder(const std::string& path, bool force);
  ~OutputFolder();  // without commit(): removes what was written
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Throws Error(output): full disk.
  void write(const std::string& name, const std::string& text);

  // Gives the folder its name; in an existing one, replaces the files of the same names.
  void commit();

 private:
  std::string path_;
  std::string partial_;
  std::vector<std::string> names_;
  bool committed_ = false;
};

}  // namespace peeksim
