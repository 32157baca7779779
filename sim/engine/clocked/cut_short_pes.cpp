#include "sim/engine/clocked/cut_short_pes.h"

#include <algorithm>

namespace peeksim::clocked {

void CutShortPes::begin(const Work& work, ActivationPortIf& rows, WeightPortIf& columns,
                        const ResidualIf& residual, bool gates_zeros) {
  work_ = &work;
  rows_ = &rows;
  columns_ = &columns;
  residual_ = &residual;
  gates_zeros_ = gates_zeros;
  counted_ = Counters();
}

void CutShortPes::start_tile(const TileWork& tile, bool alone) {
  tile_ = &tile;
  const std::size_t outputs = tile.position.size();
  sum_.assign(outputs, 0.0);
  value_.assign(outputs, 0.0f);
  taken_.assign(outputs, 0);
  cut_.assign(outputs, 0);
  done_.assign(outputs, 0);
  for (std::size_t i = 0; i < outputs; ++i) done_[i] = tile.position[i] < 0;
  open_ = tile.live_pes;
  if (work_->guesses()) counted_.comparisons += tile.live_pes;
  next_.assign(tile.columns, 0);
  running_.clear();
  if (!alone) return;
  running_.assign(tile.columns, std::vector<int>(work_->machine->array.rows, -1));
  for (int column = 0; column < tile.columns; ++column) assign(column);
}

const TapOrder& CutShortPes::order(int column) const {
  return (*work_->orders)[work_->channel(tile_->step, tile_->channel[column])];
}

// Idle PEs of the column, the lowest row first, take the next outputs.
void CutShortPes::assign(int column) {
  for (int& output : running_[column])
    if (output < 0 && next_[column] < tile_->rows)
      output = next_[column]++ * tile_->columns + column;
}

TakenTaps CutShortPes::wanted() const {
  TakenTaps taps;
  for (int column = 0; column < tile_->columns; ++column) {
    Count open = 0;
    for (int row = 0; row < tile_->rows; ++row) open += !done_[row * tile_->columns + column];
    taps.activations += open;
    taps.weights += open > 0;
  }
  return taps;
}

void CutShortPes::take(const TakenTaps& wanted) {
  counted_.ifmap_reads += wanted.activations;
  counted_.weight_reads += wanted.weights;
  for (std::size_t output = 0; output < done_.size(); ++output)
    if (!done_[output]) take_tap(static_cast<int>(output));
}

TakenTaps CutShortPes::take_cycle() {
  TakenTaps taps;
  for (int column = 0; column < tile_->columns; ++column) {
    for (int& output : running_[column]) {
      if (output < 0) continue;
      for (int lane = 0; lane < work_->machine->array.lanes && !done_[output]; ++lane) {
        ++taps.activations;
        take_tap(output);
      }
      if (done_[output]) output = -1;
    }
    assign(column);
  }
  taps.weights = taps.activations;  // no two PEs are at the same tap
  counted_.ifmap_reads += taps.activations;
  counted_.weight_reads += taps.weights;
  return taps;
}

void CutShortPes::take_tap(int output) {
  done_[output] = stops(output);
  open_ -= done_[output];
}

bool CutShortPes::stops(int output) {
  const int row = output / tile_->columns, column = output % tile_->columns;
  const TapOrder& own = order(column);
  const Count place = taken_[output]++;
  const float activation = rows_->activations_of(own.taps[place])[row];
  const float weight = columns_->weights_of(place)[column];
  sum_[output] += double{activation} * double{weight};
  if (gates_zeros_ && activation == 0)
    ++counted_.macs_zero_gated;
  else
    ++counted_.macs_executed;

  const Count taps = work_->plan->L, taken = place + 1;
  const bool certain = taken >= own.first_cut();
  const bool guessed = taken == own.speculated;
  if (taken < taps && !certain && !guessed) return false;
  const int channel = work_->channel(tile_->step, tile_->channel[column]);
  const float residual =
      work_->operands->residual.empty()
          ? 0
          : residual_->residual(tile_->step, tile_->channel[column], tile_->position[output]);
  value_[output] = work_->operands->finish(sum_[output], channel, residual);
  if (taken == taps) return true;
  cut_[output] = (certain && value_[output] <= 0) ||
                 (guessed && value_[output] <= work_->prediction->thresholds[channel]);
  if (cut_[output]) {
    ++counted_.cut_short;
    counted_.macs_predicted += taps - taken;
  }
  return cut_[output];
}

}  // namespace peeksim::clocked
