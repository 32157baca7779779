// Which combinations become points.
#include "sim/sweep/design/sampling.h"

#include <doctest/doctest.h>

#include <set>

using namespace peeksim;

namespace {

const std::vector<std::uint32_t> sizes = {3, 4, 5};

std::vector<Combination> sampled(const std::string& method, std::size_t points, std::uint64_t seed,
                                 const std::vector<std::uint32_t>& of = sizes) {
  std::vector<Combination> all;
  for (const Sampler& sampler : samplers())
    if (method == sampler.name)
      sampler.sample(of, points, seed, [&](const Combination& chosen) {
        all.push_back(chosen);
        return true;
      });
  return all;
}

}  // namespace

TEST_CASE("the generator gives the published numbers") {
  SplitMix64 draw(1234567);
  CHECK(draw.next() == 6457827717110365317U);
  CHECK(draw.next() == 3203168211198807973U);
  CHECK(draw.next() == 9817491932198370423U);
}

TEST_CASE("numbers below a bound are below it and reach all of it") {
  SplitMix64 draw(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(draw.below(7));
  CHECK(seen.size() == 7);
  CHECK(*seen.rbegin() == 6);
  CHECK(draw.below(1) == 0);
}

TEST_CASE("the grid has every combination once, the last axis varying fastest") {
  const std::vector<Combination> grid = sampled("grid", 0, 0);
  CHECK(grid.size() == 60);
  CHECK(std::set<Combination>(grid.begin(), grid.end()).size() == 60);
  CHECK(grid[0] == Combination{0, 0, 0});
  CHECK(grid[1] == Combination{0, 0, 1});
  CHECK(grid[5] == Combination{0, 1, 0});
  CHECK(sampled("grid", 0, 0, {}).size() == 1);  // no axes: the base machine alone
}

TEST_CASE("random points are distinct, as many as requested, and depend on the seed") {
  const std::vector<Combination> drawn = sampled("random", 20, 7);
  CHECK(drawn.size() == 20);
  CHECK(std::set<Combination>(drawn.begin(), drawn.end()).size() == 20);
  CHECK(drawn == sampled("random", 20, 7));
  CHECK(drawn != sampled("random", 20, 8));
  CHECK(sampled("random", 100, 7).size() == 60);  // no more than there are
  // A longer draw begins with the shorter one: more points later repeat none.
  const std::vector<Combination> longer = sampled("random", 30, 7);
  CHECK(std::vector<Combination>(longer.begin(), longer.begin() + 20) == drawn);
}

TEST_CASE("random points of a grid too large to count are drawn without enumerating it") {
  CHECK(sampled("random", 5, 1, {1000000, 1000000, 1000}).size() == 5);
}

TEST_CASE("a Latin hypercube uses every stratum of every axis") {
  const std::vector<Combination> drawn = sampled("latin_hypercube", 60, 3, {60, 60, 3});
  REQUIRE(drawn.size() == 60);
  std::set<std::uint32_t> first, second;
  std::vector<int> third(3);
  for (const Combination& chosen : drawn) {
    first.insert(chosen[0]);
    second.insert(chosen[1]);
    ++third[chosen[2]];
  }
  CHECK(first.size() == 60);
  CHECK(second.size() == 60);
  CHECK(third == std::vector<int>{20, 20, 20});
  CHECK(drawn == sampled("latin_hypercube", 60, 3, {60, 60, 3}));
  CHECK(drawn != sampled("latin_hypercube", 60, 4, {60, 60, 3}));
}

TEST_CASE("a Latin hypercube offers no combination twice") {
  const std::vector<Combination> drawn = sampled("latin_hypercube", 50, 1, {2, 2});
  CHECK(std::set<Combination>(drawn.begin(), drawn.end()).size() == drawn.size());
  CHECK(drawn.size() == 4);
}

TEST_CASE("another Latin hypercube is drawn while points are missing") {
  std::vector<Combination> taken;
  for (const Sampler& sampler : samplers())
    if (std::string("latin_hypercube") == sampler.name)
      sampler.sample({10, 10}, 10, 1, [&](const Combination& chosen) {
        if (chosen[0] < chosen[1]) return false;
        taken.push_back(chosen);
        return true;
      });
  CHECK(taken.size() == 10);
  CHECK(std::set<Combination>(taken.begin(), taken.end()).size() == 10);
}
