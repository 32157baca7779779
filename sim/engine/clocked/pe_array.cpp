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

void PeArray::begin(const Work& work) {
  work_ = &work;
  gate_zeros_ =
      fate_of_zero_taps(work.machine->array, !work.operands->ifmap.empty()) != TapFate::executed;
  accumulators_.clear();
  draining_ = nullptr;
  drained_ = 0;
  worst_ = 0;
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
  const TileWork& tile = *wires_.chunk.read().tile;
  accumulators_.resize(tile.position.size());
  counted_.ifmap_reads += static_cast<Count>(tile.distinct.size()) * taps.count;
  counted_.weight_reads += Count{tile.live_channels} * taps.count;
  counted_.multicast_reads += Count{tile.multicast_positions} * taps.count;
  counted_.weight_selects += Count{tile.jobs ? tile.live_columns : 0} * taps.count;
  counted_.latched_operands += tile.latched_operands() * taps.count;
  counted_.macs_executed += Count{tile.live_pes} * taps.count;
  if (work_->operands->ifmap.empty()) return;
  const float* activations = wires_.row_port.read();
  const float* weights = work_->operands->computes() ? wires_.column_port.read() : nullptr;
  const std::size_t operands = tile.shared_rows ? tile.rows : tile.position.size();
  const int channels = work_->step(tile.step).channels;
  for (int lane = 0; lane < taps.count; ++lane) {
    multiply(tile, activations, weights);
    activations += operands;
    if (weights != nullptr) weights += channels;
  }
}

// One tap in every enabled PE. A product with 0 changes nothing: hardware that gates zero
// activations does not even switch.
void PeArray::multiply(const TileWork& tile, const float* activations, const float* weights) {
  const int columns = tile.columns;
  Count zeros = 0;
  if (weights != nullptr) {
    weights_.resize(columns);
    for (int column = 0; column < columns; ++column)
      weights_[column] = weights[tile.channel[column]];
  }
  for (const int row : tile.drain_rows) {
    const double* enable = &tile.enable[row * columns];
    double* sums = &accumulators_[row * columns];
    if (tile.shared_rows) {
      const double activation = activations[row];
      if (activation == 0.0) {
        zeros += tile.live_in_row[row];
      } else if (weights != nullptr && tile.live_in_row[row] == columns) {
        for (int column = 0; column < columns; ++column)
          sums[column] += activation * weights_[column];
      } else if (weights != nullptr) {
        for (int column = 0; column < columns; ++column)
          sums[column] += activation * weights_[column] * enable[column];
      }
    } else {
      const float* own = &activations[row * columns];
      int of_row = 0;  // without a branch: whether a PE's activation is 0 cannot be foreseen
      for (int column = 0; column < columns; ++column)
        of_row += int{own[column] == 0.0f} & int{enable[column] != 0.0};
      zeros += of_row;
      if (weights == nullptr) continue;
      for (int column = 0; column < columns; ++column)
        sums[column] += own[column] * weights_[column] * enable[column];
    }
  }
  if (gate_zeros_) {
    counted_.macs_zero_gated += zeros;
    counted_.macs_executed -= zeros;
  }
}

// A tile is finished: its sums move to the shadow registers, and its first row leaves.
void PeArray::on_swap() {
  guard([this] {
    const TileWork& tile = *wires_.swap.read().tile;
    const Operands& operands = *work_->operands;
    const Layer& layer = *work_->layer;
    shadow_.assign(tile.position.size(), 0.0f);
    for (const int row : tile.drain_rows) {
      for (int column = 0; column < tile.columns; ++column) {
        const int pe = row * tile.columns + column;
        const int position = tile.position[pe];
        if (position < 0) continue;
        const int channel = work_->channel(tile.step, tile.channel[column]);
        shadow_[pe] =
            operands.computes()
                ? operands.finish(accumulators_[pe], channel,
                                  residual_.residual(tile.step, tile.channel[column], position))
                : (*work_->ofmap)[channel * layer.positions() + position];
      }
    }
    std::fill(accumulators_.begin(), accumulators_.end(), 0.0);
    wires_.shadow.write({&tile, shadow_.data()});
    draining_ = &tile;
    drain_row_ = 0;
    drain_start_ = clock_.now();
    show_row();
  });
}

void PeArray::show_row() {
  const int row = draining_->drain_rows[drain_row_];
  wires_.row.write({draining_, row, &shadow_[row * draining_->columns]});
  if (work_->operands->computes()) check(*draining_, row);
}

void PeArray::check(const TileWork& tile, int row) {
  const Operands& operands = *work_->operands;
  const Layer& layer = *work_->layer;
  for (int column = 0; column < tile.columns; ++column) {
    const int position = tile.position[row * tile.columns + column];
    if (position < 0) continue;
    const int channel = work_->channel(tile.step, tile.channel[column]);
    const float expected = (*work_->ofmap)[channel * layer.positions() + position];
    const float got = shadow_[row * tile.columns + column];
    const double off = std::abs(double{got} - expected);
    if (off == 0) continue;
    worst_ = std::max(worst_, off);
    if (!work_->check_values || off <= operands.tolerance) continue;
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
