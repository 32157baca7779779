// The program's version, as results and --version state it.
#pragma once

namespace peeksim {

const char* program_version();

}  // namespace peeksim
