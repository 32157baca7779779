// Kinds of values in help texts ("--trace TRACE") and how a shell completes them: files by
// extension, folders, or words. A kind that is not in the table is a number or free text.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/shell/help.h"

namespace peeksim {

struct ValueKind {
  const char* name;
  bool files = false;
  std::vector<std::string> extensions = {};   // of the files; none: all
  std::vector<HelpRow> (*words)() = nullptr;  // none: null
  bool folders = false;                       // instead of files
  bool shipped = false;                       // the files may be shipped ones (data_folder.h)
};

// The row of a name, or nullptr.
const ValueKind* find_value_kind(const std::string& name);

}  // namespace peeksim
