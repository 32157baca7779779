#include "sim/engine/clocked/prediction_unit.h"

#include <algorithm>
#include <utility>

#include "sim/base/bug.h"
#include "sim/schedule/program.h"

namespace peeksim::clocked {

PredictionUnit::PredictionUnit(const sc_core::sc_module_name& name, Clock& clock, Wires& wires)
    : Module(name), clock_(clock), wires_(wires) {
  clock.drive(*this);
  SC_HAS_PROCESS(PredictionUnit);
  SC_METHOD(on_shadow);
  sensitive << wires.shadow.written();
  dont_initialize();
  SC_METHOD(on_row);
  sensitive << wires.row.written();
  dont_initialize();
  SC_METHOD(on_drained);
  sensitive << wires.drained.written();
  dont_initialize();
}

void PredictionUnit::begin(const Work& work, WindowBits* predicted) {
  work_ = &work;
  predicted_ = predicted;
  step_ = -1;
  seen_ = Windows();
  comparisons_ = 0;
  pending_.clear();
  decided_ = 0;
  counted_ = Counters();
  const auto count = work.prediction->predictor->count;
  if (!work.has_peeks() || count == nullptr) return;
  for (std::size_t s = 0; s < work.plan->steps.size(); ++s) {
    const Block& block = work.block(static_cast<int>(s));
    const Count channels = work.plan->steps[s].channels;
    const Count windows = Count{block.window_rows} * block.window_cols * channels;
    const Count peeks =
        static_cast<Count>(window_order(work.grid(), block, Members::peeks).size()) * channels;
    count({windows, block.positions() * channels, peeks}, counted_);
  }
  counted_.comparisons = 0;  // counted one by one
}

void PredictionUnit::open_step(int step) {
  if (step_ == step) return;
  step_ = step;
  seen_.bits = initial_bits(*work_, step);
  if (work_->compares())
    seen_.held.assign(std::size_t(seen_.bits.windows) * seen_.bits.columns,
                      work_->prediction->predictor->rule->start);
  comparisons_ = 0;
}

int PredictionUnit::window_of(int step, int position) const {
  const WindowGrid& grid = work_->grid();
  const Block& block = work_->block(step);
  const int row = position / grid.Q / grid.height - block.window_row;
  const int col = position % grid.Q / grid.width - block.window_col;
  return row * block.window_cols + col;
}

void PredictionUnit::compare(const TileWork& tile, int row, const float* values,
                             Windows& windows) const {
  if (!work_->compares()) return;  // its bits are known
  const DecisionRule& rule = *work_->prediction->predictor->rule;
  const ParameterValues& own = work_->prediction->parameters;
  const int window = window_of(tile.step, tile.row_position[row]);
  const float* thresholds = &work_->prediction->thresholds[work_->channel(tile.step, 0)];
  float* held = &windows.held[std::size_t(window) * windows.bits.columns];
  for (int column = 0; column < tile.columns; ++column) {
    held[column] = rule.fold(held[column], values[column], thresholds[column], own);
    windows.bits.set(window, column, rule.skips(held[column], thresholds[column], own));
  }
}

PredictionUnit::Windows PredictionUnit::look_ahead(const ShadowTile& shadow) const {
  const TileWork& tile = *shadow.tile;
  Windows windows = seen_;
  for (const int row : tile.drain_rows)
    if (row < tile.peek_rows) compare(tile, row, shadow.values + row * tile.columns, windows);
  return windows;
}

// A step whose neighbors are all gated ends with its last peek tile (docs/machine.md section 5), so
// the sequencer must know before that tile has drained: that is reported from the shadow
// registers, and so is whether that tile will be filled.
void PredictionUnit::on_shadow() {
  guard([this] {
    const ShadowTile& shadow = wires_.shadow.read();
    const int step = shadow.tile->step;
    if (shadow.cut != nullptr) note_cut(shadow);
    if (!shadow.tile->last_peek && !shadow.tile->before_fill) return;
    open_step(step);
    const StepBits bits = look_ahead(shadow).bits;
    if (shadow.tile->last_peek) {
      final_bits_ = bits;
      wires_.look_ahead.write({step, !place_neighbors(*work_, step, bits).tiles.empty()});
    } else {
      const FilledTile fill = fill_last_peek_tile(*work_, step, bits);
      const auto taken = [](int position) { return position >= 0; };
      wires_.fill_ahead.write(
          {step, std::any_of(fill.position.begin(), fill.position.end(), taken)});
    }
  });
}

void PredictionUnit::note_cut(const ShadowTile& shadow) {
  const TileWork& tile = *shadow.tile;
  for (std::size_t pe = 0; pe < tile.position.size(); ++pe)
    if (shadow.cut[pe])
      predicted_->set(tile.position[pe], work_->channel(tile.step, tile.channel[pe % tile.columns]),
                      true);
}

void PredictionUnit::on_row() {
  guard([this] {
    const DrainRow& out = wires_.row.read();
    if (out.row >= out.tile->peek_rows) return;
    open_step(out.tile->step);
    compare(*out.tile, out.row, out.values, seen_);
    comparisons_ += out.tile->live_in_row[out.row];
  });
}

void PredictionUnit::on_drained() {
  guard([this] {
    const TileWork& tile = *wires_.drained.read().tile;
    if (tile.last_peek) finish_step(tile.step);
    if (tile.before_fill) {
      Pending pending;
      pending.fill =
          std::make_shared<FilledTile>(fill_last_peek_tile(*work_, tile.step, seen_.bits));
      await(std::move(pending), 0);
    }
  });
}

// The step's last peek has left the array.
void PredictionUnit::finish_step(int step) {
  const StepBits& bits = seen_.bits;
  if (bits.bits != final_bits_.bits)
    throw bug("prediction_unit", "other peeks have drained than were in the shadow registers");
  counted_.comparisons += comparisons_;
  const Block& block = work_->block(step);
  for (int window = 0; window < bits.windows; ++window) {
    const int row = block.window_row + window / block.window_cols;
    const int col = block.window_col + window % block.window_cols;
    for (int column = 0; column < bits.columns; ++column)
      predicted_->set(row * work_->grid().cols() + col, work_->channel(step, column),
                      bits.test(window, column));
  }
  Pending pending;
  pending.comparisons = comparisons_;
  pending.neighbors = std::make_shared<NeighborTiles>(place_neighbors(*work_, step, bits));
  pending.neighbors->count(counted_);
  const Count undecided = static_cast<Count>(pending.neighbors->positions.size()) * bits.columns;
  const Count macs = undecided * work_->prediction->decision_macs;
  counted_.decision_macs += macs;
  await(std::move(pending), decision_cycles(*work_->machine, macs));
}

// `work`: how long the decisions take, after those before.
void PredictionUnit::await(Pending pending, Cycle work) {
  pending.start = clock_.now();
  decided_ = std::max(decided_, pending.start) + work;
  pending.ready = decided_ + work_->machine->prediction.latency;
  pending_.push_back(std::move(pending));
  release();
}

void PredictionUnit::on_edge() {
  release();
}

void PredictionUnit::release() {
  for (; !pending_.empty() && pending_.front().ready <= clock_.now(); pending_.pop_front()) {
    const Pending& done = pending_.front();
    if (done.neighbors == nullptr) {
      wires_.fill_ready.write({done.fill->step, done.fill});
      continue;
    }
    wires_.ready.write({done.neighbors->step, done.neighbors});
    work_->recorder.record(prediction_event(done.neighbors->step, done.comparisons), done.start,
                           done.ready);
  }
}

}  // namespace peeksim::clocked
