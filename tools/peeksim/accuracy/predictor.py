"""A predictor of one's own: which outputs are computed first, and which of the others it takes for
zero (docs/own-predictor.md).
"""
from typing import NamedTuple

import torch

from .settings import LayerSettings


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
