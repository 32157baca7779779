#include "sim/engine/clocked/wires.h"

namespace peeksim::clocked {

void Wires::reset() {
  chunk.reset();
  taps.reset();
  swap.reset();
  shadow.reset();
  row.reset();
  drained.reset();
  look_ahead.reset();
  ready.reset();
  fill_ahead.reset();
  fill_ready.reset();
  step_end.reset();
  ifmap_released.reset();
  weight_released.reset();
  load_request.reset();
  load_response.reset();
  ifmap_fill.reset();
  weight_fill.reset();
  residual_fill.reset();
  ifmap_filled.reset();
  weight_filled.reset();
  residual_filled.reset();
  store_request.reset();
  store_response.reset();
  stored.reset();
  done.reset();
}

}  // namespace peeksim::clocked
