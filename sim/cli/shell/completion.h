// Completion of command lines by a shell. Its script (completion_scripts.h) knows nothing of
// commands and options: it asks the program, `peeksim --complete WORD...`, what may stand in the
// place of the last word. The answer has a line for each candidate, "word<tab>meaning"; a line that
// begins with a tab asks the shell for names of files: "<tab>files yaml yml" (none: all files), or
// "<tab>folders".
#pragma once

#include <string>
#include <vector>

#include "sim/cli/shell/help.h"

namespace peeksim {

constexpr const char* complete_mark = "--complete";

// Those words that begin as `current` does.
std::string word_candidates(const std::vector<HelpRow>& words, const std::string& current);

// What may stand for a value of this name (value_kinds.h).
std::string value_candidates(const std::string& name, const std::string& current);

}  // namespace peeksim
