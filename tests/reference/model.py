"""The reference model: from a layer, a machine and the values to every counter of docs/machine.md,
section 6.
"""
import numpy as np

import timing
from prediction import check, predict, thresholds
from program import Program
from shapes import zero_taps

COUNTERS = (
    "macs_total macs_executed macs_predicted macs_zero_gated outputs peeks neighbors "
    "predicted_zero correct_zero false_zero tiles_dense tiles_peek tiles_neighbor tiles_skipped "
    "array_busy drain_stall predict_stall ifmap_reads weight_reads ofmap_writes ifmap_fill_bytes "
    "weight_fill_bytes residual_bytes dram_read_bytes dram_write_bytes windows window_bits_peak "
    "comparisons cycles memory_stall tail"
).split()


def simulate(layer, machine, ofmap, ifmap=None):
    """Every counter of the layer, by name, in the order of COUNTERS.

    `ofmap` [K,P,Q] holds the values that enter the ReLU, `ifmap` [C,H,W] the activations, if known.
    Throws CannotRun if the machine cannot run the layer.
    """
    check(layer, machine)
    tau = thresholds(layer, machine)
    one = layer.one_group()
    total = dict.fromkeys(COUNTERS, 0)
    for g in range(layer.groups):
        k, c = g * one.K, g * one.C
        counted = simulate_group(one, machine, tau[k:k + one.K], ofmap[k:k + one.K],
                                 None if ifmap is None else ifmap[c:c + one.C])
        for name in COUNTERS:
            if name == "window_bits_peak":
                total[name] = max(total[name], counted[name])
            else:
                total[name] += counted[name]
    return total


def simulate_group(layer, machine, tau, ofmap, ifmap):
    """Counters of a convolution with one group (section 1: grouped ones run one after another)."""
    prediction = predict(machine, tau, ofmap)
    program = Program(layer, machine, prediction)
    return {**count_macs(layer, machine, prediction, ifmap),
            **count_outputs(machine, prediction, ofmap),
            **count_windows(machine, program),
            **count_tiles(layer, program),
            **count_bytes(program),
            **timing.run(program, machine)}


def count_macs(layer, machine, prediction, ifmap):
    zero_gated = 0
    if machine.gate_zero_activations and ifmap is not None:
        computed = np.count_nonzero(~prediction.gated, axis=0)  # outputs per position, [P,Q]
        zero_gated = int(np.sum(computed * zero_taps(layer, ifmap)))
    predicted = int(np.count_nonzero(prediction.gated)) * layer.L
    return {"macs_total": layer.macs,
            "macs_predicted": predicted,
            "macs_zero_gated": zero_gated,
            "macs_executed": layer.macs - predicted - zero_gated}


def count_outputs(machine, prediction, ofmap):
    peeks = int(np.count_nonzero(prediction.peeks)) * ofmap.shape[0]
    gated = prediction.gated
    return {"outputs": ofmap.size,
            "peeks": peeks,
            "neighbors": ofmap.size - peeks if machine.policy == "peek" else 0,
            "comparisons": peeks,
            "predicted_zero": int(np.count_nonzero(gated)),
            "correct_zero": int(np.count_nonzero(gated & (ofmap <= 0))),
            "false_zero": int(np.count_nonzero(gated & (ofmap > 0)))}


def count_windows(machine, program):
    bits = [step.window_bits if machine.policy == "peek" else 0 for step in program.steps]
    return {"windows": sum(bits), "window_bits_peak": max(bits)}


def count_tiles(layer, program):
    tiles = [tile for step in program.steps for tile, _ in step.tiles]

    def run(kind):
        return sum(1 for tile in tiles if tile.kind == kind)

    return {"tiles_dense": run("dense"),
            "tiles_peek": run("peek"),
            "tiles_neighbor": run("neighbor"),
            "tiles_skipped": sum(step.skipped for step in program.steps),
            "ifmap_reads": sum(tile.distinct for tile in tiles) * layer.L,
            "weight_reads": sum(tile.live_cols for tile in tiles) * layer.L,
            "ofmap_writes": sum(tile.live_pes for tile in tiles)}


def count_bytes(program):
    def loaded(kind):
        return sum(load.bytes for load in program.loads if load.kind == kind)

    return {"ifmap_fill_bytes": loaded("ifmap"),
            "weight_fill_bytes": loaded("weights"),
            "residual_bytes": loaded("residual"),
            "dram_read_bytes": sum(load.bytes for load in program.loads),
            "dram_write_bytes": sum(step.store.bytes for step in program.steps)}
