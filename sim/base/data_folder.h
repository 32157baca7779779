// The files that are shipped with the program: configs/ with the energy tables and sweeps,
// workloads/, traces/. They are found from where the program lies, so that both can be moved
// together, and no path is compiled into it. An installation and a build have the same places:
// bin/peeksim and share/peeksim, build/release/peeksim and build/release/share/peeksim.
#pragma once

#include <string>

namespace peeksim {

// The folder that the environment variable PEEKSIM_DATA names; otherwise share/peeksim in the
// program's folder or in one above it; "" when there is none. Throws Error(usage) when PEEKSIM_DATA
// names no such folder.
std::string data_folder();

// The file that `path` means: that file, or when there is none the shipped one, as in
// configs/tiny.yaml; `path` when there is neither. Only a path that begins with a name has a
// shipped file: one from / or . on says where it is. Throws as data_folder().
std::string input_file(const std::string& path);

// The same for a path in a file: relative to that file's folder, or shipped.
std::string input_file(const std::string& path, const std::string& named_in);

// What an error about an input file that cannot be read advises.
std::string check_path(const std::string& path);
std::string check_path(const std::string& path, const std::string& named_in);

}  // namespace peeksim
