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
  // not writable, another process replaces results in it.
  OutputFolder(const std::string& path, bool force);
  ~OutputFolder();  // without commit(): removes what was written
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Throws Error(output): full disk.
  void write(const std::string& name, const std::string& text);

  // Renames the folder to its final path. With `force`, in an existing folder, replaces files of
  // the same names and leaves all others: whenever the process is killed, there are the old files,
  // the new ones, or the file that was written first, old or new, and none of the others. Throws
  // Error(output): something of that name has been made meanwhile (unless `force`).
  void commit();

 private:
  void lock();
  void replace_files();

  std::string path_;
  std::string partial_;
  std::vector<std::string> names_;  // in the order in which they were written
  bool force_;
  int lock_ = -1;  // of an existing folder
  bool committed_ = false;
};

}  // namespace peeksim
