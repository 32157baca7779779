"""Which outputs are peeks and which are gated: docs/machine.md, section 2. A pure function of the
ofmap.
"""
from dataclasses import dataclass

import numpy as np

from shapes import CannotRun


@dataclass
class Prediction:
    """Of one ofmap, [K,P,Q]."""

    peeks: np.ndarray  # bool [P,Q]: the positions that are peeks, of every channel
    gated: np.ndarray  # bool [K,P,Q]: the outputs that are never computed
    window: tuple  # (height, width) of the windows that blocks must not cut; 1×1 without peeks
    decision_macs: int = 0  # of masks


@dataclass
class Masks:
    """What policy `mask` reads for one ofmap, [K,P,Q]."""

    first: np.ndarray  # bool [P,Q]: the positions that are computed first, of every channel
    gated: np.ndarray  # bool [K,P,Q]
    decision_macs: int = 0  # of the predictor's own, for an output that is not computed first

    def of(self, channels):
        """Those of some channels, a slice."""
        return Masks(self.first, self.gated[channels], self.decision_macs)


def pattern(peeks, h, w):
    """Positions (i, j) inside a window of h × w that `peeks` names (section 2, item 2)."""
    everywhere = [(i, j) for i in range(h) for j in range(w)]
    if peeks == "corner":
        return {(0, 0)}
    if peeks == "diagonal":
        n = max(h, w)
        return {(i * h // n, i * w // n) for i in range(n)}
    if peeks == "checkerboard":
        return {(i, j) for i, j in everywhere if (i + j) % 2 == 0}
    if peeks == "all":
        return set(everywhere)
    return {(i, j) for i, j in peeks}


def check(layer, machine, masks):
    """Raises CannotRun for what is wrong whatever the policy (end of section 2), and with it."""
    check_masks(machine, masks)
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


def predict(machine, tau, ofmap, masks=None):
    """The Prediction of `ofmap` [K,P,Q] with thresholds `tau` [K], by the machine's policy."""
    none = np.zeros(ofmap.shape[1:], dtype=bool)
    if machine.policy == "none":
        return Prediction(none, np.zeros(ofmap.shape, dtype=bool), (1, 1))
    if machine.policy == "oracle":
        return Prediction(none, ofmap <= 0, (1, 1))
    if machine.policy == "mask":
        return Prediction(masks.first, masks.gated, (1, 1), masks.decision_macs)
    return predict_windows(machine, tau, ofmap)


def predict_windows(machine, tau, ofmap):
    """Policy `peek` (section 2, items 1 to 4)."""
    K, P, Q = ofmap.shape
    h, w = machine.window
    peeks = np.zeros((P, Q), dtype=bool)
    gated = np.zeros((K, P, Q), dtype=bool)
    for top in range(0, P, h):
        for left in range(0, Q, w):
            inside = [(p, q) for p in range(top, min(top + h, P))
                      for q in range(left, min(left + w, Q))]
            named = {(top + i, left + j) for i, j in pattern(machine.peeks, h, w)}
            existing = [position for position in inside if position in named]
            for p, q in existing:
                peeks[p, q] = True
            for k in range(K):
                if existing and all(ofmap[k, p, q] <= tau[k] for p, q in existing):
                    for p, q in inside:
                        gated[k, p, q] = not peeks[p, q]
    return Prediction(peeks, gated, (h, w))
