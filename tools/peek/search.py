"""An evolutionary search for what the estimates cannot know: how the layers' errors act together.

One parent, one child: the factors of the layers' costs are shaken, thresholds, windows and peeks
follow from them for the same saving (choose.py), and the child stays when the network, with
prediction in its loop, says more nearly what it said without.
"""
import math

import torch

# The shake, as the deviation of the factors' logarithms, and what it becomes after a success and a
# failure: near the optimum one in five succeeds (Rechenberg's rule), and it stays as it is.
FIRST_STEP, AFTER_SUCCESS, AFTER_FAILURE = 0.4, 1.5, 1.5**-0.25


def evolve(scales, score, rounds, seed=0, show=lambda done, best: None):
    """(the best factors {name: factor}, their score). score: of factors, lower is better."""
    generator = torch.Generator().manual_seed(seed)
    best, least, step = dict(scales), score(scales), FIRST_STEP
    for done in range(rounds):
        shaken = torch.randn(len(best), generator=generator, dtype=torch.float64) * step
        child = {name: s * math.exp(by) for (name, s), by in zip(best.items(), shaken.tolist())}
        found = score(child)
        if found < least:
            best, least = child, found
        step *= AFTER_SUCCESS if best is child else AFTER_FAILURE
        show(done + 1, least)
    return best, least
