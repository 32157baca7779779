"""Policy lookahead: a pass over all outputs at few bits decides which are computed."""
import torch

from ..operands import Operands
from ..settings import LayerSettings
from .estimate import EstimateGate

EXACT = 2**24  # up to here float32 holds every integer


def integers(values: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
    """values / steps, both float64, rounded to the nearest, halves to the even neighbor; where the
    step is 0, 0."""
    return torch.round(values / steps.where(steps > 0, torch.ones_like(steps)))


def carrier(largest_sum: float, device: torch.device) -> torch.dtype:
    """A type in which a convolution of integers is exact, whatever the order of summation. A GPU's
    may go by other numbers than the operands (Winograd), and so may a CPU's without oneDNN."""
    direct = device.type == "cpu" and torch.backends.mkldnn.is_available()
    return torch.float32 if direct and largest_sum <= EXACT else torch.float64


class Lookahead(EstimateGate):
    """The sums are of activations and weights of prediction.lookahead_bits."""

    def __init__(self, settings: LayerSettings, operands: Operands) -> None:
        """Throws ExtractError(MODEL): the layer's weights, or its residual, are out of reach."""
        super().__init__(settings, operands)
        self.bits = int(settings.parameters["prediction.lookahead_bits"])
        weight = self.weight.double()
        largest = weight.abs().amax((1, 2, 3), keepdim=True)
        self.register_buffer("steps", largest / (2 ** (self.bits - 1) - 1), persistent=False)
        self.weight = integers(weight, self.steps).float()
        # Of the magnitudes of a channel's integers: times an activation's, no sum is beyond.
        self.reach = float(self.weight.double().abs().sum((1, 2, 3)).max())

    def sums(self, ifmap: torch.Tensor) -> torch.Tensor:
        """[N, K, P, Q] of ifmaps [N, C, H, W], without bias. Every image has a scale of its own."""
        x = ifmap.double()
        signed = x.amin((1, 2, 3), keepdim=True) < 0
        most = 2**self.bits - 1 - signed * 2 ** (self.bits - 1)  # of an activation's integers
        steps = x.abs().amax((1, 2, 3), keepdim=True) / most
        kind = carrier(self.reach * (2**self.bits - 1), x.device)
        sums = self.geometry.sums(integers(x, steps).to(kind), self.weight.to(kind))
        return sums.double() * (steps * self.steps[:, 0])
