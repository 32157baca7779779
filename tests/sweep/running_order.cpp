// Points run in an order in which nothing is found out twice.
#include "sim/sweep/farm/running_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <numeric>
#include <random>
#include <set>

using namespace peeksim;

namespace {

SweepPoint point(std::size_t trace, std::size_t prediction, std::size_t dense) {
  SweepPoint made;
  made.trace = trace;
  made.prediction = prediction;
  made.dense = dense;
  return made;
}

// Every prediction setting on every dense machine.
std::vector<SweepPoint> grid(std::size_t predictions, std::size_t denses, std::size_t traces = 1) {
  std::vector<SweepPoint> points;
  for (std::size_t dense = 0; dense < denses; ++dense)
    for (std::size_t prediction = 0; prediction < predictions; ++prediction)
      for (std::size_t trace = 0; trace < traces; ++trace)
        points.push_back(point(trace, prediction, dense));
  return points;
}

// What a point has to know.
using Key = std::array<std::size_t, 3>;
std::array<Key, 2> keys_of(const SweepPoint& point) {
  return {Key{0, point.trace, point.prediction}, Key{1, point.trace, point.dense}};
}

std::vector<std::size_t> all_of(const std::vector<SweepPoint>& points) {
  std::vector<std::size_t> numbers(points.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// Runs all points, some at a time, each for a while that is drawn. Returns how often something was
// found out that another point knew or was finding out.
std::size_t found_twice(const std::vector<SweepPoint>& points, std::size_t jobs,
                        std::mt19937& random) {
  RunningOrder order(points, all_of(points));
  std::set<Key> known;
  std::set<std::size_t> ran;
  std::vector<std::size_t> at_work;
  std::vector<Key> begun;  // by points at work that did not know it
  std::size_t twice = 0;
  while (order.left() > 0 || !at_work.empty()) {
    while (order.left() > 0 && at_work.size() < jobs) {
      at_work.push_back(order.next());
      CHECK(ran.insert(at_work.back()).second);
      for (const Key& key : keys_of(points[at_work.back()])) {
        if (known.count(key) > 0) continue;
        twice += std::count(begun.begin(), begun.end(), key) > 0;
        begun.push_back(key);
      }
    }
    const std::size_t which = random() % at_work.size();
    for (const Key& key : keys_of(points[at_work[which]])) {
      known.insert(key);
      begun.erase(std::remove(begun.begin(), begun.end(), key), begun.end());
    }
    order.ended(at_work[which]);
    at_work.erase(at_work.begin() + static_cast<std::ptrdiff_t>(which));
  }
  CHECK(ran.size() == points.size());
  return twice;
}

}  // namespace

TEST_CASE("one after another, points of equal prediction settings follow each other") {
  const std::vector<SweepPoint> points = grid(2, 3, 2);
  RunningOrder order(points, all_of(points));
  std::vector<std::vector<std::size_t>> ran;
  while (order.left() > 0) {
    const std::size_t number = order.next();
    order.ended(number);
    ran.push_back({points[number].trace, points[number].prediction, points[number].dense});
  }
  CHECK(ran.size() == 12);
  CHECK(std::is_sorted(ran.begin(), ran.end()));
}

TEST_CASE("a limit takes the first in the order") {
  const std::vector<SweepPoint> points = grid(2, 3);
  RunningOrder order(points, all_of(points), 2);
  CHECK(order.left() == 2);
  CHECK(points[order.next()].prediction == 0);
  CHECK(order.left() == 1);
}

TEST_CASE("what a point is finding out, another one waits for") {
  const std::vector<SweepPoint> points = grid(3, 3);
  RunningOrder order(points, all_of(points));
  const SweepPoint first = points[order.next()], second = points[order.next()];
  CHECK(first.prediction != second.prediction);
  CHECK(first.dense != second.dense);
}

TEST_CASE("points that all need the same do not wait for ever") {
  const std::vector<SweepPoint> points = grid(1, 4);
  RunningOrder order(points, all_of(points));
  std::set<std::size_t> begun;
  for (int i = 0; i < 4; ++i) begun.insert(order.next());
  CHECK(begun.size() == 4);
}

TEST_CASE("a trace is over before the next one begins") {
  const std::vector<SweepPoint> points = {point(0, 0, 0), point(0, 0, 1), point(1, 1, 2)};
  RunningOrder order(points, all_of(points));
  CHECK(points[order.next()].trace == 0);
  CHECK(points[order.next()].trace == 0);  // although it finds out again what the first one does
  CHECK(points[order.next()].trace == 1);
}

TEST_CASE(
    "in a grid nothing is found out twice until nothing else is left, however long points take") {
  std::mt19937 random(7);
  for (const std::size_t jobs : {1, 2, 4})
    for (int i = 0; i < 50; ++i) {
      CAPTURE(jobs);
      CHECK(found_twice(grid(10, 12), jobs, random) < jobs);  // the last setting's points
    }
}
