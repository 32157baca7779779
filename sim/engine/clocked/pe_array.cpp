#include "sim/engine/clocked/pe_array.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "sim/base/error.h"
#include "sim/skip/operands/zero_gating.h"

namespace peeksim::clocked {

PeArray::PeArray(const sc_core::sc_module_name& name, Clock& clock, Wires& wires,
                 const ResidualIf& residual)
    : Module(name), clock_(clock), wires_(wires), residual_(residual) {
  clock.drive(*this);
  SC_HAS_PROCESS(PeArray);
  SC_METHOD(on_swap);
  sensitive << wires.swap.written();
  dont_initialize();
}

void PeArray::begin(const Work& work, ActivationPortIf& rows, WeightPortIf& columns) {
  work_ = &work;
  positions_ = static_cast<int>(work.layer->positions());
  rows_ = &rows;
  columns_ = &columns;
  gate_zeros_ =
      fate_of_zero_taps(work.machine->array, !work.operands->ifmap.empty()) != TapFate::executed;
  // Where the sums of a layer fit 32 bits whatever its values are.
  if (work.operands->integer && work.plan->L <= max_integer_products)
    accumulators_.emplace<IntegerAccumulators>();
  else
    accumulators_.emplace<FloatAccumulators>();
  draining_ = nullptr;
  cut_short_.begin(work, rows, columns, residual_, gate_zeros_);
  drained_ = 0;
  worst_ = 0;
  taps_ = zeros_ = 0;
  counted_ = Counters();
}

// What the channels held at the end of the last cycle is what the PEs did in it.
void PeArray::on_edge() {
  const TapIssue& taps = wires_.taps.read();
  if (taps.count > 0) execute(taps);
  if (draining_ == nullptr) return;
  ++drain_cycles_;
  if (next_row()) {
    show_row();
  } else {
    wires_.drained.write({++drained_, draining_});
    work_->recorder.record(drain_event(draining_->step, draining_->index, drain_cycles_),
                           drain_start_, clock_.now());
    draining_ = nullptr;
  }
}

// False after the last row and its copies.
bool PeArray::next_row() {
  const int row = draining_->drain_rows[drain_row_];
  if (!draining_->copies.empty() &&
      copies_of_row_ < static_cast<int>(draining_->copies[row].size())) {
    ++copies_of_row_;
    ++copies_left_;
    return true;
  }
  copies_of_row_ = 0;
  return ++drain_row_ < draining_->drain_rows.size();
}

void PeArray::execute(const TapIssue& taps) {
  const ChunkIssue& chunk = wires_.chunk.read();
  const TileWork& tile = *chunk.tile;
  taps_ += taps.count;
  const auto multiply = [&](auto& pes) {
    pes.resize(tile.position.size());
    if (work_->operands->ifmap.empty()) return;
    for (int lane = 0; lane < taps.count; ++lane) {
      const Count tap = chunk.tap(taps.first + lane);
      const TapActivations activations = rows_->activations_of(tap);
      if (work_->operands->computes()) {
        const int zeros = pes.multiply(tile, activations, columns_->weights_of(tap));
        if (gate_zeros_) zeros_ += zeros;
      } else if (gate_zeros_) {
        zeros_ += zero_operands(tile, activations);
      }
    }
  };
  std::visit(multiply, accumulators_);
}

// What the taps of a finished tile cost.
void PeArray::count(const TileWork& tile) {
  if (tile.pass == Pass::lookahead) {
    counted_.lookahead_macs += tile.live_pes * taps_;
    counted_.lookahead_ifmap_reads += static_cast<Count>(tile.distinct.size()) * taps_;
    counted_.lookahead_weight_reads += tile.live_channels * taps_;
    taps_ = zeros_ = 0;
    return;
  }
  counted_.ifmap_reads += static_cast<Count>(tile.distinct.size()) * taps_;
  counted_.weight_reads += tile.live_channels * taps_;
  counted_.multicast_reads += tile.multicast_positions * taps_;
  if (tile.jobs) counted_.weight_selects += tile.live_columns * taps_;
  counted_.latched_operands += tile.latched_operands() * taps_;
  // Hardware that gates zero activations does not even switch in those PEs.
  counted_.macs_executed += tile.live_pes * taps_ - zeros_;
  counted_.macs_zero_gated += zeros_;
  taps_ = zeros_ = 0;
}

Counters PeArray::counted() const {
  Counters counted = counted_;
  counted += cut_short_.counted();
  // Every PE has an activation of its own.
  counted.multicast_reads += cut_short_.counted().ifmap_reads;
  counted.latched_operands += cut_short_.counted().ifmap_reads;
  return counted;
}

std::vector<double> PeArray::accumulators() const {
  return std::visit(
      [](const auto& pes) { return std::vector<double>(pes.sums().begin(), pes.sums().end()); },
      accumulators_);
}

// A tile is finished: its sums move to the shadow registers, and its first row leaves.
void PeArray::on_swap() {
  guard([this] {
    const TileWork& tile = *wires_.swap.read().tile;
    if (tile.own_taps) {
      move_cut_short(tile);
    } else {
      count(tile);
      std::visit(
          [&](auto& pes) {
            move_to_shadow(tile, pes.sums());
            copy_to_shadow(tile, pes.sums());
            pes.zero();
          },
          accumulators_);
    }
    wires_.shadow.write({&tile, shadow_.data(), tile.own_taps ? cut_.data() : nullptr});
    draining_ = &tile;
    // The others have left while the tile was computed.
    const std::size_t at_once = work_->machine->array.rows;
    drain_row_ = tile.drain_rows.size() - std::min(tile.drain_rows.size(), at_once);
    copies_of_row_ = copies_left_ = 0;
    drain_cycles_ = 0;
    drain_start_ = clock_.now();
    show_row();
  });
}

void PeArray::move_cut_short(const TileWork& tile) {
  const std::size_t pes = tile.position.size();
  shadow_.resize(pes);
  cut_.resize(pes);
  for (std::size_t pe = 0; pe < pes; ++pe) {
    shadow_[pe] = cut_short_.value(static_cast<int>(pe));
    cut_[pe] = cut_short_.is_cut(static_cast<int>(pe));
  }
}

// What an output in a column becomes of its sum.
float PeArray::output(const TileWork& tile, double sum, int column, int position) const {
  const Operands& operands = *work_->operands;
  const int channel = work_->channel(tile.step, tile.channel[column]);
  if (!operands.computes()) return (*work_->ofmap)[channel * positions_ + position];
  const float residual =
      operands.residual.empty() ? 0 : residual_.residual(tile.step, tile.channel[column], position);
  if (tile.pass == Pass::lookahead) sum = work_->low->sum(sum, channel);
  return operands.finish(sum, channel, residual);
}

template <class Sum>
void PeArray::move_to_shadow(const TileWork& tile, const std::vector<Sum>& sums) {
  shadow_.assign(tile.position.size(), 0.0f);
  for (const int row : tile.drain_rows) {
    for (int column = 0; column < tile.columns; ++column) {
      const int pe = row * tile.columns + column;
      const int position = tile.position[pe];
      if (position >= 0) shadow_[pe] = output(tile, sums[pe], column, position);
    }
  }
}

// A copy has the sum of its row, and a residual of its own.
template <class Sum>
void PeArray::copy_to_shadow(const TileWork& tile, const std::vector<Sum>& sums) {
  copies_.clear();
  if (tile.copies.empty()) return;
  for (const int row : tile.drain_rows)
    for (const int copy : tile.copies[row])
      for (int column = 0; column < tile.columns; ++column) {
        const int pe = row * tile.columns + column;
        copies_.push_back(work_->operands->computes() ? output(tile, sums[pe], column, copy)
                                                      : shadow_[pe]);
      }
}

void PeArray::show_row() {
  const int row = draining_->drain_rows[drain_row_], columns = draining_->columns;
  if (copies_of_row_ > 0) {
    wires_.row.write({draining_, row, &copies_[(copies_left_ - 1) * columns], copies_of_row_, 0});
    return;
  }
  const int before = drain_cycles_ == 0 ? static_cast<int>(drain_row_) : 0;
  wires_.row.write({draining_, row, &shadow_[row * columns], 0, before});
  if (!work_->operands->computes() || draining_->pass == Pass::lookahead) return;
  for (int shown = row - before; shown <= row; ++shown) check(*draining_, shown);
}

void PeArray::check(const TileWork& tile, int row) {
  const Operands& operands = *work_->operands;
  const int first_channel = work_->channel(tile.step, 0);
  for (int column = 0; column < tile.columns; ++column) {
    const int position = tile.position[row * tile.columns + column];
    if (position < 0) continue;
    // What was cut short is a guess, or is not above 0, as the quality of the prediction says.
    if (tile.own_taps && cut_[row * tile.columns + column]) continue;
    const int channel = first_channel + tile.channel[column];
    const float expected = (*work_->ofmap)[channel * positions_ + position];
    const float got = shadow_[row * tile.columns + column];
    const double off = std::abs(double{got} - expected);
    if (off == 0) continue;
    worst_ = std::max(worst_, off);
    if (!work_->check_values || off <= operands.tolerance) continue;
    const Layer& layer = *work_->layer;
    std::ostringstream text;
    text.precision(9);
    text << "image " << work_->image << ": channel " << channel << ", position ("
         << position / layer.Q() << ", " << position % layer.Q() << "), drained in cycle "
         << clock_.now() << " of its program: expected " << expected << " as in the trace, got "
         << got;
    if (operands.tolerance > 0) text << " (tolerance " << operands.tolerance << ")";
    throw Error(
        ErrorKind::trace, "layer '" + layer.name + "'", text.str(),
        "the trace's weights, ifmap and ofmap do not belong together, or a value is rounded: "
        "record it with --type f32 or --quantize int8");
  }
}

}  // namespace peeksim::clocked
