// The parts of cycles and energies, as every page of runs names and colours them.
"use strict";

// Where cycles went: counters of base/counters.h, in the order of docs/machine.md.
const cycle_parts = [
  { name: "array_busy", label: "computing", tint: "c1" },
  { name: "predict_stall", label: "waiting for a prediction", tint: "c2" },
  { name: "drain_stall", label: "waiting for the drain", tint: "c5" },
  { name: "memory_stall", label: "waiting for data", tint: "c4" },
  { name: "tail", label: "tail: last drain and store", tint: "c7" },
];

// Of the components of data().energy_components.
const energy_tint = (name) => ({
  mac: "c1", psum: "c6", transfer: "c8", ifmap_buffer: "c3", weight_buffer: "c4",
  ofmap_buffer: "c5", dram: "c2", prediction: "bad", dispatch: "text", zero_skip: "c9"
}[name] ?? "c7");
