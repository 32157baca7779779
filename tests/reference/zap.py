"""The scores of ZAP's networks, and what they gate: docs/machine.md, section 2, "ZAP"."""
from dataclasses import dataclass

import numpy as np

from shapes import up

FIRST = {"checkerboard": lambda p, q: (p + q) % 2 == 0,
         "thirds": lambda p, q: (p + q) % 3 == 0,
         "quarter": lambda p, q: p % 2 == 0 and q % 2 == 0}


@dataclass
class Networks:
    """Of the output channels of a layer, of all groups; exact in single precision."""

    pattern: str  # a name of FIRST
    kernel1: np.ndarray  # [K,3,3]: a
    bias1: np.ndarray  # [K]: b
    kernel2: np.ndarray  # [K,3,3]: c
    bias2: np.ndarray  # [K]: d

    @property
    def parameters(self):
        return self.kernel1, self.bias1, self.kernel2, self.bias2

    def of(self, channels):
        """Those of some output channels, a slice or a list."""
        return Networks(self.pattern, *(values[channels] for values in self.parameters))


def computed_first(pattern, P, Q):
    """The positions that are computed first, bool [P,Q]."""
    return np.array([[FIRST[pattern](p, q) for q in range(Q)] for p in range(P)])


def decision_macs(first):
    """m, of a plane of which the positions `first` are computed first."""
    n = int(np.count_nonzero(~first))
    return up(9 * first.size, n) if n else 0


def convolved(plane, kernel, constant):
    """Of every position, in double precision: the nine products, row by row from left to right,
    then the constant. Outside the plane is 0.
    """
    P, Q = plane.shape
    padded = np.pad(plane.astype(np.float64), 1)
    total = np.zeros((P, Q))
    for i, j in np.ndindex(3, 3):
        total = total + np.float64(kernel[i, j]) * padded[i:i + P, j:j + Q]
    return total + np.float64(constant)


def rectified(plane):
    """max(0, x) of all, rounded to single precision."""
    return np.maximum(0, plane).astype(np.float32)


def scores(networks, ofmap):
    """s of every output of `ofmap` [K,P,Q], those that are computed first included."""
    first = computed_first(networks.pattern, *ofmap.shape[1:])
    planes = []
    for plane, a, b, c, d in zip(np.where(first, ofmap, 0), *networks.parameters):
        h = rectified(convolved(plane, a, b))
        planes.append(convolved(h, c, d))
    return np.array(planes)


def gated(networks, tau, ofmap):
    """Which outputs of `ofmap` [K,P,Q] are gated with thresholds `tau` [K]."""
    first = computed_first(networks.pattern, *ofmap.shape[1:])
    return (scores(networks, ofmap) <= np.reshape(tau, (-1, 1, 1))) & ~first
