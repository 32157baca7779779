"""Which outputs are peeks, and which are gated, cut short or interpolated: docs/machine.md, section
2. A pure function of the values.
"""
from dataclasses import dataclass, replace
from typing import Optional

import numpy as np

import lookahead
import snapea
import zap
from operands import has_negative
from perforation import Perforation, perforate
from shapes import CannotRun
from windows import pattern, windows


@dataclass
class Prediction:
    """Of one ofmap, [K,P,Q]."""

    peeks: np.ndarray  # bool [P,Q]: the positions that are peeks, of every channel
    gated: np.ndarray  # bool [K,P,Q]: the outputs that are never computed
    window: tuple  # (height, width) of the windows that blocks must not cut; 1×1 without peeks
    decision_macs: int = 0  # of masks and of zap
    cut: Optional[snapea.Cut] = None
    perforation: Optional[Perforation] = None

    @property
    def short(self):
        """Which outputs are cut short, [K,P,Q]."""
        if self.cut is None:
            return np.zeros(self.gated.shape, dtype=bool)
        return self.cut.taken < len(self.cut.orders[0])

    def taken(self, L):
        """Of every output, [K,P,Q], how many of its L taps are computed."""
        if self.cut is not None:
            return self.cut.taken
        interpolated = self.perforation is not None and self.perforation.interpolated
        return np.where(self.gated | interpolated, 0, L)


@dataclass
class Masks:
    """What policy `mask` reads for one ofmap, [K,P,Q]."""

    first: np.ndarray  # bool [P,Q]: the positions that are computed first, of every channel
    gated: np.ndarray  # bool [K,P,Q]
    decision_macs: int = 0  # of the predictor's own, for an output that is not computed first

    def of(self, channels):
        """Those of some channels, a slice."""
        return Masks(self.first, self.gated[channels], self.decision_macs)


def check(layer, machine, masks=None, ifmap=None, operands=None, networks=None):
    """Raises CannotRun for what is wrong whatever the policy (end of section 2), and with it."""
    check_masks(machine, masks)
    check_networks(layer, machine, networks)
    check_rivals(machine, ifmap, operands)
    h, w = machine.window
    if any(not (0 <= i < h and 0 <= j < w) for i, j in pattern(machine.peeks, h, w)):
        raise CannotRun("a peek lies outside the window")
    if isinstance(machine.threshold, list) and len(machine.threshold) != layer.K:
        raise CannotRun("thresholds do not match the channels")
    if machine.skip_zero_activations and not machine.gate_zero_activations:
        raise CannotRun("skipping zero activations needs gating")
    if machine.zero_lookahead < 0:
        raise CannotRun("a negative look-ahead")
    check_banks(machine)


def check_masks(machine, masks):
    if machine.policy != "mask":
        return
    if masks is None:
        raise CannotRun("no masks")
    if machine.dispatch == "balanced_fill":
        raise CannotRun("masks do not tell how far they look")
    if np.any(masks.gated & masks.first):
        raise CannotRun("an output is computed first and gated")


def check_networks(layer, machine, networks):
    if machine.policy != "zap":
        return
    if networks is None:
        raise CannotRun("no networks")
    if machine.dispatch == "balanced_fill":
        raise CannotRun("a score looks further than its window")
    if any(len(values) != layer.K for values in networks.parameters):
        raise CannotRun("networks do not match the channels")


def check_rivals(machine, ifmap, operands):
    """What look-ahead and SnaPEA need, and cannot do."""
    if machine.computes and ifmap is None:
        raise CannotRun("no ifmap to compute with")
    if machine.computes and operands is None:
        raise CannotRun("no weights to compute with")
    if machine.policy == "lookahead" and machine.dispatch == "balanced_fill":
        raise CannotRun("a tile of two precisions")
    if machine.policy == "snapea" and machine.skip_zero_activations:
        raise CannotRun("each column is at another tap, so that none can be skipped")
    if machine.policy == "snapea" and machine.ifmap_banks > 0:
        raise CannotRun("each column is at another tap, so that banks cannot deliver it")


def check_banks(machine):
    """The same of section 5, "Banks"."""
    if machine.ifmap_banks < 0:
        raise CannotRun("a negative number of banks")
    if machine.ifmap_banks and machine.ifmap_read_width == 0:
        raise CannotRun("banks of a port of unlimited width")
    if machine.ifmap_banks > machine.ifmap_read_width:
        raise CannotRun("less than one element per bank")


def thresholds(layer, machine):
    """τ of every output channel of the layer, [K]."""
    if isinstance(machine.threshold, list):
        return list(machine.threshold)
    return [machine.threshold] * layer.K


def as_it_runs(machine, ifmap):
    """The machine, with policy `none` in an image for which it runs as that. It passed check()."""
    if machine.policy == "snapea" and has_negative(ifmap):
        return replace(machine, policy="none")
    return machine


def predict(machine, tau, ofmap, masks=None, terms=None, networks=None):
    """The Prediction of `ofmap` [K,P,Q] with thresholds `tau` [K], by the machine's policy.

    `masks` are what policy `mask` reads, `terms` what `lookahead` and `snapea` compute with,
    `networks` those of `zap`.
    """
    no_peeks = np.zeros(ofmap.shape[1:], dtype=bool)
    nothing = np.zeros(ofmap.shape, dtype=bool)
    if machine.policy == "none":
        return Prediction(no_peeks, nothing, (1, 1))
    if machine.policy == "oracle":
        return Prediction(no_peeks, ofmap <= 0, (1, 1))
    if machine.policy == "mask":
        return Prediction(masks.first, masks.gated, (1, 1), masks.decision_macs)
    if machine.policy == "zap":
        first = zap.computed_first(networks.pattern, *ofmap.shape[1:])
        return Prediction(first, zap.gated(networks, tau, ofmap), (1, 1), zap.decision_macs(first))
    if machine.policy == "lookahead":
        estimates = lookahead.estimates(machine.lookahead_bits, terms)
        return Prediction(no_peeks, estimates <= np.reshape(tau, (-1, 1, 1)), (1, 1))
    if machine.policy == "snapea":
        return Prediction(no_peeks, nothing, (1, 1), cut=snapea.cut(machine, tau, terms))
    if machine.policy == "perforate":
        return Prediction(no_peeks, nothing, tuple(machine.window),
                          perforation=perforate(machine, *ofmap.shape[1:]))
    return predict_windows(machine, tau, ofmap)


def predict_windows(machine, tau, ofmap):
    """Policy `peek` (section 2, items 1 to 4)."""
    K, P, Q = ofmap.shape
    peeks = np.zeros((P, Q), dtype=bool)
    gated = np.zeros((K, P, Q), dtype=bool)
    for inside, existing in windows(machine, P, Q):
        for p, q in existing:
            peeks[p, q] = True
        for k in range(K):
            if existing and all(ofmap[k, p, q] <= tau[k] for p, q in existing):
                for p, q in inside:
                    gated[k, p, q] = not peeks[p, q]
    return Prediction(peeks, gated, tuple(machine.window))
