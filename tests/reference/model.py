"""The reference model: from a layer, a machine and the values to every counter of docs/machine.md,
section 6.
"""
import numpy as np

import timing
from prediction import check, predict, thresholds
from program import Program
from shapes import live_taps

COUNTERS = (
    "macs_total macs_executed macs_predicted macs_zero_gated outputs peeks neighbors "
    "predicted_zero correct_zero false_zero tiles_dense tiles_peek tiles_neighbor tiles_skipped "
    "array_busy drain_stall predict_stall ifmap_reads weight_reads ofmap_writes ifmap_fill_bytes "
    "weight_fill_bytes residual_bytes dram_read_bytes dram_write_bytes windows window_bits_peak "
    "comparisons cycles memory_stall tail multicast_reads weight_selects latched_operands "
    "zero_flags jobs_peak queue_peak decision_macs"
).split()

PEAKS = "window_bits_peak jobs_peak queue_peak".split()  # the maximum, not the sum


def simulate(layer, machine, ofmap, ifmap=None, masks=None):
    """Every counter of the layer, by name, in the order of COUNTERS.

    `ofmap` [K,P,Q] holds the values that enter the ReLU, `ifmap` [C,H,W] the activations, if known;
    `masks` what policy `mask` reads.
    Throws CannotRun if the machine cannot run the layer.
    """
    check(layer, machine, masks)
    tau = thresholds(layer, machine)
    one = layer.one_group()
    total = dict.fromkeys(COUNTERS, 0)
    for g in range(layer.groups):
        k, c = g * one.K, g * one.C
        counted = simulate_group(one, machine, tau[k:k + one.K], ofmap[k:k + one.K],
                                 None if ifmap is None else ifmap[c:c + one.C],
                                 None if masks is None else masks.of(slice(k, k + one.K)))
        for name in COUNTERS:
            if name in PEAKS:
                total[name] = max(total[name], counted[name])
            else:
                total[name] += counted[name]
    return total


def simulate_group(layer, machine, tau, ofmap, ifmap, masks):
    """Counters of a convolution with one group (section 1: grouped ones run one after another)."""
    prediction = predict(machine, tau, ofmap, masks)
    live = live_taps(layer, ifmap) if machine.gate_zero_activations and ifmap is not None else None
    program = Program(layer, machine, prediction, live if machine.skip_zero_activations else None)
    return {**count_macs(layer, prediction, live),
            **count_outputs(machine, prediction, ofmap),
            **count_windows(machine, program),
            **count_tiles(program),
            **count_elements(program),
            **count_jobs(program),
            **count_bytes(program),
            **timing.run(program, machine)}


def count_macs(layer, prediction, live):
    """`live` is what live_taps says of the ifmap, None if no MAC is gated for its activation."""
    zero_gated = 0
    if live is not None:
        computed = np.count_nonzero(~prediction.gated, axis=0)  # outputs per position, [P,Q]
        zero_gated = int(np.sum(computed * np.count_nonzero(~live, axis=2)))
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
            "neighbors": ofmap.size - peeks if machine.decides else 0,
            "comparisons": peeks,
            "predicted_zero": int(np.count_nonzero(gated)),
            "correct_zero": int(np.count_nonzero(gated & (ofmap <= 0))),
            "false_zero": int(np.count_nonzero(gated & (ofmap > 0)))}


def count_windows(machine, program):
    bits = [step.window_bits if machine.decides else 0 for step in program.steps]
    return {"windows": sum(bits), "window_bits_peak": max(bits),
            "decision_macs": sum(step.decision_macs for step in program.steps)}


def count_tiles(program):
    tiles = [tile for step in program.steps for tile, _ in step.tiles]

    def run(kind):
        return sum(1 for tile in tiles if tile.kind == kind)

    return {"tiles_dense": run("dense"),
            "tiles_peek": run("peek"),
            "tiles_neighbor": run("neighbor"),
            "tiles_skipped": sum(step.skipped for step in program.steps),
            "ofmap_writes": sum(tile.live_pes for tile in tiles)}


def count_elements(program):
    """What moves in every tap, and the flags that say which taps are live."""
    chunks = [(tile, chunk) for step in program.steps for tile, own in step.tiles for chunk in own]
    return {"ifmap_reads": sum(tile.distinct * chunk.a for tile, chunk in chunks),
            "weight_reads": sum(tile.live_cols * chunk.a for tile, chunk in chunks),
            "multicast_reads": sum(tile.multicast * chunk.a for tile, chunk in chunks),
            "weight_selects": sum(tile.jobs * chunk.a for tile, chunk in chunks),
            "latched_operands": sum(tile.latched * chunk.a for tile, chunk in chunks),
            "zero_flags": sum(tile.distinct * len(chunk.taps) for tile, chunk in chunks
                              if chunk.live is not None)}


def count_jobs(program):
    jobs = [sum(tile.jobs for tile, _ in step.tiles) for step in program.steps]
    return {"jobs_peak": max(jobs),
            "queue_peak": max(step.queue_peak for step in program.steps)}


def count_bytes(program):
    def loaded(kind):
        return sum(load.bytes for load in program.loads if load.kind == kind)

    return {"ifmap_fill_bytes": loaded("ifmap"),
            "weight_fill_bytes": loaded("weights"),
            "residual_bytes": loaded("residual"),
            "dram_read_bytes": sum(load.bytes for load in program.loads),
            "dram_write_bytes": sum(step.store.bytes for step in program.steps)}
