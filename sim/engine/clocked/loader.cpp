#include "sim/engine/clocked/loader.h"

namespace peeksim::clocked {

Loader::Loader(const sc_core::sc_module_name& name, const Clock& clock, Wires& wires)
    : Module(name), clock_(clock), wires_(wires) {
  SC_HAS_PROCESS(Loader);
  SC_METHOD(on_input);
  sensitive << clock.started() << wires.ifmap_released.written() << wires.weight_released.written()
            << wires.stored.written() << wires.ready.written();
  dont_initialize();
  SC_METHOD(on_response);
  sensitive << wires.load_response.arrived();
  dont_initialize();
}

void Loader::begin(const Work& work) {
  work_ = &work;
  state_ = State::ifmap;
  step_ = 0;
  chunk_loads_ = 0;
  outstanding_ = 0;
}

void Loader::on_input() {
  guard([this] {
    while (advance()) {
    }
  });
}

bool Loader::advance() {
  const Plan& plan = *work_->plan;
  if (state_ == State::finished) return false;
  const Step& step = plan.steps[step_];
  switch (state_) {
    case State::ifmap:
      if (step.loads_ifmap && !request(Tensor::ifmap, step.ifmap_load, step.ifmap_bytes))
        return false;
      state_ = State::weight;
      return true;
    case State::weight:
      if (step.loads_weights &&
          !request(Tensor::weight, step.weight_load, step.weight_bytes, 0, plan.L))
        return false;
      state_ = State::residual;
      return true;
    case State::residual:
      if (plan.residual && !request(Tensor::residual, step_, step.residual_bytes)) return false;
      tile_ = 0;
      chunk_ = 0;
      first_tiles_ = plan.streamed ? first_pass_tiles() : 0;
      state_ = State::first_pass;
      return true;
    case State::first_pass:
      if (tile_ < first_tiles_) return load_chunk();
      tile_ = 0;
      state_ = State::neighbor_pass;
      return true;
    case State::neighbor_pass:
      if (plan.streamed && work_->predicts()) {
        if (tile_ == 0 && chunk_ == 0 && !know_neighbors()) return false;
        if (tile_ < neighbor_tiles_) return load_chunk();
      }
      ++step_;
      state_ = step_ == static_cast<int>(plan.steps.size()) ? State::finished : State::ifmap;
      return true;
    case State::finished:
      break;
  }
  return false;
}

// How many tiles the dense or the peek pass of the step has.
Count Loader::first_pass_tiles() const {
  if (work_->predicts() && !work_->has_peeks()) return 0;
  const std::vector<int> positions =
      window_order(work_->grid(), work_->block(step_), work_->first_members());
  return ceil_div(static_cast<Count>(positions.size()), work_->machine->array.rows);
}

// With peeks only the prediction says how many tiles the neighbor pass has.
bool Loader::know_neighbors() {
  if (first_tiles_ == 0) {
    neighbor_tiles_ = static_cast<Count>(
        place_neighbors(*work_, step_, initial_bits(*work_, step_)).tiles.size());
    return true;
  }
  const Ready& ready = wires_.ready.read();
  if (ready.step < step_) return false;
  neighbor_tiles_ = static_cast<Count>(ready.neighbors->tiles.size());
  return true;
}

bool Loader::load_chunk() {
  const Plan& plan = *work_->plan;
  const Step& step = plan.steps[step_];
  if (!request(Tensor::weight, chunk_loads_, plan.chunk_bytes(step, chunk_),
               chunk_ * plan.chunk_taps, plan.taps_of_chunk(chunk_)))
    return false;
  ++chunk_loads_;
  if (++chunk_ == plan.chunks) {
    chunk_ = 0;
    ++tile_;
  }
  return true;
}

bool Loader::half_free(Tensor tensor, int index) const {
  switch (tensor) {
    case Tensor::ifmap:
      return wires_.ifmap_released.read() >= index - 1;
    case Tensor::weight:
      return wires_.weight_released.read() >= index - 1;
    case Tensor::residual:
      return wires_.stored.read() >= index - 1;
  }
  return false;
}

bool Loader::request(Tensor tensor, int index, Bytes bytes, Count first_tap, Count taps) {
  if (!half_free(tensor, index)) return false;
  LoadRequest load;
  load.tensor = tensor;
  load.index = index;
  load.step = step_;
  load.first_tap = first_tap;
  load.taps = taps;
  load.bytes = bytes;
  load.at = clock_.now();
  wires_.load_request.push(load);
  ++outstanding_;
  return true;
}

void Loader::on_response() {
  guard([this] {
    while (!wires_.load_response.empty()) {
      const LoadRequest load = wires_.load_response.pop();
      --outstanding_;
      switch (load.tensor) {
        case Tensor::ifmap:
          wires_.ifmap_fill.push(load);
          break;
        case Tensor::weight:
          wires_.weight_fill.push(load);
          break;
        case Tensor::residual:
          wires_.residual_fill.push(load);
          break;
      }
      work_->recorder.record(load_event(load.step, load.tensor, load.index, load.at, load.bytes),
                             load.start, clock_.now());
    }
  });
}

}  // namespace peeksim::clocked
