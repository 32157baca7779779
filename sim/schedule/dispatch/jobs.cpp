#include "sim/schedule/dispatch/jobs.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/base/bits.h"

namespace peeksim {

namespace {

// Adds up closed jobs, `columns` to a tile.
class JobTiles {
 public:
  JobTiles(int columns, int channels, Count neighbors, int after, std::vector<Tile>& tiles,
           TilePositions* positions)
      : columns_(columns),
        after_(after),
        tiles_(tiles),
        positions_(positions),
        distinct_(neighbors + 1),
        tile_of_neighbor_(neighbors, -1),
        tile_of_channel_(channels, -1) {}

  Count closed() const { return closed_; }
  // Of the closed jobs, those of a tile that is not full.
  int waiting() const { return waiting_; }

  // Not inlined: it is called once for many neighbors, whose loop needs the registers.
  [[gnu::noinline]] void close(int channel, const int* neighbors, int count) {
    if (waiting_ == 0) open();
    Tile& tile = tiles_.back();
    ++tile.jobs;
    tile.live_cols += is_new(tile_of_channel_[channel]);
    tile.live_pes += count;
    tile.drained = std::max(tile.drained, count);
    for (int i = 0; i < count; ++i) {  // branchless: a branch would be mispredicted often
      distinct_[tile.distinct] = neighbors[i];
      tile.distinct += is_new(tile_of_neighbor_[neighbors[i]]);
    }
    ++closed_;
    if (++waiting_ == columns_) complete();
  }

  // After the last job.
  void finish() {
    if (waiting_ > 0) complete();
  }

 private:
  void open() {
    ++tile_;
    tiles_.emplace_back();
    tiles_.back().pass = Pass::neighbor;
    tiles_.back().after = after_;
  }
  void complete() {
    Tile& tile = tiles_.back();
    tile.multicast = tile.distinct;
    if (positions_ != nullptr) positions_->add(tiles_.size() - 1, distinct_.data(), tile.distinct);
    waiting_ = 0;
  }
  bool is_new(int& last) const { return std::exchange(last, tile_) != tile_; }

  const int columns_, after_;
  std::vector<Tile>& tiles_;
  TilePositions* const positions_;
  int tile_ = -1;  // the open one, counted within the step
  int waiting_ = 0;
  Count closed_ = 0;
  std::vector<int> distinct_;  // neighbors of the open tile, and room for one that is none
  std::vector<int> tile_of_neighbor_, tile_of_channel_;  // the last tile that has it
};

// Collects the next job of a channel: as many live neighbors as there are rows. Before the first
// place is room for those that are computed elsewhere.
struct Bin {
  int* next;
  int* first;
  int* end;
};

}  // namespace

StepSums cut_jobs(const StepWindows& step, const std::vector<int>& taken, int after,
                  std::vector<Tile>& tiles, TilePositions* positions) {
  const Count neighbors = std::accumulate(step.neighbors.begin(), step.neighbors.end(), Count{0});
  JobTiles jobs(step.array_columns, step.columns, neighbors, after, tiles, positions);
  const int elsewhere = *std::max_element(taken.begin(), taken.end());
  std::vector<int> collected(std::size_t(step.columns) * (elsewhere + step.rows));
  std::vector<Bin> bins;
  int* end = collected.data();
  for (const int computed : taken) {
    int* const first = end + elsewhere;
    end = first + step.rows;
    bins.push_back({first - computed, first, end});
  }
  Bin* const bin_of_channel = bins.data();
  StepSums sums;
  int neighbor = 0;
  for (std::size_t window = 0; window < step.neighbors.size(); ++window) {
    for (int i = 0; i < step.neighbors[window]; ++i, ++neighbor) {
      const Count in_full_tiles = jobs.closed() - jobs.waiting();
      for_each_bit(step.live_of(window), step.words(), [&](int channel) {
        Bin& bin = bin_of_channel[channel];
        *bin.next++ = neighbor;
        if (bin.next < bin.end) return;
        jobs.close(channel, bin.first, step.rows);
        bin.next = bin.first;
      });
      sums.queue_peak = std::max(sums.queue_peak, jobs.closed() - in_full_tiles);
    }
  }
  for (int channel = 0; channel < step.columns; ++channel) {
    const Bin& bin = bins[channel];
    if (bin.next > bin.first)
      jobs.close(channel, bin.first, static_cast<int>(bin.next - bin.first));
  }
  jobs.finish();
  return sums;
}

StepSums place_jobs(const StepWindows& step, std::vector<int> taken,
                    std::vector<PlacedTile>& tiles) {
  struct Job {
    int channel = 0;
    std::vector<int> neighbors;
  };
  std::vector<Job> bins(step.columns), jobs;
  for (int channel = 0; channel < step.columns; ++channel) bins[channel].channel = channel;
  const auto close = [&](Job& bin) {
    jobs.push_back(bin);
    bin.neighbors.clear();
  };
  const std::size_t columns = step.array_columns;
  StepSums sums;
  int neighbor = 0;
  Count waiting = 0;
  for (std::size_t window = 0; window < step.neighbors.size(); ++window) {
    for (int i = 0; i < step.neighbors[window]; ++i, ++neighbor) {
      for (Job& bin : bins) {
        const bool live = step.live_of(window)[bin.channel / 64] >> (bin.channel % 64) & 1;
        if (!live || taken[bin.channel]-- > 0) continue;
        bin.neighbors.push_back(neighbor);
        if (static_cast<int>(bin.neighbors.size()) < step.rows) continue;
        close(bin);
        ++waiting;
      }
      sums.queue_peak = std::max(sums.queue_peak, waiting);
      waiting %= step.array_columns;
    }
  }
  for (Job& bin : bins)
    if (!bin.neighbors.empty()) close(bin);

  for (std::size_t first = 0; first < jobs.size(); first += columns) {
    PlacedTile tile(step.rows, step.array_columns);
    tile.multicast = tile.jobs = true;
    for (std::size_t column = 0; column < columns && first + column < jobs.size(); ++column) {
      const Job& job = jobs[first + column];
      tile.channel[column] = job.channel;
      for (std::size_t row = 0; row < job.neighbors.size(); ++row)
        tile.neighbor[row * columns + column] = job.neighbors[row];
    }
    for (std::size_t column = jobs.size() - first; column < columns; ++column)
      tile.channel[column] = 0;  // idle
    tiles.push_back(std::move(tile));
  }
  return sums;
}

}  // namespace peeksim
