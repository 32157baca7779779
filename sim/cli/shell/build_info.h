// How this program was built, for --version alone: results, logs and point keys hold the version,
// so that their bytes do not depend on it.
#pragma once

namespace peeksim {

// Lines of text: the commit, when the source was a git checkout, the compiler, the libraries.
const char* build_info();

}  // namespace peeksim
