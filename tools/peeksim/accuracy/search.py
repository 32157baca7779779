"""An evolutionary search that takes into account how the errors of layers act together.

One parent, one child: the factors of the layers' costs are perturbed, thresholds, windows and peeks
follow from them for the same saving (choose.py), and the child replaces the parent when the output
of the network with prediction comes closer to that without.
"""
import math
from collections.abc import Callable, Mapping

import torch

# The step, as the deviation of the factors' logarithms, and its changes after a success and a
# failure: at one success in five (Rechenberg's rule) it stays the same.
FIRST_STEP, AFTER_SUCCESS, AFTER_FAILURE = 0.4, 1.5, 1.5**-0.25


def evolve(
    scales: Mapping[str, float],
    score: Callable[[dict[str, float]], float],
    rounds: int,
    seed: int = 0,
    show: Callable[[int, float], None] = lambda done,
    best: None,
) -> tuple[dict[str, float], float]:
    """(the best factors {name: factor}, their score). score: of factors, lower is better."""
    generator = torch.Generator().manual_seed(seed)
    best, best_score, step = dict(scales), score(dict(scales)), FIRST_STEP
    for done in range(rounds):
        changes = torch.randn(len(best), generator=generator, dtype=torch.float64) * step
        child = {name: s * math.exp(by) for (name, s), by in zip(best.items(), changes.tolist())}
        found = score(child)
        if found < best_score:
            best, best_score = child, found
        step *= AFTER_SUCCESS if best is child else AFTER_FAILURE
        show(done + 1, best_score)
    return best, best_score
