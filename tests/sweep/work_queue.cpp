// Every point is assigned once, and similar points to the same worker.
#include "sim/sweep/farm/work_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

using namespace peeksim;

namespace {

// Every prediction setting on every dense machine and trace.
std::vector<SweepPoint> grid(std::size_t predictions, std::size_t denses, std::size_t traces = 1) {
  std::vector<SweepPoint> points;
  for (std::size_t dense = 0; dense < denses; ++dense)
    for (std::size_t prediction = 0; prediction < predictions; ++prediction)
      for (std::size_t trace = 0; trace < traces; ++trace) {
        SweepPoint& point = points.emplace_back();
        point.trace = trace;
        point.prediction = prediction;
        point.dense = dense;
      }
  return points;
}

std::vector<std::size_t> all_of(const std::vector<SweepPoint>& points) {
  std::vector<std::size_t> numbers(points.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

std::vector<std::size_t> settings_of(const SweepPoint& point) {
  return {point.trace, point.prediction, point.dense};
}

}  // namespace

TEST_CASE("a single worker gets the points sorted by trace, prediction settings, dense machine") {
  const std::vector<SweepPoint> points = grid(2, 3, 2);
  WorkQueue queue(points, all_of(points));
  std::vector<std::vector<std::size_t>> assigned;
  while (queue.left() > 0) assigned.push_back(settings_of(points[queue.next(0)]));
  CHECK(assigned.size() == 12);
  CHECK(std::is_sorted(assigned.begin(), assigned.end()));
}

TEST_CASE("a limit selects the first points after sorting") {
  const std::vector<SweepPoint> points = grid(2, 3);
  WorkQueue queue(points, all_of(points), 2);
  CHECK(queue.left() == 2);
  CHECK(points[queue.next(0)].prediction == 0);
  CHECK(points[queue.next(3)].prediction == 0);
  CHECK(queue.left() == 0);
}

TEST_CASE("two workers that are equally fast compute no mask twice") {
  const std::vector<SweepPoint> points = grid(10, 7);
  WorkQueue queue(points, all_of(points));
  std::set<std::size_t> masks[2];
  while (queue.left() > 0)
    for (const std::size_t worker : {0, 1})
      masks[worker].insert(points[queue.next(worker)].prediction);
  CHECK(masks[0].size() == 5);
  CHECK(masks[1].size() == 5);
}

TEST_CASE("an idle worker takes half of another one's range, down to the last point") {
  const std::vector<SweepPoint> points = grid(1, 8);
  WorkQueue queue(points, all_of(points));
  CHECK(points[queue.next(0)].dense == 0);
  CHECK(points[queue.next(1)].dense == 4);  // of 1 to 7
  for (const std::size_t dense : {5, 6, 7, 2, 3, 1}) CHECK(points[queue.next(1)].dense == dense);
  CHECK(queue.left() == 0);
}

TEST_CASE("all points of a trace are assigned before those of the next one") {
  const std::vector<SweepPoint> points = grid(2, 2, 2);
  WorkQueue queue(points, all_of(points));
  std::vector<std::size_t> traces;
  for (std::size_t i = 0; queue.left() > 0; ++i) traces.push_back(points[queue.next(i % 3)].trace);
  CHECK(std::is_sorted(traces.begin(), traces.end()));
}

TEST_CASE("every point is assigned once, in whatever order the workers ask") {
  std::mt19937 random(7);
  const std::vector<SweepPoint> points = grid(5, 6, 2);
  for (int i = 0; i < 50; ++i) {
    WorkQueue queue(points, all_of(points));
    std::vector<std::size_t> assigned;
    while (queue.left() > 0) assigned.push_back(queue.next(random() % 4));
    std::sort(assigned.begin(), assigned.end());
    CHECK(assigned == all_of(points));
  }
}
