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
  if (++drain_row_ < draining_->drain_rows.size()) {
    show_row();
  } else {
    wires_.drained.write({++drained_, draining_});
    work_->recorder.record(
        drain_event(draining_->step, draining_->index, static_cast<Count>(drain_row_)),
        drain_start_, clock_.now());
    draining_ = nullptr;
  }
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

std::vector<double> PeArray::accumulators() const {
  return std::visit(
      [](const auto& pes) { return std::vector<double>(pes.sums().begin(), pes.sums().end()); },
      accumulators_);
}

// A tile is finished: its sums move to the shadow registers, and its first row leaves.
void PeArray::on_swap() {
  guard([this] {
    const TileWork& tile = *wires_.swap.read().tile;
    count(tile);
    std::visit(
        [&](auto& pes) {
          move_to_shadow(tile, pes.sums());
          pes.zero();
        },
        accumulators_);
    wires_.shadow.write({&tile, shadow_.data()});
    draining_ = &tile;
    drain_row_ = 0;
    drain_start_ = clock_.now();
    show_row();
  });
}

template <class Sum>
void PeArray::move_to_shadow(const TileWork& tile, const std::vector<Sum>& sums) {
  const Operands& operands = *work_->operands;
  const int first_channel = work_->channel(tile.step, 0);
  const auto residual = [&](int channel, int position) {
    return operands.residual.empty() ? 0 : residual_.residual(tile.step, channel, position);
  };
  shadow_.assign(tile.position.size(), 0.0f);
  for (const int row : tile.drain_rows) {
    for (int column = 0; column < tile.columns; ++column) {
      const int pe = row * tile.columns + column;
      const int position = tile.position[pe];
      if (position < 0) continue;
      const int channel = first_channel + tile.channel[column];
      shadow_[pe] = operands.computes() ? operands.finish(sums[pe], channel,
                                                          residual(tile.channel[column], position))
                                        : (*work_->ofmap)[channel * positions_ + position];
    }
  }
}

void PeArray::show_row() {
  const int row = draining_->drain_rows[drain_row_];
  wires_.row.write({draining_, row, &shadow_[row * draining_->columns]});
  if (work_->operands->computes()) check(*draining_, row);
}

void PeArray::check(const TileWork& tile, int row) {
  const Operands& operands = *work_->operands;
  const int first_channel = work_->channel(tile.step, 0);
  for (int column = 0; column < tile.columns; ++column) {
    const int position = tile.position[row * tile.columns + column];
    if (position < 0) continue;
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
