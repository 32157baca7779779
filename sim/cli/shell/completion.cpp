#include "sim/cli/shell/completion.h"

#include "sim/cli/shell/value_kinds.h"

namespace peeksim {

std::string word_candidates(const std::vector<HelpRow>& words, const std::string& current) {
  std::string lines;
  for (const HelpRow& word : words)
    if (word.term.rfind(current, 0) == 0) lines += word.term + "\t" + word.meaning + "\n";
  return lines;
}

std::string value_candidates(const std::string& name, const std::string& current) {
  const ValueKind* kind = find_value_kind(name);
  if (kind == nullptr) return "";
  std::string lines;
  if (kind->words != nullptr) lines += word_candidates(kind->words(), current);
  if (kind->folders) lines += "\tfolders\n";
  if (!kind->files) return lines;
  lines += "\tfiles";
  for (const std::string& extension : kind->extensions) lines += " " + extension;
  return lines + "\n";
}

}  // namespace peeksim
