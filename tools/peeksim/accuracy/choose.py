"""Chooses thresholds and patterns for a wanted reduction: for every channel the threshold, and for
every layer the pattern, with the largest (price . saved MACs - cost); one price for the network.
"""
from collections import namedtuple

import torch

# thresholds: [K], -inf where the channel is never predicted; saved, cost: an image's.
Choice = namedtuple("Choice", "pattern thresholds saved cost")


def at_price(curves, price, weights=None):
    """{layer: Choice}. curves: {layer: [(Pattern, Curves)]}; weights: {layer: factor of its cost}."""
    chosen = {}
    for name, candidates in curves.items():
        weight = 1.0 if weights is None else weights[name]
        best = None
        for pattern, c in candidates:
            gain = torch.cat(
                [torch.zeros_like(c.cost[:, :1]), price * c.saved - weight * c.cost], 1
            )
            largest, place = gain.max(1)
            total = float(largest.sum())
            if best is None or total > best[0]:
                best = (total, pattern, c, place)
        _, pattern, c, place = best
        predicted, index = place > 0, (place - 1).clamp(min=0)[:, None]

        def picked(values, nothing):
            return values.gather(1, index)[:, 0].masked_fill(~predicted, nothing)

        chosen[name] = Choice(
            pattern,
            picked(c.thresholds, float("-inf")),
            float(picked(c.saved, 0.0).sum()),
            float(picked(c.cost, 0.0).sum()),
        )
    return chosen


def for_saving(curves, wanted, weights=None):
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
