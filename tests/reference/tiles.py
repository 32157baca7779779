"""Passes and tiles of a step: docs/machine.md, section 4, "Passes" and "Tiles"."""
from dataclasses import dataclass

import numpy as np

from shapes import up


@dataclass(frozen=True)
class Tile:
    """One array-full, described by what section 5 asks of it."""

    kind: str  # dense, peek or neighbor: its pass
    live_pes: int
    distinct: int  # different positions among the live PEs
    live_cols: int  # columns with a live PE
    drained: int  # cycles of its drain

    def cycles(self, machine, l):
        """What a reduction of `l` taps takes (section 5, "A tile takes")."""
        terms = [up(l, machine.lanes)]
        if machine.ifmap_read_width:
            terms.append(up(self.distinct * l, machine.ifmap_read_width))
        if machine.weight_read_width:
            terms.append(up(self.live_cols * l, machine.weight_read_width))
        return max(terms)


def tile_of(kind, lists, drained):
    """The tile whose column k computes the positions `lists[k]`."""
    return Tile(kind=kind,
                live_pes=sum(len(own) for own in lists),
                distinct=len(set().union(*lists)),
                live_cols=sum(1 for own in lists if own),
                drained=drained)


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
    return run, len(tiles) - len(run)


def row_skip(machine, positions, channels, gated):
    left = [x for x in positions if any(not gated[(k, *x)] for k in channels)]
    return gate(machine, left, channels, gated)


def packed(machine, positions, channels, gated):
    columns = [pieces(live(k, positions, gated), machine.rows) for k in channels]
    tiles = []
    for t in range(max(len(own) for own in columns)):
        lists = [own[t] if t < len(own) else [] for own in columns]
        tiles.append(tile_of("neighbor", lists, drained=max(len(own) for own in lists)))
    return tiles, 0


DISPATCH = {"gate": gate, "row_skip": row_skip, "packed": packed}


def tiles_of_step(machine, prediction, block, channels):
    """The tiles of a step in the order they run, and how many neighbor tiles are skipped."""
    everything_live = np.zeros(prediction.gated.shape, dtype=bool)

    def whole(kind, positions):
        return [broadcast(kind, piece, channels, everything_live)
                for piece in pieces(positions, machine.rows)]

    if machine.policy == "none":
        return whole("dense", block.raster), 0
    order = in_windows(block, prediction.window) if machine.policy == "peek" else block.raster
    peeks = [x for x in order if prediction.peeks[x]]
    others = [x for x in order if not prediction.peeks[x]]
    neighbors, skipped = DISPATCH[machine.dispatch](machine, others, channels, prediction.gated)
    return whole("peek", peeks) + neighbors, skipped
