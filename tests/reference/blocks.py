"""How the ofmap plane is cut into blocks: docs/machine.md, section 4, "Blocks"."""
from dataclasses import dataclass

from shapes import CannotRun, packed, tap_columns, tap_rows


@dataclass(frozen=True)
class Block:
    """Output rows p0 to p1 and columns q0 to q1 of the plane, the ends excluded."""

    p0: int
    p1: int
    q0: int
    q1: int

    @property
    def positions(self):
        return (self.p1 - self.p0) * (self.q1 - self.q0)

    @property
    def raster(self):
        """Its positions in raster order."""
        return [(p, q) for p in range(self.p0, self.p1) for q in range(self.q0, self.q1)]


def extent(first, last, size):
    """How many of `first` to `last`, both included, lie in a map of `size` rows or columns."""
    return max(0, min(last, size - 1) - max(first, 0) + 1)


def ifmap_bytes(layer, machine, block):
    """The bounding rectangle of all taps of the block, clipped to the map, of all channels."""
    height = extent(tap_rows(layer, block.p0)[0], tap_rows(layer, block.p1 - 1)[-1], layer.H)
    width = extent(tap_columns(layer, block.q0)[0], tap_columns(layer, block.q1 - 1)[-1], layer.W)
    return packed(height * width * layer.C, machine.activation_bytes)


def ofmap_bytes(layer, machine, block):
    """What the block takes in the ofmap buffer, for a full group."""
    return packed(block.positions * min(machine.cols, layer.K), machine.activation_bytes)


def fits(layer, machine, block):
    return (ifmap_bytes(layer, machine, block) <= machine.ifmap_buffer_bytes // 2
            and ofmap_bytes(layer, machine, block) <= machine.ofmap_buffer_bytes // 2)


def cut(layer, height, width):
    """Blocks of height × width in raster order; those at the edges may be smaller."""
    return [Block(p, min(p + height, layer.P), q, min(q + width, layer.Q))
            for p in range(0, layer.P, height) for q in range(0, layer.Q, width)]


def cut_plane(layer, machine, window):
    """The blocks of the plane of `layer` (of one group), in raster order.

    Their edges are multiples of `window`, (height, width). Throws CannotRun if a window is too big.
    """
    h, w = window

    def all_fit(height, width):
        return all(fits(layer, machine, block) for block in cut(layer, height, width))

    if all_fit(h, layer.Q):
        height = h
        while height < layer.P and all_fit(height + h, layer.Q):
            height += h
        return cut(layer, height, layer.Q)
    if all_fit(h, w):
        width = w
        while width < layer.Q and all_fit(h, width + w):
            width += w
        return cut(layer, h, width)
    raise CannotRun("one window does not fit the ifmap or ofmap buffer")
