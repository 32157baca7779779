// A job of an engine: a layer on a machine, with the predictions and values of each image.
#pragma once

#include <vector>

#include "sim/config/machine.h"
#include "sim/operands/operands.h"
#include "sim/schedule/layer_setup.h"
#include "sim/skip/operands/live_taps.h"
#include "sim/skip/prediction.h"

namespace peeksim {

struct MemoryKind;

// A layer's inputs that depend on the image.
struct LayerValues {
  std::vector<float> ofmap;    // [K,P,Q], the values that enter the activation
  std::vector<int> zero_taps;  // [groups,P,Q] (skip/operands/zero_gating.h); empty: none is gated
  // For engines that do not read the ifmap themselves; not known: no zero activation is skipped.
  LiveTaps live_taps = {};
  Operands operands = {};  // for engines that compute values
  int image = 0;           // for messages
  bool check = false;      // a computed value that differs from the trace's is an error
};

struct JobImage {
  const LayerValues* values = nullptr;
  // The prediction from the ofmap with the layer's settings; null: the engine computes it.
  const Prediction* prediction = nullptr;
};

// Everything that a job points to outlives it.
struct Job {
  const MachineSpec* machine = nullptr;
  const LayerSetup* setup = nullptr;  // of the layer on the machine
  std::vector<JobImage> images;
  const MemoryKind* memory = nullptr;  // null: the engine's default

  Job(const MachineSpec& of_machine, const LayerSetup& of_layer, const LayerValues& values)
      : machine(&of_machine), setup(&of_layer), images{{&values, nullptr}} {}
  Job(const MachineSpec& of_machine, const LayerSetup& of_layer, std::vector<JobImage> of_images)
      : machine(&of_machine), setup(&of_layer), images(std::move(of_images)) {}
};

}  // namespace peeksim
