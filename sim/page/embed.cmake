# Writes a C++ file that holds the texts of files, for page.cpp to put into pages: run by the build as
# cmake -DOUTPUT=FILE.cpp "-DFILES=A;B" -P embed.cmake
set(parts "")
set(rows "")
set(number 0)
foreach(path IN LISTS FILES)
  get_filename_component(name "${path}" NAME)
  file(READ "${path}" text)
  string(APPEND parts "const char text_${number}[] = R\"~embedded~(${text})~embedded~\";\n")
  string(APPEND rows "    {\"${name}\", {text_${number}, sizeof text_${number} - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Written by sim/page/embed.cmake.
#include \"sim/page/asset.h\"

namespace peeksim {

namespace {
${parts}}  // namespace

const std::vector<Asset>& assets() {
  static const std::vector<Asset> table = {
${rows}  };
  return table;
}

}  // namespace peeksim
")
