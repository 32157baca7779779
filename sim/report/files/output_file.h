// A file of results that is complete or not there: it is written beside its name and moved into
// place at the end, as a folder of results is (report/output_folder.h).
#pragma once

#include <string>

namespace peeksim {

class OutputFile {
 public:
  // Checks right away, before any work is done, that `path` can be written. A link to a file is
  // written through. Throws Error(output): it exists (unless `force`), it is not a plain file, its
  // folder is missing or not writable.
  OutputFile(const std::string& path, bool force);
  ~OutputFile();  // without commit(): removes what was written
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Throws Error(output): full disk.
  void write(const std::string& text);
  // All that was written is on the disk. Throws Error(output): full disk.
  void flush();
  // Gives the file its name. Throws Error(output).
  void commit();

 private:
  std::string path_;    // as the user named it
  std::string target_;  // what `path` links to
  std::string partial_;
  int file_ = -1;
  bool committed_ = false;
};

// For OutputFile and OutputFolder; `path` is the name that an error states.
// Throws Error(output).
void write_all(int file, const std::string& text, const std::string& path);
void flush_to_disk(int file, const std::string& path);
void put_in_place(const std::string& from, const std::string& to);

}  // namespace peeksim
