"""Policy snapea: every output is begun, and cut short as soon as it is known, or guessed, to be
zero.

What is known changes no output after the ReLU, so that here only the guesses are made and counted:
how many taps are left out beside them is the simulator's to count, on a trace.
"""
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ..operands import Operands, maps
from ..settings import LayerSettings
from .estimate import EstimateGate


def speculated(settings: LayerSettings) -> int:
    """How many taps a guess looks at; 0: there are no guesses."""
    percent, L = settings.parameters["prediction.speculated_percent"], settings.macs_per_output
    m = int(np.ceil(L * percent / 100))
    return m if m < L else 0  # an output of which all taps are taken is not cut short


def is_speculated(weight: npt.NDArray[Any], m: int) -> npt.NDArray[np.bool_]:
    """Which of the taps [K, L] a guess of m > 0 taps looks at: of those in ascending order of
    their magnitudes, cut into m groups, the last of each."""
    K, L = weight.shape
    ascending = np.argsort(np.abs(weight), axis=1, kind="stable")
    last = (np.arange(m) + 1) * L // m - 1
    found = np.zeros((K, L), dtype=bool)
    np.put_along_axis(found, ascending[:, last], True, axis=1)
    return found


class Snapea(EstimateGate):
    """The sums are of the speculated taps alone."""

    def __init__(self, settings: LayerSettings, operands: Operands) -> None:
        """Throws ExtractError(MODEL): the layer's weights, or its residual, are out of reach."""
        super().__init__(settings, operands)
        self.taps = speculated(settings)
        if self.taps == 0:
            self.reads, self.weighs, self.weight = (), False, torch.empty(0)
            return
        flat = self.weight.flatten(1)
        chosen = torch.from_numpy(is_speculated(flat.numpy(), self.taps))
        self.weight = flat.masked_fill(~chosen, 0).reshape(self.weight.shape)

    @property
    def macs_per_gated(self) -> int:
        """MACs that a guess saves."""
        return self.settings.macs_per_output - self.taps

    def sums(self, ifmap: torch.Tensor) -> torch.Tensor:
        """[N, K, P, Q] of ifmaps [N, C, H, W], in their precision, without bias."""
        return self.geometry.sums(ifmap, self.weight.to(ifmap.dtype))

    @torch.no_grad()
    def gated(self, values: torch.Tensor, **read: Sequence[torch.Tensor]) -> torch.Tensor:
        """Which of the outputs [N, K, P, Q] are guessed to be zero: none in images that have a
        negative activation."""
        if self.taps == 0:
            return torch.zeros_like(values, dtype=torch.bool)
        ifmap = maps(read["ifmap"], self.forms["ifmap"])
        assert ifmap is not None
        return super().gated(values, **read) & (ifmap.amin((1, 2, 3), keepdim=True) >= 0)
