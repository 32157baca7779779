// Encodes bytes as base64 (RFC 4648, with padding), which atob() of browsers decodes.
#pragma once

#include <string>

namespace peeksim {

std::string base64(const std::string& bytes);

}  // namespace peeksim
