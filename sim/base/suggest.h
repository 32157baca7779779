// "did you mean": the known name nearest to a mistyped one.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

// The known name with the smallest edit distance to `name`, or "" when none is close enough to be
// a plausible typo (more than a third of the letters wrong).
std::string nearest_name(const std::string& name, const std::vector<std::string>& known);

// "did you mean 'x'?" for a near miss, else "known: a, b, c".
std::string suggest(const std::string& name, const std::vector<std::string>& known);

}  // namespace peeksim
