"""Policy perforate: the peeks of every window are computed, and the other outputs interpolated."""
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import torch

from ...trace.recording import maps_of, sum_of
from ..activation import Gate, as_map
from ..operands import Operands
from ..settings import LayerSettings

Positions = tuple[tuple[int, int], ...]  # (row, column)


@lru_cache
def sources(window: tuple[int, int], peeks: Positions, P: int, Q: int) -> torch.Tensor:
    """int64 [P, Q]: the place in raster order of the output that each has its products from, its
    own where it is computed."""
    found = torch.arange(P * Q).reshape(P, Q)
    for top, left in product(range(0, P, window[0]), range(0, Q, window[1])):
        near = [(top + i, left + j) for i, j in sorted(peeks) if top + i < P and left + j < Q]
        inside = product(
            range(top, min(top + window[0], P)), range(left, min(left + window[1], Q))
        )
        for row, col in inside if near else ():
            r, c = min(near, key=lambda peek: (peek[0] - row) ** 2 + (peek[1] - col) ** 2)
            found[row, col] = r * Q + c
    return found


class Perforation(Gate):
    """Replaces an output by the products of the nearest peek and its own residual. A gradient
    passes to what it is made of."""

    COUNTS = ("outputs", "interpolated")
    decides = False

    def __init__(self, settings: LayerSettings, operands: Operands) -> None:
        """Throws ExtractError(MODEL): the layer's residual is out of reach."""
        super().__init__(settings, operands.features)
        self.forms = operands.forms
        if "residual" in self.forms:
            operands.require_apart(settings.policy)
            self.reads = ("products", "residual")

    def forward(
        self, x: torch.Tensor, stored: torch.Tensor | None = None, **read: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        """x, interpolated where it is not computed."""
        values = as_map(x, self.features)
        N, K, P, Q = values.shape
        source = sources(self.settings.window, self.settings.peeks, P, Q).to(x.device)
        computed = source == torch.arange(P * Q, device=x.device).reshape(P, Q)
        products = maps_of(sum_of(read["products"]), self.forms["products"]) if read else values
        near = products.flatten(2)[:, :, source.flatten()].reshape(values.shape)
        if read:
            near = near + maps_of(sum_of(read["residual"]), self.forms["residual"])
        self._count(values.numel(), N * K * (~computed).sum())
        near = torch.where(computed, values, near.to(values.dtype))
        return self._from_map(near, x.shape)

    def macs_saved(self) -> int:
        """MACs that were not executed."""
        return self.totals()["interpolated"] * self.settings.macs_per_output

    def extra_repr(self) -> str:
        """What print(module) adds."""
        s = self.settings
        return "%s, %s, window %dx%d, %d peeks" % ((s.name, s.policy) + s.window + (len(s.peeks),))
