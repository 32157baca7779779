// Cells of CSV files.
#include "sim/report/files/csv.h"

#include <doctest/doctest.h>

using namespace peeksim;

TEST_CASE("a cell is quoted where RFC 4180 asks for it") {
  CHECK(csv_cell("conv1") == "conv1");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("say \"a\"") == "\"say \"\"a\"\"\"");
  CHECK(csv_cell("two\nlines") == "\"two\nlines\"");
  CHECK(csv_cell("") == "");
}

TEST_CASE("a text that a spreadsheet would take for a formula begins with an apostrophe") {
  for (const std::string formula : {"=1+1", "+cmd", "-2+3", "@SUM(A1)", "-", "+", "=", "--1"})
    CHECK(csv_cell(formula) == "'" + formula);
  CHECK(csv_cell("\tcmd") == "'\tcmd");
  CHECK(csv_cell("\r=1") == "\"'\r=1\"");
  CHECK(csv_cell("=HYPERLINK(\"x\",1)") == "\"'=HYPERLINK(\"\"x\"\",1)\"");
  for (const std::string number : {"-1", "+1", "-0.25", "-1e-09", "+3.5E2", "1", "0"})
    CHECK(csv_cell(number) == number);
  CHECK(csv_cell("a=b") == "a=b");
}
