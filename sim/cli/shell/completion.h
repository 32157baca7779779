// Completion of command lines in a shell. The shell script (completion_scripts.h) knows no commands
// or options: it calls `peeksim --complete WORD...`, which prints what may replace the last word.
// The output has a line for each candidate, "word<tab>meaning"; a line that
// begins with a tab asks the shell for names of files: "<tab>files yaml yml" (none: all files), or
// "<tab>folders".
#pragma once

#include <string>
#include <vector>

#include "sim/cli/shell/help.h"

namespace peeksim {

constexpr const char* complete_mark = "--complete";

// The words that begin with `current`.
std::string word_candidates(const std::vector<HelpRow>& words, const std::string& current);

// The candidates for a value of this kind (value_kinds.h).
std::string value_candidates(const std::string& name, const std::string& current);

}  // namespace peeksim
