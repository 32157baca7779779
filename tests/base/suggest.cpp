#include "sim/base/suggest.h"

#include <doctest/doctest.h>

using namespace peeksim;

TEST_CASE("a typo of a letter or two finds the name that was meant") {
  const std::vector<std::string> known = {"diagonal", "corner", "checkerboard", "all"};
  CHECK(nearest_name("diagnal", known) == "diagonal");
  CHECK(nearest_name("chekerbord", known) == "checkerboard");
  CHECK(nearest_name("al", known) == "all");
  CHECK(suggest("cornr", known) == "did you mean 'corner'?");
}

TEST_CASE("a name that is like no other gets the whole list") {
  CHECK(nearest_name("oracle", {"diagonal", "all"}).empty());
  CHECK(suggest("oracle", {"diagonal", "all"}) == "known: diagonal, all");
}

TEST_CASE("of two near names the nearer wins") {
  CHECK(nearest_name("array.row", {"array.cols", "array.rows"}) == "array.rows");
}
