#include "sim/schedule/tap_counter.h"

#include <algorithm>

#include "sim/base/bits.h"
#include "sim/schedule/bank_mapping.h"

namespace peeksim {

TapCounter::TapCounter(const Layer& layer, const MachineSpec& machine, const std::uint64_t* live)
    : layer_(layer),
      array_(machine.array),
      live_(live),
      words_(LiveTaps::words_of(layer)),
      united_(words_),
      banks_(machine.buffers.ifmap_banks) {
  if (banks_ == 0) return;
  const BankMapping& mapping = bank_mapping_of(machine);
  for (int q = 0; q < layer.Q(); ++q)
    for (int s = 0; s < layer.S; ++s)
      bank_.push_back(
          mapping.bank(q * layer.stride_w - layer.pad_left + s * layer.dilation_w, banks_));
  for (int s = 0; s < layer.S; ++s) {
    std::vector<std::uint64_t> taps(words_);
    for (Count tap = s; tap < layer.L(); tap += layer.S)
      taps[tap / 64] |= std::uint64_t{1} << (tap % 64);
    of_column_.push_back(std::move(taps));
  }
}

void TapCounter::count(const Plan& plan, const std::vector<int>& positions,
                       std::vector<ChunkTaps>& chunks) {
  if (skips()) unite(positions);
  if (banks_ > 0) {
    positions_in_column_.assign(layer_.Q(), 0);
    for (const int position : positions) ++positions_in_column_[position % layer_.Q()];
  }
  for (int chunk = 0; chunk < plan.chunks; ++chunk) {
    const Count first = chunk * plan.chunk_taps, taps = plan.taps_of_chunk(chunk);
    ChunkTaps counted = skips() ? live_taps(first, taps) : every_tap(taps, array_);
    if (banks_ > 0) counted.fullest_bank = fullest_bank(first, taps);
    chunks.push_back(counted);
  }
}

void TapCounter::unite(const std::vector<int>& positions) {
  std::fill(united_.begin(), united_.end(), std::uint64_t{0});
  std::uint64_t* const united = united_.data();
  for (const int position : positions) {
    const std::uint64_t* own = live_ + std::size_t(position) * words_;
    for (int w = 0; w < words_; ++w) united[w] |= own[w];
  }
}

// A chunk without a live tap still executes one.
ChunkTaps TapCounter::live_taps(Count first, Count taps) const {
  const Count live = std::max<Count>(1, count_bits(united_.data(), first, taps));
  ChunkTaps counted = every_tap(live, array_);
  const Count run = array_.zero_lookahead;
  if (run == 0) return counted;
  counted.lane_cycles = 0;
  for (Count done = 0; done < taps; done += run) {
    const Count of_run = count_bits(united_.data(), first + done, std::min(run, taps - done));
    counted.lane_cycles += std::max<Cycle>(1, ceil_div(of_run, array_.lanes));
  }
  return counted;
}

Count TapCounter::fullest_bank(Count first, Count taps) const {
  const bool dead = skips() && count_bits(united_.data(), first, taps) == 0;
  std::vector<Count> executed;  // of each kernel column
  for (int s = 0; s < layer_.S; ++s)
    executed.push_back(dead ? Count{first % layer_.S == s} : taps_of_column(s, first, taps));
  std::vector<Count> elements(banks_);
  for (std::size_t q = 0; q < positions_in_column_.size(); ++q) {
    if (positions_in_column_[q] == 0) continue;
    for (int s = 0; s < layer_.S; ++s)
      elements[bank_[q * layer_.S + s]] += executed[s] * positions_in_column_[q];
  }
  return *std::max_element(elements.begin(), elements.end());
}

Count TapCounter::taps_of_column(int s, Count first, Count taps) const {
  const std::vector<std::uint64_t>& column = of_column_[s];
  if (!skips()) return count_bits(column.data(), first, taps);
  std::vector<std::uint64_t> live(words_);
  for (int w = 0; w < words_; ++w) live[w] = united_[w] & column[w];
  return count_bits(live.data(), first, taps);
}

}  // namespace peeksim
