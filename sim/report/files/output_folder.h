// An output folder that appears only when it is complete: its files are written to a temporary
// folder and renamed at the end, so an interrupted run or a full disk never leaves half a result or
// loses an earlier one.
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

  // Renames the folder to its final path; in an existing one, replaces files of the same names.
  void commit();

 private:
  std::string path_;
  std::string partial_;
  std::vector<std::string> names_;
  bool committed_ = false;
};

}  // namespace peeksim
