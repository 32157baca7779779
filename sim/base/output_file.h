// An output file that appears only when it is complete: it is written under a temporary name beside
// its final one, and renamed at the end. An interrupted run or a full disk never leaves half a file
// or loses an earlier one, and nothing is replaced that the user did not give up.
#pragma once

#include <sys/types.h>

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
  // Forces what was written to the disk. Throws Error(output): full disk.
  void flush();
  // Renames the file to its final path. Throws Error(output): something of that name has been made
  // meanwhile (unless `force`).
  void commit();

  // Its temporary name, for libraries that open files by name.
  const std::string& partial() const { return partial_; }

 private:
  std::string path_;    // as the user named it
  std::string target_;  // what `path` links to
  std::string partial_;
  bool force_;
  int file_ = -1;
  bool committed_ = false;
};

// What OutputFolder shares.

// `wanted` less what the user's umask takes away: mkstemp and mkdtemp make what they make private,
// and results get the default permissions. Not for several threads at once.
mode_t default_permissions(mode_t wanted);
// Errors name the final path. Throw Error(output).
void write_all(int file, const std::string& text, const std::string& path);
void flush_to_disk(int file, const std::string& path);
// Gives a file or folder its final name. `replace`: a file of that name may go; otherwise it is an
// error, even when it appears at the last moment.
void put_in_place(const std::string& from, const std::string& to, bool replace);

}  // namespace peeksim
