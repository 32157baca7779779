"""Passes and tiles of a step: docs/machine.md, section 4, "Passes" and "Tiles"."""
from dataclasses import dataclass, replace
from typing import Optional

import numpy as np


@dataclass(frozen=True)
class Tile:
    """A tile, with the properties that sections 5 and 6 of docs/machine.md need."""

    kind: str  # dense, peek, lookahead or neighbor: its pass
    positions: frozenset  # those of the live PEs
    live_pes: int
    live_cols: int  # columns with a live PE; of jobs: different channels
    drained: int  # cycles of its drain
    multicast: int = 0  # positions whose activations are sent to any PE, not along a row
    latched: int = 0  # live PEs that latch an activation for themselves
    jobs: int = 0  # if it is a tile of jobs
    taken: Optional[list] = None  # with snapea: by column, the taps that each output takes
    alone: bool = False  # whether its PEs take one output after another (`retire_alone`)
    interpolated: int = 0  # outputs that have their value from one of its own

    @property
    def distinct(self):
        """Different positions among the live PEs."""
        return len(self.positions)

    @property
    def predicts(self):
        """Whether the prediction unit looks at what it computes."""
        return self.kind in ("peek", "lookahead")

    @property
    def filled(self):
        """Whether it is a peek tile that takes in neighbors."""
        return self.kind == "peek" and self.multicast > 0


@dataclass(frozen=True)
class Tiles:
    """Of a step or a pass of it, in the order they run."""

    run: list
    skipped: int = 0
    queue_peak: int = 0


def tile_of(kind, lists, drained):
    """The tile whose column k computes the positions `lists[k]`."""
    return Tile(kind=kind,
                positions=frozenset().union(*lists),
                live_pes=sum(len(own) for own in lists),
                live_cols=sum(1 for own in lists if own),
                drained=drained)


def multicast_tile(lists):
    """A neighbor tile in which every PE has a position of its own."""
    tile = tile_of("neighbor", lists, drained=max(len(own) for own in lists))
    return replace(tile, multicast=tile.distinct, latched=tile.live_pes)


def in_windows(block, window):
    """The positions of `block` in window order."""
    h, w = window
    windows = [(top, left) for top in range(block.p0, block.p1, h)
               for left in range(block.q0, block.q1, w)]
    return [(p, q) for top, left in windows
            for p in range(top, min(top + h, block.p1))
            for q in range(left, min(left + w, block.q1))]


def pieces(positions, rows):
    """The next `rows` positions, and so on to the last ones."""
    return [positions[i:i + rows] for i in range(0, len(positions), rows)]


def live(k, positions, gated):
    """Which of `positions` channel k computes."""
    return [x for x in positions if not gated[(k, *x)]]


def broadcast(kind, positions, channels, gated):
    """A tile with one position per row, the same for all columns; gated PEs do nothing."""
    lists = [live(k, positions, gated) for k in channels]
    return tile_of(kind, lists, drained=len(set().union(*lists)))


def gate(machine, positions, channels, gated):
    tiles = [broadcast("neighbor", piece, channels, gated)
             for piece in pieces(positions, machine.rows)]
    run = [tile for tile in tiles if tile.live_pes]
    return Tiles(run, skipped=len(tiles) - len(run))


def row_skip(machine, positions, channels, gated):
    left = [x for x in positions if any(not gated[(k, *x)] for k in channels)]
    return gate(machine, left, channels, gated)


def packed(machine, positions, channels, gated):
    columns = [pieces(live(k, positions, gated), machine.rows) for k in channels]
    return Tiles([multicast_tile([own[t] if t < len(own) else [] for own in columns])
                  for t in range(max(len(own) for own in columns))])


def cut_jobs(machine, positions, channels, gated):
    """The jobs, (channel, positions) each, in order, and the peak of their queue ("Jobs")."""
    bins = {k: [] for k in channels}
    jobs, queue, queue_peak = [], 0, 0
    for x in positions:
        for k in channels:
            if gated[(k, *x)]:
                continue
            bins[k].append(x)
            if len(bins[k]) == machine.rows:
                jobs.append((k, bins[k]))
                bins[k] = []
                queue += 1
        queue_peak = max(queue_peak, queue)
        queue %= machine.cols  # full tiles are taken out
    return jobs + [(k, own) for k, own in bins.items() if own], queue_peak


def balanced(machine, positions, channels, gated):
    jobs, queue_peak = cut_jobs(machine, positions, channels, gated)
    return Tiles([tile_of_jobs(piece) for piece in pieces(jobs, machine.cols)],
                 queue_peak=queue_peak)


def tile_of_jobs(jobs):
    tile = multicast_tile([positions for _, positions in jobs])
    return replace(tile, live_cols=len({channel for channel, _ in jobs}), jobs=len(jobs))


def taken_in(machine, window, peeks, others, channels, gated):
    """The neighbors that each channel computes in the last peek tile ("Filling")."""
    def window_of(position):
        return position[0] // window[0], position[1] // window[1]

    tiles = pieces(peeks, machine.rows)
    if machine.dispatch != "balanced_fill" or len(tiles) < 2:
        return {k: [] for k in channels}
    room = machine.rows - len(tiles[-1])
    decided = [x for x in others if window_of(x) < window_of(tiles[-1][0])]
    return {k: live(k, decided, gated)[:room] for k in channels}


def filled(tile, taken):
    """The peek tile with the neighbors that it takes in."""
    lists = [own for own in taken.values() if own]
    if not lists:
        return tile
    neighbors = frozenset().union(*lists)
    return replace(tile,
                   positions=tile.positions | neighbors,
                   live_pes=tile.live_pes + sum(len(own) for own in lists),
                   drained=tile.drained + max(len(own) for own in lists),
                   multicast=len(neighbors))


DISPATCH = {"gate": gate, "row_skip": row_skip, "packed": packed, "balanced": balanced,
            "balanced_fill": balanced}


def cut_short(machine, cut, block, channels, resident):
    """The tiles of outputs that may be cut short: one of all, if they retire alone."""
    alone = bool(machine.retire_alone) and resident
    tiles = []
    for piece in pieces(block.raster, block.positions if alone else machine.rows):
        tile = tile_of("dense", [piece] * len(channels), drained=min(machine.rows, len(piece)))
        taken = [[int(cut.taken[(k, *x)]) for x in piece] for k in channels]
        tiles.append(replace(tile, taken=taken, alone=alone))
    return tiles


def perforated(machine, prediction, block, channels):
    """The tiles of the outputs that are not interpolated; they drain for the others too."""
    interpolated, copies = prediction.perforation.interpolated, prediction.perforation.copies
    tiles = []
    order = in_windows(block, prediction.window)
    for piece in pieces([x for x in order if not interpolated[x]], machine.rows):
        others = sum(int(copies[x]) for x in piece)
        tile = tile_of("dense", [piece] * len(channels), drained=len(piece) + others)
        tiles.append(replace(tile, interpolated=others * len(channels)))
    return tiles


def tiles_of_step(machine, prediction, block, channels, resident):
    """The Tiles of a step, whose weights are resident or not."""
    everything_live = np.zeros(prediction.gated.shape, dtype=bool)

    def whole(kind, positions):
        return [broadcast(kind, piece, channels, everything_live)
                for piece in pieces(positions, machine.rows)]

    if machine.policy == "none":
        return Tiles(whole("dense", block.raster))
    if machine.policy == "snapea":
        return Tiles(cut_short(machine, prediction.cut, block, channels, resident))
    if machine.policy == "perforate":
        return Tiles(perforated(machine, prediction, block, channels))
    order = in_windows(block, prediction.window) if machine.decides else block.raster
    peeks = [x for x in order if prediction.peeks[x]]
    others = [x for x in order if not prediction.peeks[x]]
    taken = taken_in(machine, prediction.window, peeks, others, channels, prediction.gated)
    done = prediction.gated.copy()  # what the neighbor pass does not compute
    for k, own in taken.items():
        for x in own:
            done[(k, *x)] = True
    first = whole("lookahead", order if machine.policy == "lookahead" else [])
    first += whole("peek", peeks)
    if peeks:
        first[-1] = filled(first[-1], taken)
    neighbors = DISPATCH[machine.dispatch](machine, others, channels, done)
    return replace(neighbors, run=first + neighbors.run)
