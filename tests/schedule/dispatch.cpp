// How live neighbors become tiles: by hand, and against each policy's definition output by output.
#include "sim/schedule/dispatch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "sim/base/bits.h"
#include "sim/base/error.h"
#include "tests/support/random.h"

using namespace peeksim;

namespace {

// Which columns are live at a position.
using Columns = std::vector<bool>;

struct Tiles {
  std::vector<Tile> tiles;
  Count skipped = 0;
};

void add_window(StepWindows& pass, int positions, const Columns& live) {
  pass.neighbors.push_back(positions);
  pass.live.resize(pass.live.size() + pass.words());
  std::uint64_t* words = &pass.live[pass.live.size() - pass.words()];
  for (int k = 0; k < pass.columns; ++k) words[k / 64] |= std::uint64_t{live[k]} << (k % 64);
}

StepWindows empty_pass(int rows, int columns) {
  StepWindows pass;
  pass.rows = rows;
  pass.columns = pass.array_columns = columns;
  return pass;
}

Tiles run(const std::string& policy, const StepWindows& pass) {
  Tiles result;
  result.skipped = find_dispatch(policy).cut(pass, result.tiles, nullptr).skipped;
  return result;
}

std::vector<Columns> positions_of(const StepWindows& pass) {
  std::vector<Columns> list;
  for (std::size_t window = 0; window < pass.neighbors.size(); ++window) {
    Columns live(pass.columns);
    for (int k = 0; k < pass.columns; ++k) live[k] = pass.live_of(window)[k / 64] >> (k % 64) & 1;
    list.insert(list.end(), pass.neighbors[window], live);
  }
  return list;
}

// gate and row_skip: tiles of consecutive positions, counted PE by PE.
Tiles naive_row_tiles(const StepWindows& pass, bool drop_dead_rows) {
  std::vector<Columns> rows = positions_of(pass);
  if (drop_dead_rows) {
    const auto dead = [](const Columns& live) {
      return std::count(live.begin(), live.end(), 1) == 0;
    };
    rows.erase(std::remove_if(rows.begin(), rows.end(), dead), rows.end());
  }
  Tiles result;
  for (std::size_t first = 0; first < rows.size(); first += pass.rows) {
    std::set<std::size_t> live_rows;
    std::set<int> live_cols;
    Tile tile;
    for (std::size_t r = first; r < std::min(rows.size(), first + pass.rows); ++r) {
      for (int k = 0; k < pass.columns; ++k) {
        if (!rows[r][k]) continue;
        live_rows.insert(r);
        live_cols.insert(k);
        ++tile.live_pes;
      }
    }
    tile.distinct = tile.drained = static_cast<int>(live_rows.size());
    tile.live_cols = static_cast<int>(live_cols.size());
    if (tile.live_pes > 0)
      result.tiles.push_back(tile);
    else
      ++result.skipped;
  }
  return result;
}

// packed: a list of live positions per column, tile by tile.
Tiles naive_packed(const StepWindows& pass) {
  const std::vector<Columns> positions = positions_of(pass);
  std::vector<std::vector<std::size_t>> lists(pass.columns);
  std::size_t longest = 0;
  for (int k = 0; k < pass.columns; ++k) {
    for (std::size_t p = 0; p < positions.size(); ++p)
      if (positions[p][k]) lists[k].push_back(p);
    longest = std::max(longest, lists[k].size());
  }
  Tiles result;
  for (std::size_t first = 0; first < longest; first += pass.rows) {
    Tile tile;
    std::set<std::size_t> distinct;
    for (const auto& list : lists) {
      const std::size_t end = std::min(list.size(), first + pass.rows);
      if (first >= end) continue;
      distinct.insert(list.begin() + first, list.begin() + end);
      tile.live_cols += 1;
      tile.live_pes += static_cast<int>(end - first);
      tile.drained = std::max(tile.drained, static_cast<int>(end - first));
    }
    tile.distinct = static_cast<int>(distinct.size());
    result.tiles.push_back(tile);
  }
  return result;
}

// balanced: jobs of one channel each, `array_columns` to a tile.
Tiles naive_balanced(const StepWindows& pass) {
  using Job = std::pair<int, std::vector<std::size_t>>;  // channel, positions
  const std::vector<Columns> positions = positions_of(pass);
  std::vector<Job> jobs;
  std::vector<std::vector<std::size_t>> bins(pass.columns);
  for (std::size_t p = 0; p < positions.size(); ++p)
    for (int k = 0; k < pass.columns; ++k) {
      if (positions[p][k]) bins[k].push_back(p);
      if (bins[k].size() < std::size_t(pass.rows)) continue;
      jobs.emplace_back(k, bins[k]);
      bins[k].clear();
    }
  for (int k = 0; k < pass.columns; ++k)
    if (!bins[k].empty()) jobs.emplace_back(k, bins[k]);
  Tiles result;
  for (std::size_t first = 0; first < jobs.size(); first += pass.array_columns) {
    Tile tile;
    std::set<std::size_t> distinct;
    std::set<int> channels;
    for (std::size_t j = first; j < std::min(jobs.size(), first + pass.array_columns); ++j) {
      const int length = static_cast<int>(jobs[j].second.size());
      channels.insert(jobs[j].first);
      distinct.insert(jobs[j].second.begin(), jobs[j].second.end());
      tile.live_pes += length;
      tile.drained = std::max(tile.drained, length);
    }
    tile.distinct = static_cast<int>(distinct.size());
    tile.live_cols = static_cast<int>(channels.size());
    result.tiles.push_back(tile);
  }
  return result;
}

Tile shape(int distinct, int live_cols, int drained, int live_pes) {
  Tile tile;
  tile.distinct = distinct;
  tile.live_cols = live_cols;
  tile.drained = drained;
  tile.live_pes = live_pes;
  return tile;
}

bool same(const Tile& a, const Tile& b) {
  return a.distinct == b.distinct && a.live_cols == b.live_cols && a.drained == b.drained &&
         a.live_pes == b.live_pes;
}

bool same(const Tiles& a, const Tiles& b) {
  return a.skipped == b.skipped &&
         std::equal(a.tiles.begin(), a.tiles.end(), b.tiles.begin(), b.tiles.end(),
                    [](const Tile& x, const Tile& y) { return same(x, y); });
}

StepWindows random_pass(Random& random) {
  const int columns = random.one_in(3) ? random.one_of<int>({1, 63, 64, 65, 127, 128, 129, 130})
                                       : random.between(1, 130);
  StepWindows pass = empty_pass(random.between(1, 33), columns);
  const int density = random.between(0, 4);  // of 4; whole windows are gated as well
  for (int windows = random.between(0, 40); windows > 0; --windows) {
    const bool dead = random.one_in(3);
    Columns live(columns);
    for (int k = 0; k < columns; ++k) live[k] = !dead && random.between(1, 4) <= density;
    add_window(pass, random.between(0, 8), live);
  }
  return pass;
}

// The example of docs/machine.md: four windows of two neighbors in window order.
StepWindows example() {
  StepWindows pass = empty_pass(4, 2);
  add_window(pass, 2, {false, true});
  add_window(pass, 2, {true, false});
  add_window(pass, 2, {false, false});
  add_window(pass, 2, {false, true});
  return pass;
}

}  // namespace

TEST_CASE("gate keeps gated positions in their rows") {
  const Tiles result = run("gate", example());
  REQUIRE(result.tiles.size() == 2);
  CHECK(same(result.tiles[0], shape(4, 2, 4, 4)));
  CHECK(same(result.tiles[1], shape(2, 1, 2, 2)));
  CHECK(result.skipped == 0);
}

TEST_CASE("gate skips a tile without a live PE, and counts it") {
  StepWindows pass = empty_pass(2, 3);
  add_window(pass, 4, {false, false, false});
  add_window(pass, 3, {true, false, true});
  add_window(pass, 2, {false, false, false});
  const Tiles result = run("gate", pass);
  REQUIRE(result.tiles.size() == 2);
  CHECK(same(result.tiles[0], shape(2, 2, 2, 4)));
  CHECK(same(result.tiles[1], shape(1, 2, 1, 2)));
  CHECK(result.skipped == 3);  // two in front, and the one position left at the end
}

TEST_CASE("row_skip drops positions that are gated in every column and packs the rest") {
  StepWindows pass = example();
  CHECK(run("row_skip", pass).tiles.size() == 2);
  pass.rows = 6;
  const Tiles result = run("row_skip", pass);
  REQUIRE(result.tiles.size() == 1);
  CHECK(same(result.tiles[0], shape(6, 2, 6, 6)));
  CHECK(result.skipped == 0);
  CHECK(run("gate", pass).tiles.size() == 2);
}

TEST_CASE("packed gives each column its own list of positions") {
  const Tiles result = run("packed", example());
  REQUIRE(result.tiles.size() == 1);
  CHECK(same(result.tiles[0], shape(6, 2, 4, 6)));
}

TEST_CASE("packed has as many tiles as the longest column list needs") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const StepWindows pass = random_pass(random);
    std::int64_t most = 0;
    for (int k = 0; k < pass.columns; ++k) {
      Count live = 0;
      for (const Columns& columns : positions_of(pass)) live += columns[k];
      most = std::max(most, ceil_div(live, pass.rows));
    }
    CHECK(run("packed", pass).tiles.size() == static_cast<std::size_t>(most));
  }
}

TEST_CASE("a pass without a position, or without a live PE, has no tile") {
  for (const Dispatch& policy : dispatch_policies()) {
    CAPTURE(policy.name);
    StepWindows pass = empty_pass(2, 3);
    CHECK(run(policy.name, pass).tiles.empty());
    CHECK(run(policy.name, pass).skipped == 0);
    add_window(pass, 0, {true, true, true});
    CHECK(run(policy.name, pass).tiles.empty());
    CHECK(run(policy.name, pass).skipped == 0);
    add_window(pass, 5, {false, false, false});
    CHECK(run(policy.name, pass).tiles.empty());
    CHECK(run(policy.name, pass).skipped == (std::string(policy.name) == "gate" ? 3 : 0));
  }
}

TEST_CASE("when nothing is gated all policies make the same tiles") {
  StepWindows pass = empty_pass(4, 70);
  for (int i = 0; i < 5; ++i) add_window(pass, 3, Columns(70, true));
  const Tiles gate = run("gate", pass);
  CHECK(gate.tiles.size() == 4);
  CHECK(same(gate.tiles[3], shape(3, 70, 3, 210)));
  CHECK(same(run("row_skip", pass), gate));
  CHECK(same(run("packed", pass), gate));
}

TEST_CASE("tiles are appended to those that are there") {
  for (const Dispatch& policy : dispatch_policies()) {
    CAPTURE(policy.name);
    std::vector<Tile> tiles = {shape(9, 9, 9, 81), shape(8, 8, 8, 64)};
    policy.cut(example(), tiles, nullptr);
    const Tiles alone = run(policy.name, example());
    REQUIRE(tiles.size() == 2 + alone.tiles.size());
    CHECK(same(tiles[0], shape(9, 9, 9, 81)));
    CHECK(same(tiles[1], shape(8, 8, 8, 64)));
    for (std::size_t t = 0; t < alone.tiles.size(); ++t) CHECK(same(tiles[2 + t], alone.tiles[t]));
  }
}

TEST_CASE("every policy agrees with its definition, output by output") {
  Count tiles = 0, skipped = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const StepWindows pass = random_pass(random);
    const Tiles gate = run("gate", pass);
    CHECK(same(gate, naive_row_tiles(pass, false)));
    CHECK(same(run("row_skip", pass), naive_row_tiles(pass, true)));
    CHECK(same(run("packed", pass), naive_packed(pass)));
    tiles += static_cast<Count>(gate.tiles.size());
    skipped += gate.skipped;
  }
  CHECK(tiles > 500);
  CHECK(skipped > 100);
}

TEST_CASE("every policy computes the same outputs") {
  for (unsigned seed = 1000; seed < 1100; ++seed) {
    Random random(seed);
    const StepWindows pass = random_pass(random);
    Count expected = 0;
    for (const Columns& live : positions_of(pass))
      expected += std::count(live.begin(), live.end(), 1);
    for (const Dispatch& policy : dispatch_policies()) {
      Count live_pes = 0;
      for (const Tile& tile : run(policy.name, pass).tiles) live_pes += tile.live_pes;
      CHECK(live_pes == expected);
    }
  }
}

TEST_CASE("an unknown dispatch policy is an error that suggests the nearest") {
  CHECK_THROWS_WITH_AS(find_dispatch("rowskip"),
                       "array.dispatch: unknown dispatch policy 'rowskip'; did you mean "
                       "'row_skip'?",
                       Error);
}

TEST_CASE("a set of columns is walked in order and counted") {
  const std::uint64_t set[] = {std::uint64_t{1} << 63 | 1, 0, 0b1010};
  std::vector<int> columns;
  for_each_bit(set, 3, [&](int column) { columns.push_back(column); });
  CHECK(columns == std::vector<int>{0, 63, 129, 131});
  CHECK(count_bits(set, 3) == 4);
  CHECK(count_bits(set, 1) == 2);
  CHECK(count_bits(set, 0) == 0);
}

TEST_CASE("balanced is what its definition says on random steps, whatever the array's width") {
  Random random(77);
  for (int i = 0; i < 300; ++i) {
    CAPTURE(i);
    StepWindows pass = random_pass(random);
    pass.array_columns = pass.columns + random.between(0, 9);
    CHECK(same(run("balanced", pass), naive_balanced(pass)));
    CHECK(same(run("balanced_fill", pass), naive_balanced(pass)));  // without peeks
  }
}

TEST_CASE(
    "a channel with many live outputs takes several columns of a tile, and one read of each "
    "weight") {
  StepWindows pass = empty_pass(2, 3);
  for (int i = 0; i < 6; ++i) add_window(pass, 1, {true, false, i == 0});
  std::vector<Tile> tiles;
  const StepSums sums = find_dispatch("balanced").cut(pass, tiles, nullptr);
  REQUIRE(tiles.size() == 2);
  CHECK(same(tiles[0], shape(6, 1, 2, 6)));
  CHECK(same(tiles[1], shape(1, 1, 1, 1)));
  CHECK(tiles[0].jobs == 3);
  CHECK(tiles[0].multicast == 6);
  CHECK(tiles[1].jobs == 1);
  CHECK(sums.queue_peak == 3);
}

TEST_CASE("the queue holds what a position closes before full tiles leave it") {
  StepWindows pass = empty_pass(2, 5);
  pass.array_columns = 3;
  for (int i = 0; i < 4; ++i) add_window(pass, 1, Columns(5, true));
  std::vector<Tile> tiles;
  // The second position closes 5 jobs, of which 2 are left over; the fourth closes 5 more.
  CHECK(find_dispatch("balanced").cut(pass, tiles, nullptr).queue_peak == 7);
  REQUIRE(tiles.size() == 4);
  CHECK(tiles[3].jobs == 1);
}

namespace {

// Three windows of two peeks and two neighbors each, of which channel 1 computes none in the first.
StepWindows with_peeks(int rows) {
  StepWindows pass = empty_pass(rows, 2);
  add_window(pass, 2, {true, false});
  add_window(pass, 2, {true, true});
  add_window(pass, 2, {true, true});
  pass.peeks = {2, 2, 2};
  return pass;
}

}  // namespace

TEST_CASE(
    "a last peek tile is filled up with neighbors of the windows that are decided before it") {
  std::vector<Tile> tiles;
  TilePositions positions;
  positions.begin(0);
  find_dispatch("balanced_fill").cut(with_peeks(4), tiles, &positions);
  // Peeks 0 … 3, then 4 and 5 of the third window: the first two windows are decided. Channel 0
  // takes neighbors 0 and 1, channel 1 takes 2 and 3.
  REQUIRE(tiles.size() == 3);
  CHECK(same(tiles[1], shape(2 + 4, 2, 4, 4 + 4)));
  CHECK(tiles[1].pass == Pass::peek);
  CHECK(tiles[1].peeks == 4);
  CHECK(tiles[1].multicast == 4);
  CHECK(positions.of(1) == std::vector<int>{0, 1, 2, 3});
  CHECK(tiles[0].decides == 0);
  CHECK(tiles[1].after == 0);
  CHECK(tiles[1].decides == 1);
  CHECK(tiles[2].after == 1);
  CHECK(tiles[2].live_pes == 6);  // 4 of channel 0, 2 of channel 1
}

TEST_CASE("a last peek tile that is full, or the only one, is not filled up") {
  for (const int rows : {1, 2, 3, 6, 7}) {
    CAPTURE(rows);
    std::vector<Tile> filled, plain;
    find_dispatch("balanced_fill").cut(with_peeks(rows), filled, nullptr);
    find_dispatch("balanced").cut(with_peeks(rows), plain, nullptr);
    REQUIRE(filled.size() == plain.size());
    for (std::size_t t = 0; t < filled.size(); ++t) {
      CHECK(same(filled[t], plain[t]));
      CHECK(filled[t].after == plain[t].after);
      CHECK(filled[t].decides == plain[t].decides);
    }
  }
}

TEST_CASE("the neighbors that fill up a tile are the same PE by PE and use decided windows only") {
  const std::string name = "balanced_fill";
  const Dispatch& policy = find_dispatch(name);
  StepWindows pass = with_peeks(4);
  const std::vector<int> expected = {-1, -1, -1, -1, 0, 2, 1, 3};
  CHECK(policy.fill(pass).neighbor == expected);
  pass.live[2] = 0;
  CHECK(policy.fill(pass).neighbor == expected);
}
