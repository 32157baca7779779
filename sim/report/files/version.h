// The program's version, as in results and --version.
#pragma once

namespace peeksim {

const char* program_version();

}  // namespace peeksim
