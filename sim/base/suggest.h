// "did you mean": the nearest known name to a mistyped one.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

// The known name that is nearest to `name` by edit distance, or "" when none is near enough to be
// a plausible slip (more than a third of the letters wrong).
std::string nearest_name(const std::string& name, const std::vector<std::string>& known);

// "did you mean 'x'?" for a near miss, else "known: a, b, c".
std::string suggest(const std::string& name, const std::vector<std::string>& known);

}  // namespace peeksim
