#include "sim/report/text_table.h"

#include <doctest/doctest.h>

using namespace peeksim;

TEST_CASE("names line up to the left, numbers to the right") {
  TextTable table({{"layer", "MACs"}, {"", "M"}});
  table.add_row({"conv1", "1.5"});
  table.add_row({"a longer name", "12345.0"});
  table.add_rule();
  table.add_row({"total", "12346.5"});
  CHECK(table.text() ==
        "layer             MACs\n"
        "                     M\n"
        "----------------------\n"
        "conv1              1.5\n"
        "a longer name  12345.0\n"
        "----------------------\n"
        "total          12346.5\n");
}

TEST_CASE("letters of more than one byte take one column") {
  CHECK(display_width("") == 0);
  CHECK(display_width("±µJ") == 3);
  TextTable table(std::vector<std::vector<std::string>>(1, {"", "µJ"}));
  table.add_row({"±", "1"});
  table.add_row({"xy", "10"});
  CHECK(table.text() ==
        "    µJ\n"
        "------\n"
        "±    1\n"
        "xy  10\n");
}

TEST_CASE("no line ends in spaces") {
  TextTable table(std::vector<std::vector<std::string>>(1, {"name", "n"}));
  table.add_row({"conv1", ""});
  CHECK(table.text() ==
        "name   n\n"
        "--------\n"
        "conv1\n");
}

TEST_CASE("a number has the digits that were asked for; what does not apply is a dash") {
  CHECK(fixed(1.25, 1) == "1.2");  // to even, as printf
  CHECK(fixed(-0.75, 0) == "-1");
  CHECK(fixed(1e9, 2) == "1000000000.00");
  CHECK(fixed_or_dash(true, 0.5, 2) == "0.50");
  CHECK(fixed_or_dash(false, 0.5, 2) == "-");
}
