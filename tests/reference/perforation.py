"""Which outputs are interpolated: docs/machine.md, section 2, "Perforation"."""
from dataclasses import dataclass

import numpy as np

from windows import windows


@dataclass
class Perforation:
    """Of an ofmap plane; the same in all channels."""

    interpolated: np.ndarray  # bool [P,Q]
    copies: np.ndarray  # int [P,Q]: how many interpolated outputs have their value from there


def nearest(position, peeks):
    """The one of `peeks`, which are in raster order, whose value an output at `position` has."""
    def distance(peek):
        return (peek[0] - position[0]) ** 2 + (peek[1] - position[1]) ** 2

    return min(peeks, key=distance)  # the first, of several


def perforate(machine, P, Q):
    interpolated = np.zeros((P, Q), dtype=bool)
    copies = np.zeros((P, Q), dtype=int)
    for inside, peeks in windows(machine, P, Q):
        if not peeks:
            continue
        for position in inside:
            if position not in peeks:
                interpolated[position] = True
                copies[nearest(position, peeks)] += 1
    return Perforation(interpolated, copies)
