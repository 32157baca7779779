#include "sim/report/files/version.h"

namespace peeksim {

const char* program_version() {
  return PEEKSIM_VERSION;
}

}  // namespace peeksim
