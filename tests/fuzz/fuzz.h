// What all fuzz targets share. A target gives bytes to one reader of the simulator (README.md): the
// reader may refuse them with an Error. A crash, a sanitizer's report, a leak, a hang, any other
// exception and Error(internal) are failures.
#pragma once

#include <string>

namespace peeksim {

// Defined by each target.
void read_input(const std::string& bytes);

// Writes `bytes` to the file `name` in a folder of the process, in memory where the system has
// /dev/shm, and returns its path. A file of that name is replaced.
std::string written_file(const std::string& name, const std::string& bytes);

// That folder, for files beside the input.
const std::string& input_folder();

// Ends the program with `what` when something is not as it has to be, whatever the input was.
void require(bool holds, const char* what);

}  // namespace peeksim
