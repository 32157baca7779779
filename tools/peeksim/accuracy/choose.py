"""Chooses thresholds and patterns for a wanted reduction: for every channel the threshold, and for
every layer the pattern, with the largest (price . saved MACs - cost); one price for the network.
"""
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch

from .cost import Curves
from .patterns import Pattern


class Choice(NamedTuple):
    """What is chosen for a layer."""

    pattern: Pattern
    thresholds: torch.Tensor  # [K], or [1] for all; -inf where the channel is never predicted
    saved: float  # MACs an image
    cost: float  # nats an image

    def limits(self, K: int) -> tuple[float | None, ...]:
        """The thresholds as LayerSettings of K channels have them."""
        return tuple(None if t == float("-inf") else t for t in self.thresholds.expand(K).tolist())


CurvesOf = Mapping[str, Sequence[tuple[Pattern, Curves]]]  # the candidates of each layer


def at_price(
    curves: CurvesOf, price: float, weights: Mapping[str, float] | None = None
) -> dict[str, Choice]:
    """{layer: Choice}. curves: {layer: [(Pattern, Curves)]}; weights: {layer: factor of its
    cost}."""
    chosen = {}
    for name, candidates in curves.items():
        weight = 1.0 if weights is None else weights[name]
        best: tuple[float, Pattern, Curves, torch.Tensor] | None = None
        for pattern, c in candidates:
            gain = torch.cat(
                [torch.zeros_like(c.cost[:, :1]), price * c.saved - weight * c.cost], 1
            )
            largest, place = gain.max(1)
            total = float(largest.sum())
            if best is None or total > best[0]:
                best = (total, pattern, c, place)
        assert best  # there is a candidate
        _, pattern, c, place = best
        predicted, index = place > 0, (place - 1).clamp(min=0)[:, None]

        def picked(values: torch.Tensor, nothing: float) -> torch.Tensor:
            return values.gather(1, index)[:, 0].masked_fill(~predicted, nothing)

        chosen[name] = Choice(
            pattern,
            picked(c.thresholds, float("-inf")),
            float(picked(c.saved, 0.0).sum()),
            float(picked(c.cost, 0.0).sum()),
        )
    return chosen


def for_saving(
    curves: CurvesOf, wanted: float, weights: Mapping[str, float] | None = None
) -> tuple[float, dict[str, Choice]]:
    """(price, {layer: Choice}) that saves `wanted` MACs an image, or the most that can be saved."""
    low, high = 1e-18, 1e3
    for _ in range(80):
        middle = (low * high) ** 0.5
        if sum(c.saved for c in at_price(curves, middle, weights).values()) < wanted:
            low = middle
        else:
            high = middle
        if high / low < 1.001:
            break
    return high, at_price(curves, high, weights)
