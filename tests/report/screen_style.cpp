// Bars, colors and wrapped lines.
#include "sim/report/screens/screen_style.h"

#include <doctest/doctest.h>

using namespace peeksim;

TEST_CASE("letters of more than one byte take one column, colors none") {
  CHECK(display_width("") == 0);
  CHECK(display_width("±µJ") == 3);
  CHECK(display_width("\033[36m██\033[0m ") == 3);
}

TEST_CASE("a bar grows by eighths of a letter and always takes the same room") {
  CHECK(bar(0, 4) == "    ");
  CHECK(bar(0.0001, 4) == "▏   ");  // there is something
  CHECK(bar(0.5, 4) == "██  ");
  CHECK(bar(0.5 + 5.0 / 32, 4) == "██▋ ");
  CHECK(bar(1, 4) == "████");
  CHECK(bar(7, 4) == "████");
}

TEST_CASE("a line wider than the screen goes on below, indented; other lines stay") {
  ScreenStyle style;
  CHECK(wrapped("one two three\n", 2, style) == "one two three\n");
  style.width = 9;
  CHECK(wrapped("one two three four\n\nfive\n", 2, style) == "one two\n  three\n  four\n\nfive\n");
  CHECK(wrapped("label  µµ µµµ\n", 7, style) == "label  µµ\n       µµµ\n");
  CHECK(wrapped("a-word-that-is-too-wide b\n", 0, style) == "a-word-that-is-too-wide\nb\n");
  CHECK(wrapped("  two three four\n", 2, style) == "  two\n  three\n  four\n");
}

TEST_CASE("a text is shortened at a letter, not inside one") {
  CHECK(shortened("µµµµ", 4) == "µµµµ");
  CHECK(shortened("µµµµµ", 4) == "µµµ…");
  CHECK(shortened("ab", 1) == "…");
}

TEST_CASE("colors are there only when they are wanted, and end before the line does") {
  ScreenStyle style;
  CHECK(colored("text\n", ColorRole::warning, style) == "text\n");
  style.colors = true;
  CHECK(colored("text\n", ColorRole::warning, style) == "\033[33mtext\033[0m\n");
  CHECK(colored("█  ", ColorRole::bar, style) == "\033[36m█\033[0m  ");
  CHECK(colored("  ", ColorRole::bar, style) == "  ");
}
