"""What outputs are computed from, where it is known: docs/machine.md, sections 1 and 2, and
decision 14. The arithmetic is that of f32 traces.
"""
from dataclasses import dataclass
from typing import Optional

import numpy as np

from shapes import tap_values


@dataclass
class Operands:
    """Of a layer; or of one group of it, C/groups then being all of its channels."""

    weights: np.ndarray  # [K,C/groups,R,S]
    bias: Optional[np.ndarray] = None  # [K]
    residual: Optional[np.ndarray] = None  # [K,P,Q]

    def of(self, channels):
        """Those of some output channels, a slice."""
        return Operands(self.weights[channels],
                        None if self.bias is None else self.bias[channels],
                        None if self.residual is None else self.residual[channels])


@dataclass
class Terms:
    """What the outputs of a convolution with one group are made of; the taps are in order."""

    activations: np.ndarray  # [P,Q,L]: those under the taps of each position, 0 for padding
    weights: np.ndarray  # [K,L]
    added: list  # of each channel, what is added to the sums of its plane, one after another
    largest: float  # the largest magnitude of all activations of the ifmap, of all groups
    signed: bool  # whether any of these is negative

    @property
    def shape(self):
        return (len(self.weights), *self.activations.shape[:2])

    def value(self, k, p, q, total):
        """What channel k makes of a sum at (p, q): plus bias plus residual, in single precision."""
        for plane in self.added[k]:
            total = total + plane[p, q]
        return np.float32(total)


def terms_of(layer, ifmap, whole_ifmap, operands):
    """The Terms of one group, None if something is not known.

    `ifmap` is [C,H,W] of the group, `whole_ifmap` that of all groups.
    """
    if ifmap is None or operands is None:
        return None
    plane = np.ones((layer.P, layer.Q))
    added = [[] for _ in range(layer.K)]
    for k in range(layer.K):
        if operands.bias is not None:
            added[k].append(float(operands.bias[k]) * plane)
        if operands.residual is not None:
            added[k].append(operands.residual[k].astype(float))
    return Terms(tap_values(layer, ifmap), operands.weights.reshape(layer.K, layer.L).astype(float),
                 added, float(np.max(np.abs(whole_ifmap))), has_negative(whole_ifmap))


def has_negative(ifmap):
    return bool((ifmap < 0).any())


def sums(activations, weights):
    """Of one output, the sum of its first products, in double precision, for 1 to all of them."""
    return np.cumsum(activations * weights, dtype=np.float64)


def outputs(terms):
    """The values that enter the ReLU, [K,P,Q]."""
    values = np.zeros(terms.shape)
    for k, p, q in np.ndindex(terms.shape):
        values[k, p, q] = terms.value(k, p, q, sums(terms.activations[p, q], terms.weights[k])[-1])
    return values
