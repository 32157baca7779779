"""Layers and machines: docs/machine.md, sections 1 and 3, with the names of tests/vectors."""
from dataclasses import dataclass, replace

import numpy as np


class CannotRun(Exception):
    """The machine cannot run the layer; the message says why."""


@dataclass(frozen=True)
class Layer:
    """A convolution (section 1); stride, pad and dilation are the same in both directions."""

    C: int
    H: int
    W: int
    K: int
    R: int
    S: int
    stride: int
    pad: int
    dilation: int
    groups: int
    residual: bool

    @property
    def P(self):
        return (self.H + 2 * self.pad - self.dilation * (self.R - 1) - 1) // self.stride + 1

    @property
    def Q(self):
        return (self.W + 2 * self.pad - self.dilation * (self.S - 1) - 1) // self.stride + 1

    @property
    def L(self):
        """Reduction length: MACs of one output, padding taps included."""
        return self.C // self.groups * self.R * self.S

    @property
    def macs(self):
        return self.K * self.P * self.Q * self.L

    def one_group(self):
        """The convolution that a grouped one runs `groups` times."""
        return replace(self, C=self.C // self.groups, K=self.K // self.groups, groups=1)


@dataclass(frozen=True)
class Machine:
    """A machine (section 3) under a policy (section 2); sizes of buffers are of both halves."""

    rows: int
    cols: int
    lanes: int
    dispatch: str
    policy: str
    window: list  # [height, width]
    peeks: object  # the name of a pattern, or a list of [row, column] in the window
    threshold: object  # a number, or a list of one per output channel of the layer
    predict_latency: int  # cycles
    weight_bytes: float  # 0.5, 1, 1.5, 2 or 4
    ifmap_read_width: int  # elements per cycle, 0: no limit
    weight_read_width: int
    dram_bytes_per_cycle: float  # with at most one decimal
    dram_latency: int  # cycles
    loop_order: str
    gate_zero_activations: bool
    skip_zero_activations: bool
    zero_lookahead: int  # taps of a run, 0: the whole chunk is one
    ifmap_buffer_bytes: int
    weight_buffer_bytes: int
    ofmap_buffer_bytes: int
    activation_bytes: float
    ifmap_banks: int = 0  # 0: one ideal port
    decision_macs_per_cycle: int = 0  # width of the decision unit of masks and zap, 0: any
    lookahead_bits: int = 4
    lookahead_ratio: int = 4  # taps of the look-ahead pass in the time of one
    speculated_percent: int = 0  # of the taps of snapea
    retire_alone: int = 0  # 1: with snapea a PE that is done takes another output at once

    @property
    def decides(self):
        """Whether there is a neighbor pass for which the prediction unit decides what is gated."""
        return self.policy in ("peek", "mask", "zap", "lookahead")

    @property
    def computes(self):
        """Whether it decides by weights and activations."""
        return self.policy in ("lookahead", "snapea")


def up(numerator, denominator):
    """⌈numerator / denominator⌉ of whole numbers."""
    return -(-numerator // denominator)


def packed(elements, width):
    """Bytes of so many elements of `width` bytes, a multiple of 1/2, without gaps (section 4, "Bytes")."""
    return up(elements * bits(width), 8)


def bits(width):
    """Bits of an element of `width` bytes."""
    return int(8 * width)


def tap_rows(layer, p):
    """Rows of the padded ifmap, 0 being the map's first, that output row `p` reads."""
    return [p * layer.stride - layer.pad + r * layer.dilation for r in range(layer.R)]


def tap_columns(layer, q):
    """Columns of the padded ifmap that output column `q` reads."""
    return [q * layer.stride - layer.pad + s * layer.dilation for s in range(layer.S)]


def tap_values(layer, ifmap):
    """For each output position, the `L` activations under its taps, 0 for padding, [P,Q,L].

    `ifmap` is [C,H,W] of one group. The taps are in order of channel, kernel row, kernel column.
    """
    def value(channel, row, column):
        inside = 0 <= row < layer.H and 0 <= column < layer.W
        return ifmap[channel, row, column] if inside else 0

    values = np.zeros((layer.P, layer.Q, layer.L))
    for p in range(layer.P):
        for q in range(layer.Q):
            values[p, q] = [value(channel, row, column) for channel in range(layer.C)
                            for row in tap_rows(layer, p) for column in tap_columns(layer, q)]
    return values


def live_taps(layer, ifmap):
    """For each output position, which of its `L` activations are neither 0 nor padding, [P,Q,L]."""
    return tap_values(layer, ifmap) != 0
