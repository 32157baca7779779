"""What a chunk of a tile's reduction takes: docs/machine.md, section 5, "A tile takes", "Skipping
zero activations" and "Banks"; and what it reads, section 6.
"""
import collections
from dataclasses import dataclass
from typing import Optional

import snapea
from shapes import tap_columns, up


@dataclass(eq=False)
class Chunk:
    """A part of a tile's reduction, the whole of it if weights are resident."""

    taps: range  # with snapea: places in the order of each column
    live: Optional[list]  # which of its taps are live; None where nothing is skipped
    cut: Optional[list] = None  # with snapea: by column, the taps that each PE executes
    weights: object = None  # their Load, if they are streamed
    end: Optional[int] = None

    @property
    def executed(self):
        """The taps that take time: without a live one, the first."""
        if self.live is None:
            return list(self.taps)
        return self.live or [self.taps[0]]

    @property
    def a(self):
        """How many."""
        return len(self.executed)


def live_in(tile, taps, activations):
    """Which of `taps` are live for some position of the tile; None where nothing is skipped.

    `activations` is what live_taps of shapes.py says of the ifmap, None where nothing is skipped.
    """
    if activations is None:
        return None
    p, q = zip(*tile.positions)
    live = activations[p, q].any(axis=0)  # [L]
    return [tap for tap in taps if live[tap]]


def cycles(layer, machine, tile, chunk):
    """What the chunk of the tile takes."""
    if chunk.cut is not None:
        return (snapea.cycles_alone if tile.alone else snapea.cycles)(machine, chunk.cut)
    takes = whole_cycles(layer, machine, tile, chunk)
    return up(takes, machine.lookahead_ratio) if tile.kind == "lookahead" else takes


def whole_cycles(layer, machine, tile, chunk):
    """The same at full precision, and where no output is cut short."""
    terms = [lane_cycles(machine, chunk)]
    if machine.ifmap_banks:
        terms.append(bank_cycles(layer, machine, tile, chunk))
    elif machine.ifmap_read_width:
        terms.append(up(tile.distinct * chunk.a, machine.ifmap_read_width))
    if machine.weight_read_width:
        terms.append(up(tile.live_cols * chunk.a, machine.weight_read_width))
    return max(terms)


def lane_cycles(machine, chunk):
    if chunk.live is None or machine.zero_lookahead == 0:
        return up(chunk.a, machine.lanes)
    return sum(max(1, up(live, machine.lanes)) for live in live_of_runs(machine, chunk))


def live_of_runs(machine, chunk):
    """How many taps are live in every run of `zero_lookahead` taps."""
    h = machine.zero_lookahead
    runs = [chunk.taps[i:i + h] for i in range(0, len(chunk.taps), h)]
    return [sum(tap in chunk.live for tap in run) for run in runs]


def bank_cycles(layer, machine, tile, chunk):
    """The cycles of the bank that takes longest."""
    elements = collections.Counter()
    for _, q in tile.positions:
        columns = tap_columns(layer, q)
        for tap in chunk.executed:
            # Kernel columns are the innermost of the taps.
            elements[columns[tap % layer.S] % machine.ifmap_banks] += 1
    return up(max(elements.values()), machine.ifmap_read_width // machine.ifmap_banks)


def ifmap_reads(tile, chunk):
    """Elements of the ifmap that the chunk of the tile reads."""
    return tile.distinct * chunk.a if chunk.cut is None else snapea.total(chunk.cut)


def weight_reads(tile, chunk):
    """Elements of the weights that it reads."""
    if chunk.cut is None:
        return tile.live_cols * chunk.a
    return (snapea.total if tile.alone else snapea.longest)(chunk.cut)


def multicast_reads(tile, chunk):
    """Which of the former are sent to any PE."""
    return tile.multicast * chunk.a if chunk.cut is None else snapea.total(chunk.cut)


def latched_operands(tile, chunk):
    """Activations that a PE latches for itself."""
    return tile.latched * chunk.a if chunk.cut is None else snapea.total(chunk.cut)
