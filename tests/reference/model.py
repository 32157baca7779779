"""The reference model: from a layer, a machine and the values to every counter of docs/machine.md,
section 6.
"""
from dataclasses import dataclass
from typing import Optional

import numpy as np

import chunks
import timing
from operands import terms_of
from prediction import Prediction, as_it_runs, check, predict, thresholds
from program import Program
from shapes import Layer, Machine, live_taps

COUNTERS = (
    "macs_total macs_executed macs_predicted macs_zero_gated outputs peeks neighbors "
    "predicted_zero correct_zero false_zero tiles_dense tiles_peek tiles_neighbor tiles_skipped "
    "array_busy drain_stall predict_stall ifmap_reads weight_reads ofmap_writes ifmap_fill_bytes "
    "weight_fill_bytes residual_bytes dram_read_bytes dram_write_bytes windows window_bits_peak "
    "comparisons cycles memory_stall tail multicast_reads weight_selects latched_operands "
    "zero_flags jobs_peak queue_peak decision_macs cut_short interpolated tiles_lookahead "
    "lookahead_macs lookahead_ifmap_reads lookahead_weight_reads"
).split()

PEAKS = "window_bits_peak jobs_peak queue_peak".split()  # the maximum, not the sum


@dataclass
class Group:
    """A convolution with one group, and what is known of it."""

    layer: Layer
    machine: Machine  # with the policy that it runs as
    ofmap: np.ndarray
    prediction: Prediction
    live: Optional[np.ndarray]  # what live_taps says; None if no MAC is gated for its activation
    program: Program


def simulate(layer, machine, ofmap, ifmap=None, masks=None, operands=None, networks=None):
    """Every counter of the layer, by name, in the order of COUNTERS.

    `ofmap` [K,P,Q] holds the values that enter the ReLU, `ifmap` [C,H,W] the activations, if known;
    `masks` what policy `mask` reads; `operands` the weights and what is added, if known; `networks`
    those of policy `zap`.
    Throws CannotRun if the machine cannot run the layer.
    """
    total = dict.fromkeys(COUNTERS, 0)
    for group in groups_of(layer, machine, ofmap, ifmap, masks, operands, networks):
        counted = simulate_group(group)
        for name in COUNTERS:
            if name in PEAKS:
                total[name] = max(total[name], counted[name])
            else:
                total[name] += counted[name]
    return total


def groups_of(layer, machine, ofmap, ifmap=None, masks=None, operands=None, networks=None):
    """The Groups of a layer, which run one after another (section 1)."""
    check(layer, machine, masks, ifmap, operands, networks)
    machine = as_it_runs(machine, ifmap)
    tau = thresholds(layer, machine)
    one = layer.one_group()
    groups = []
    for g in range(layer.groups):
        k, c = slice(g * one.K, (g + 1) * one.K), slice(g * one.C, (g + 1) * one.C)
        own = None if ifmap is None else ifmap[c]
        terms = terms_of(one, own, ifmap, operands and operands.of(k)) if machine.computes else None
        prediction = predict(machine, tau[k], ofmap[k], masks and masks.of(k), terms,
                             networks and networks.of(k))
        gates = machine.gate_zero_activations and ifmap is not None
        live = live_taps(one, own) if gates else None
        program = Program(one, machine, prediction, live if machine.skip_zero_activations else None)
        groups.append(Group(one, machine, ofmap[k], prediction, live, program))
    return groups


def simulate_group(group):
    """Counters of a convolution with one group."""
    return {**count_macs(group.layer, group.prediction, group.live),
            **count_outputs(group.machine, group.prediction, group.ofmap),
            **count_windows(group.machine, group.program),
            **count_tiles(group.program),
            **count_elements(group.program),
            **count_jobs(group.program),
            **count_bytes(group.program),
            **timing.run(group.program, group.machine)}


def count_macs(layer, prediction, live):
    """`live` is what live_taps says of the ifmap, None if no MAC is gated for its activation."""
    taken = prediction.taken(layer.L)
    zero_gated = 0
    for k in range(0 if live is None else layer.K):
        order = prediction.cut.orders[k] if prediction.cut else slice(None)
        dead = np.cumsum(np.insert(~live[:, :, order], 0, False, axis=2), axis=2)  # of 0 to L taps
        zero_gated += int(np.sum(np.take_along_axis(dead, taken[k][..., np.newaxis], axis=2)))
    predicted = int(np.sum(layer.L - taken))
    return {"macs_total": layer.macs,
            "macs_predicted": predicted,
            "macs_zero_gated": zero_gated,
            "macs_executed": layer.macs - predicted - zero_gated}


def count_outputs(machine, prediction, ofmap):
    peeks = int(np.count_nonzero(prediction.peeks)) * ofmap.shape[0]
    short = prediction.short
    zero = prediction.gated | short
    interpolated = 0
    if prediction.perforation:
        interpolated = int(np.count_nonzero(prediction.perforation.interpolated)) * ofmap.shape[0]
    speculates = prediction.cut and prediction.cut.speculated > 0
    every = machine.policy == "lookahead" or speculates
    return {"outputs": ofmap.size,
            "peeks": peeks,
            "neighbors": ofmap.size - peeks if machine.decides else 0,
            "comparisons": ofmap.size if every else peeks,
            "predicted_zero": int(np.count_nonzero(zero)),
            "correct_zero": int(np.count_nonzero(zero & (ofmap <= 0))),
            "false_zero": int(np.count_nonzero(zero & (ofmap > 0))),
            "cut_short": int(np.count_nonzero(short)),
            "interpolated": interpolated}


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
            "tiles_lookahead": run("lookahead"),
            "tiles_skipped": sum(step.skipped for step in program.steps),
            "ofmap_writes": sum(tile.live_pes + tile.interpolated for tile in tiles
                                if tile.kind != "lookahead")}


def count_elements(program):
    """What moves in every tap, and the flags that say which taps are live."""
    every = [(tile, chunk) for step in program.steps for tile, own in step.tiles for chunk in own]
    few_bits = [(tile, chunk) for tile, chunk in every if tile.kind == "lookahead"]
    full = [(tile, chunk) for tile, chunk in every if tile.kind != "lookahead"]

    def over(tiles, elements):
        return sum(elements(tile, chunk) for tile, chunk in tiles)

    return {"ifmap_reads": over(full, chunks.ifmap_reads),
            "weight_reads": over(full, chunks.weight_reads),
            "multicast_reads": over(full, chunks.multicast_reads),
            "weight_selects": over(full, lambda tile, chunk: tile.jobs * chunk.a),
            "latched_operands": over(full, chunks.latched_operands),
            "lookahead_macs": over(few_bits, lambda tile, chunk: tile.live_pes * chunk.a),
            "lookahead_ifmap_reads": over(few_bits, chunks.ifmap_reads),
            "lookahead_weight_reads": over(few_bits, chunks.weight_reads),
            "zero_flags": sum(tile.distinct * len(chunk.taps) for tile, chunk in every
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
