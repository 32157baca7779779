// Questions to the file system. What it answers becomes a value or an Error with the system's own
// words; no other file calls functions of std::filesystem that look at the disk, most of which
// throw exceptions of their own (tests/base/paths.cpp).
#pragma once

#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/units.h"

namespace peeksim {

enum class PathKind {
  nothing,  // there is no such file
  file,     // a plain file
  folder,
  other,   // a device, pipe or socket
  unknown  // the system does not say: a folder without permission, a circle of links, a long name
};

struct PathState {
  PathKind kind = PathKind::nothing;
  std::string reason;  // why it is no plain file, in the system's words; "" for one

  bool is_there() const { return kind != PathKind::nothing && kind != PathKind::unknown; }
};

// What a path leads to; links are followed.
PathState look_at(const std::string& path);

// Whether something has this name, if only a link that leads nowhere.
bool name_is_taken(const std::string& path);

// Throws Error(config) at `where` unless `path` is a plain file: "cannot read WHAT PATH: REASON".
void require_file(const std::string& path, const std::string& what, const Location& where,
                  const std::string& remedy);

// Whether both lead to the same file, whatever their names. False when either leads to none.
bool same_file(const std::string& a, const std::string& b);

// The size of a file; 0 when there is none.
Bytes bytes_of(const std::string& path);

// The names in a folder, sorted. None when it cannot be read.
std::vector<std::string> names_in(const std::string& folder);

// The path from the root on, without . and .. in it; links are kept. Throws Error(usage) when the
// current folder has been removed.
std::string absolute_path(const std::string& path);

// The path behind all links. The path itself when there is no such file.
std::string path_behind_links(const std::string& path);

// Makes a folder and the ones that it lies in. Throws Error(output).
void make_folders(const std::string& path);

// Removes a folder with all that is in it, as far as that is possible.
void remove_folder(const std::string& path);

// The program that runs.
std::string own_program();

}  // namespace peeksim
