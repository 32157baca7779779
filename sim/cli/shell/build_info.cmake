# Writes the C++ file behind build_info.h: run by every build as
# cmake -DSOURCE=FOLDER -DOUTPUT=FILE.cpp "-DBUILT_WITH=GNU 12.2.0, SystemC 2.3.4" -P build_info.cmake
# The file is only written when it changes, and nothing else is compiled again for a new commit.
set(commit "")
find_program(GIT git)
# A source package may lie inside another repository, whose commit says nothing about it.
if(GIT AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND ${GIT} -C "${SOURCE}" describe --always --abbrev=12 --dirty --exclude=*
                  OUTPUT_VARIABLE found RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(failed STREQUAL "0")
    set(commit "commit ${found}\\n")
  endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
// Written by sim/cli/shell/build_info.cmake.
#include "sim/cli/shell/build_info.h"

namespace peeksim {

const char* build_info() {
  return "@commit@built with @BUILT_WITH@\n";
}

}  // namespace peeksim
]])
