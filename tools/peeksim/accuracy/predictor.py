"""A predictor of one's own: which outputs are computed first, and which of the others it takes for
zero (docs/own-predictor.md).
"""
import math
from collections.abc import Sequence
from typing import NamedTuple

import torch

from ..errors import MODEL, ExtractError
from ..trace.analyse import ifmap_shape, ofmap_shape
from ..trace.layers import Analysis, Layer
from .settings import LayerSettings, MachineSettings


class Cost(NamedTuple):
    """What hardware spends on the decision on one output that is not computed first."""

    macs: int = 0  # multiplications of the predictor's own
    bits: int = 1  # that it keeps until the decision is used


class Predictor:
    """Subclass it, and give an object of the class to `Network.apply`, or its name to
    tools/peek_accuracy.py and tools/extract_trace.py as --predictor.

    The layers that it is asked for have a ReLU, and it predicts all of them unless predicts() says
    no. A layer's LayerSettings tell its `name`, `kind` and `shape` (K, P, Q).
    """

    name = "own"  # what results and traces call it

    def predicts(self, layer: LayerSettings) -> bool:
        """Whether outputs of the layer are predicted at all."""
        return True

    def first(self, layer: LayerSettings) -> torch.Tensor:
        """Which positions are computed first, in every channel: bool [P, Q]."""
        raise NotImplementedError

    def gated(self, layer: LayerSettings, values: torch.Tensor) -> torch.Tensor:
        """Which outputs are taken for zero: bool [N, K, P, Q]. What it says of outputs that are
        computed first does not count.

        values: [N, K, P, Q], what enters the ReLU, and 0 where it is not computed first.
        """
        raise NotImplementedError

    def cost(self, layer: LayerSettings) -> Cost:
        """What a decision costs."""
        return Cost()

    def __repr__(self) -> str:
        return "%s %s" % (type(self).__qualname__, self.name)


def checked_first(predictor: Predictor, layer: LayerSettings) -> torch.Tensor:
    """What the predictor computes first, bool [P, Q]. Throws ExtractError(MODEL): it is none."""
    first = torch.as_tensor(predictor.first(layer))
    require_bool(layer, "first", first, layer.shape[1:])
    return first


def require_bool(
    layer: LayerSettings, method: str, answer: torch.Tensor, shape: Sequence[int]
) -> None:
    """Throws ExtractError(MODEL) where a predictor's answer is not bool of that shape."""
    if answer.dtype == torch.bool and tuple(answer.shape) == tuple(shape):
        return
    kind = str(answer.dtype).replace("torch.", "")
    raise ExtractError(
        MODEL,
        "%s: %s() gave %s %s, expected bool %s"
        % (layer.name, method, kind, list(answer.shape), list(shape)),
    )


def of_predictor(
    layers: Sequence[Layer], analysis: Analysis, predictor: Predictor
) -> MachineSettings:
    """MachineSettings in which the predictor decides on every layer that a ReLU follows. Throws
    ExtractError(MODEL)."""
    found = []
    for layer in layers:
        K, P, Q = ofmap_shape(layer, analysis)
        own = LayerSettings(
            layer.name,
            layer.kind,
            layer.activation,
            "mask",
            window=(1, 1),
            peeks=(),
            thresholds=(),
            why_not="no ReLU" if layer.activation == "none" else "",
            shape=(K, P, Q),
            macs_per_output=ifmap_shape(layer, analysis)[0]
            // layer.groups
            * math.prod(layer.kernel),
        )
        if not own.why_not and not predictor.predicts(own):
            own = own._replace(why_not="left out by %s" % predictor.name)
        if own.why_not:
            found.append(own._replace(policy="none"))
            continue
        decisions = K * int((~checked_first(predictor, own)).sum())
        macs, bits = predictor.cost(own)
        found.append(own._replace(decision_macs=decisions * macs, decision_bits=decisions * bits))
    return MachineSettings("", predictor.name, (), tuple(found), predictor=predictor)
