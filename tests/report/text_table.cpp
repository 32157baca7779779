#include "sim/report/screens/text_table.h"

#include <doctest/doctest.h>

#include <sstream>

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

TEST_CASE("a table wider than the screen is cut into blocks that all have the names") {
  TextTable table({{"layer", "MACs", "saved", "cycles"}, {"", "M", "%", "k"}});
  table.add_row({"conv1", "1.5", "20.1", "12345.6"});
  table.add_rule();
  table.add_row({"total", "1.5", "20.1", "12345.6"});
  ScreenStyle style;
  style.width = 19;
  CHECK(table.text(style) ==
        "layer  MACs  saved\n"
        "          M      %\n"
        "------------------\n"
        "conv1   1.5   20.1\n"
        "------------------\n"
        "total   1.5   20.1\n"
        "\n"
        "layer   cycles\n"
        "             k\n"
        "--------------\n"
        "conv1  12345.6\n"
        "--------------\n"
        "total  12345.6\n");
  style.width = 27;
  CHECK(table.text(style) == table.text());
  style.width = 26;
  CHECK(table.text(style) != table.text());
}

TEST_CASE("at any width every line fits, as long as names have room for 8 letters") {
  TextTable table(
      std::vector<std::vector<std::string>>(1, {"a layer", "1234567", "12", "12345678", "1"}));
  table.add_row({"a name of µJ and more", "1", "2", "3", "4"});
  for (std::size_t width = 18; width < 60; ++width) {
    CAPTURE(width);
    ScreenStyle style;
    style.width = width;
    std::istringstream lines(table.text(style));
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      CHECK(display_width(line) <= width);
    }
  }
  ScreenStyle narrow;
  narrow.width = 1;
  CHECK(table.text(narrow).find("a name …") != std::string::npos);
}

TEST_CASE("headings are bold where colors are, and columns still line up") {
  TextTable table(std::vector<std::vector<std::string>>(1, {"layer", "n"}));
  table.add_row({"conv1", "\033[36m█\033[0m"});
  ScreenStyle style;
  style.colors = true;
  CHECK(table.text(style) ==
        "\033[1mlayer  n\033[0m\n"
        "--------\n"
        "conv1  \033[36m█\033[0m\n");
}

TEST_CASE("a number has the digits that were asked for; what does not apply is a dash") {
  CHECK(fixed(1.25, 1) == "1.2");  // to even, as printf
  CHECK(fixed(-0.75, 0) == "-1");
  CHECK(fixed(1e9, 2) == "1000000000.00");
  CHECK(fixed_or_dash(true, 0.5, 2) == "0.50");
  CHECK(fixed_or_dash(false, 0.5, 2) == "-");
}
