#include "sim/engine/clocked/tap_sequencer.h"

#include <algorithm>

#include "sim/schedule/bank_mapping.h"
#include "sim/schedule/program.h"
#include "sim/skip/operands/zero_gating.h"

namespace peeksim::clocked {

TapSequencer::TapSequencer(const sc_core::sc_module_name& name, Clock& clock, Wires& wires)
    : Module(name), clock_(clock), wires_(wires) {
  clock.drive(*this);
  SC_HAS_PROCESS(TapSequencer);
  SC_METHOD(on_input);
  sensitive << wires.ifmap_filled.written() << wires.weight_filled.written()
            << wires.residual_filled.written() << wires.stored.written() << wires.drained.written()
            << wires.look_ahead.written() << wires.ready.written() << wires.fill_ahead.written()
            << wires.fill_ready.written();
  dont_initialize();
}

void TapSequencer::begin(const Work& work, const ZeroFlagsIf& flags, CutShortIf& cut_short) {
  work_ = &work;
  flags_ = &flags;
  own_taps_.begin(work, cut_short);
  skips_zeros_ =
      fate_of_zero_taps(work.machine->array, !work.operands->ifmap.empty()) == TapFate::skipped;
  ifmap_banks_ =
      BankedPort(work.machine->buffers.ifmap_read_width, work.machine->buffers.ifmap_banks);
  ifmap_port_ = ReadPort(work.machine->buffers.ifmap_read_width);
  weight_port_ = ReadPort(work.machine->buffers.weight_read_width);
  waits_.begin(work.recorder);
  state_ = State::step_start;
  fresh_ = true;
  step_ = 0;
  tiles_taken_ = 0;
  chunk_loads_ = 0;
  taps_done_ = swaps_ = 0;
  issued_ = 0;
  counted_ = Counters();
}

void TapSequencer::on_edge() {
  if (wires_.done.read()) {
    waits_.end();
  } else if (!fresh_) {
    const Activity spent = activity();
    ++counted_.cycles;
    ++(counted_.*part(spent));
    waits_.spend(spent, state_ == State::finished ? step_ - 1 : step_, clock_.now());
  }
  fresh_ = false;
  taps_done_ += issued_;
  const bool was_issuing = issued_ > 0;
  issued_ = 0;
  advance_ports(speed_);
  const bool done =
      state_ == State::computing &&
      (tile_->own_taps ? own_taps_.take(clock_.now() - chunk_start_)
                       : taps_done_ == taps_of_chunk_ &&
                             clock_.now() - chunk_start_ >= ceil_div(lanes_.cycles(), speed_));
  if (done) end_chunk();
  settle();
  if (was_issuing && issued_ == 0) wires_.taps.write({});
}

void TapSequencer::advance_ports(int cycles) {
  for (int i = 0; i < cycles; ++i) {
    ifmap_port_.advance();
    ifmap_banks_.advance();
    weight_port_.advance();
  }
}

void TapSequencer::on_input() {
  guard([this] {
    if (!fresh_) settle();
  });
}

void TapSequencer::settle() {
  while (advance()) {
  }
}

bool TapSequencer::advance() {
  switch (state_) {
    case State::step_start:
      return start_step();
    case State::next_tile:
      return next_tile();
    case State::chunk_start:
      return start_chunk();
    case State::computing:
      issue_taps();
      return false;
    case State::tile_end:
      return end_tile();
    case State::finished:
      return false;
  }
  return false;
}

bool TapSequencer::start_step() {
  const Step& step = work_->step(step_);
  const Plan& plan = *work_->plan;
  const bool loaded = wires_.ifmap_filled.read() > step.ifmap_load &&
                      (plan.streamed || wires_.weight_filled.read() > step.weight_load) &&
                      (!plan.residual || wires_.residual_filled.read() > step_);
  const bool half_free = wires_.stored.read() >= step_ - 1;
  if (!loaded || !half_free) return false;
  waits_.end();
  step_start_ = clock_.now();
  // A predictor without peeks has no first pass.
  first_pass_.clear();
  if (!work_->predicts() || work_->has_peeks())
    first_pass_ = window_order(work_->grid(), work_->block(step_), work_->first_members());
  copies_.clear();
  if (work_->fate == OutputFate::interpolated)
    copies_ = copies_in(work_->grid(), work_->block(step_));
  first_tiles_ =
      static_cast<int>(ceil_div(static_cast<Count>(first_pass_.size()), rows_of_first_tiles()));
  counted_.outputs += work_->block(step_).positions() * step.channels;
  tile_in_step_ = 0;
  neighbors_ = nullptr;
  if (work_->predicts() && !peeks_first()) {
    neighbors_ = std::make_shared<NeighborTiles>(
        clocked::place_neighbors(*work_, step_, initial_bits(*work_, step_)));
    neighbors_->count(counted_);
  }
  state_ = State::next_tile;
  return true;
}

bool TapSequencer::next_tile() {
  if (tile_in_step_ >= first_tiles_) {
    if (!work_->predicts()) return end_step();
    const int neighbor = tile_in_step_ - first_tiles_;
    if (neighbor == 0 && peeks_first()) {
      if (wires_.look_ahead.read().step < step_) return false;
      if (!wires_.look_ahead.read().any_live) return end_step();
    } else if (neighbor == static_cast<int>(neighbors_->tiles.size())) {
      return end_step();
    }
  }
  if (may_take_fill() && wires_.fill_ahead.read().step < step_) return false;
  chunk_ = 0;
  state_ = State::chunk_start;
  return true;
}

bool TapSequencer::start_chunk() {
  if (waits_for_prediction() || waits_for_fill()) return false;
  const Plan& plan = *work_->plan;
  const Step& step = work_->step(step_);
  const int weight_load = plan.streamed ? chunk_loads_ : step.weight_load;
  if (wires_.weight_filled.read() <= weight_load) return false;
  waits_.end();
  chunk_start_ = clock_.now();
  if (chunk_ == 0) take_tile();
  speed_ = tile_->pass == Pass::lookahead ? work_->grid().estimates : 1;
  taps_done_ = 0;
  taps_of_chunk_ = plan.taps_of_chunk(chunk_);
  if (tile_->own_taps) own_taps_.start(*tile_, chunk_ == 0, taps_of_chunk_);
  if (skips_zeros_)
    find_taps();
  else
    lanes_.start(taps_of_chunk_, work_->machine->array.lanes);
  start_ports();
  wires_.chunk.write({tile_, chunk_ * plan.chunk_taps, taps_of_chunk_,
                      skips_zeros_ ? live_.data() : nullptr, step.ifmap_load, weight_load});
  state_ = State::computing;
  return true;
}

// A chunk without a live tap executes its first one.
void TapSequencer::find_taps() {
  const ArraySpec& array = work_->machine->array;
  const Count all = taps_of_chunk_;
  live_before_.swap(live_);
  live_ = flags_->live_taps(work_->step(step_).ifmap_load, *tile_, chunk_ * work_->plan->chunk_taps,
                            all);
  counted_.zero_flags += static_cast<Count>(tile_->distinct.size()) * all;
  if (live_.empty()) live_.push_back(0);
  taps_of_chunk_ = static_cast<Count>(live_.size());
  if (tile_->pass != Pass::lookahead)
    counted_.macs_zero_gated += tile_->live_pes * (all - taps_of_chunk_);
  if (array.zero_lookahead == 0)
    lanes_.start(taps_of_chunk_, array.lanes);
  else
    lanes_.start(live_, all, array.zero_lookahead, array.lanes);
}

void TapSequencer::start_ports() {
  ifmap_port_.start(static_cast<int>(tile_->distinct.size()));
  weight_port_.start(tile_->live_channels);
  start_banks();
  advance_ports(speed_ - 1);  // to the end of this cycle
}

void TapSequencer::start_banks() {
  if (!ifmap_banks_.exists()) return;
  const Layer& layer = *work_->layer;
  const int banks = work_->machine->buffers.ifmap_banks;
  const BankMapping& mapping = bank_mapping_of(*work_->machine);
  std::vector<std::vector<Count>> elements(layer.S, std::vector<Count>(banks));
  for (const int position : tile_->distinct)
    for (int s = 0; s < layer.S; ++s) {
      const int x = position % layer.Q() * layer.stride_w - layer.pad_left + s * layer.dilation_w;
      ++elements[s][mapping.bank(x, banks)];
    }
  std::vector<int> columns;
  for (Count tap = 0; tap < taps_of_chunk_; ++tap)
    columns.push_back(static_cast<int>(
        (chunk_ * work_->plan->chunk_taps + (skips_zeros_ ? live_[tap] : tap)) % layer.S));
  ifmap_banks_.start(std::move(elements), std::move(columns));
}

// The tile that starts now, PE by PE.
void TapSequencer::take_tile() {
  TileWork& tile = tiles_[tiles_taken_++ % tiles_.size()];
  tile.step = step_;
  tile.index = tile_in_step_;
  if (tile_in_step_ < first_tiles_)
    place_first_pass(tile);
  else
    place_neighbors(tile);
  tile.settle();
  ++(counted_.*tiles_of(tile.pass));
  tile_ = &tile;
  tile_start_ = clock_.now();
  tile_macs_ = 0;
  shape_ = Tile();
  shape_.distinct = static_cast<int>(tile.distinct.size());
  shape_.live_cols = tile.live_channels;
  shape_.drained = static_cast<int>(
      std::min<Count>(static_cast<Count>(tile.drain_rows.size()), work_->machine->array.rows) +
      tile.copied);
  shape_.live_pes = tile.live_pes;
  shape_.pass = tile.pass;
}

void TapSequencer::place_first_pass(TileWork& tile) const {
  const int columns = work_->step(step_).channels;
  const int rows = rows_of_first_tiles();
  tile.clear(rows, columns);
  tile.pass = work_->first_pass();
  tile.own_taps = work_->cuts_short();
  tile.last_peek = work_->predicts() && tile_in_step_ == first_tiles_ - 1;
  tile.before_fill =
      tile_in_step_ == first_tiles_ - 2 && may_fill(*work_, static_cast<Count>(first_pass_.size()));
  const std::size_t first = std::size_t(tile_in_step_) * rows;
  const std::size_t count = std::min<std::size_t>(rows, first_pass_.size() - first);
  for (std::size_t row = 0; row < count; ++row)
    std::fill_n(&tile.position[row * columns], columns, first_pass_[first + row]);
  if (work_->predicts()) tile.peek_rows = static_cast<int>(count);
  place_copies(tile);
  if (!may_take_fill() || !wires_.fill_ahead.read().any_live) return;
  const std::vector<int>& fill = wires_.fill_ready.read().tile->position;
  for (std::size_t pe = 0; pe < fill.size(); ++pe)
    if (fill[pe] >= 0) tile.position[pe] = fill[pe];
  tile.multicast = true;
}

// Rows of PEs, or, where PEs go on with another output, all positions of the step.
int TapSequencer::rows_of_first_tiles() const {
  const bool alone = work_->cuts_short() && work_->retires_alone();
  return alone ? static_cast<int>(first_pass_.size()) : work_->machine->array.rows;
}

void TapSequencer::place_copies(TileWork& tile) const {
  if (copies_.empty()) return;
  tile.copies.resize(tile.rows);
  for (int row = 0; row < tile.rows; ++row) {
    const auto found = copies_.find(tile.position[row * tile.columns]);
    if (found != copies_.end()) tile.copies[row] = found->second;
  }
}

void TapSequencer::place_neighbors(TileWork& tile) {
  if (neighbors_ == nullptr) neighbors_ = wires_.ready.read().neighbors;
  const PlacedTile& placed = neighbors_->tiles[tile_in_step_ - first_tiles_];
  tile.clear(work_->machine->array.rows, static_cast<int>(placed.channel.size()));
  tile.pass = Pass::neighbor;
  tile.channel = placed.channel;
  tile.multicast = placed.multicast;
  tile.jobs = placed.jobs;
  for (std::size_t pe = 0; pe < placed.neighbor.size(); ++pe)
    if (placed.neighbor[pe] != idle_pe)
      tile.position[pe] = neighbors_->positions[placed.neighbor[pe]];
}

void TapSequencer::issue_taps() {
  if (issued_ > 0 || tile_->own_taps) return;  // in this cycle already; or at its end
  const Count delivered = std::min(
      ifmap_banks_.exists() ? ifmap_banks_.complete() : ifmap_port_.complete(taps_of_chunk_),
      weight_port_.complete(taps_of_chunk_));
  const Count taken = lanes_.after((clock_.now() - chunk_start_ + 1) * speed_);
  issued_ = static_cast<int>(std::min(delivered, taken) - taps_done_);
  if (issued_ > 0) wires_.taps.write({taps_done_, issued_});
}

bool TapSequencer::end_chunk() {
  const Count macs = tile_->own_taps ? own_taps_.activations()
                                     : tile_->live_pes * work_->plan->taps_of_chunk(chunk_);
  tile_macs_ += macs;
  work_->recorder.record(chunk_event(step_, tile_->index, shape_, chunk_, macs), chunk_start_,
                         clock_.now());
  if (++chunk_ == work_->plan->chunks) {
    state_ = State::tile_end;
    return true;
  }
  if (work_->plan->streamed) wires_.weight_released.write(++chunk_loads_);
  state_ = State::chunk_start;
  return true;
}

bool TapSequencer::end_tile() {
  if (wires_.drained.read().tiles < swaps_) return false;
  waits_.end();
  wires_.swap.write({++swaps_, tile_});
  if (work_->plan->streamed) wires_.weight_released.write(++chunk_loads_);
  work_->recorder.record(tile_event(step_, tile_->index, shape_, tile_macs_), tile_start_,
                         clock_.now());
  ++tile_in_step_;
  state_ = State::next_tile;
  return true;
}

// After the last step no load is left that could want a half.
bool TapSequencer::end_step() {
  work_->recorder.record(step_event(step_), step_start_, clock_.now());
  const Plan& plan = *work_->plan;
  const Step& step = plan.steps[step_];
  const bool last = step_ + 1 == static_cast<int>(plan.steps.size());
  if (!last && plan.steps[step_ + 1].loads_ifmap) wires_.ifmap_released.write(step.ifmap_load + 1);
  if (!last && plan.steps[step_ + 1].loads_weights)
    wires_.weight_released.write(step.weight_load + 1);
  wires_.step_end.push({step_, swaps_, peeks_first()});
  ++step_;
  state_ = last ? State::finished : State::step_start;
  return true;
}

bool TapSequencer::peeks_first() const {
  return work_->predicts() && !first_pass_.empty();
}

bool TapSequencer::waits_for_prediction() const {
  return tile_in_step_ == first_tiles_ && chunk_ == 0 && peeks_first() &&
         wires_.ready.read().step < step_;
}

bool TapSequencer::may_take_fill() const {
  return tile_in_step_ == first_tiles_ - 1 &&
         may_fill(*work_, static_cast<Count>(first_pass_.size()));
}

bool TapSequencer::waits_for_fill() const {
  return chunk_ == 0 && may_take_fill() && wires_.fill_ahead.read().any_live &&
         wires_.fill_ready.read().step < step_;
}

Activity TapSequencer::activity() const {
  switch (state_) {
    case State::computing:
      return Activity::busy;
    case State::tile_end:
      return Activity::drain_stall;
    case State::chunk_start:
      return waits_for_prediction() || waits_for_fill() ? Activity::predict_stall
                                                        : Activity::memory_stall;
    case State::finished:
      return Activity::tail;
    default:
      return Activity::memory_stall;
  }
}

Cycle Counters::*TapSequencer::part(Activity activity) {
  switch (activity) {
    case Activity::busy:
      return &Counters::array_busy;
    case Activity::predict_stall:
      return &Counters::predict_stall;
    case Activity::drain_stall:
      return &Counters::drain_stall;
    case Activity::memory_stall:
      return &Counters::memory_stall;
    case Activity::tail:
      return &Counters::tail;
  }
  return nullptr;
}

}  // namespace peeksim::clocked
