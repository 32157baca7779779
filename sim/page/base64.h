// Bytes as text that a page can hold: base64 of RFC 4648, with padding, as atob() reads it.
#pragma once

#include <string>

namespace peeksim {

std::string base64(const std::string& bytes);

}  // namespace peeksim
