"""Gates that know an estimate of every output, and gate those at or below the threshold."""
from collections.abc import Sequence

import torch

from ..activation import ZeroGate, limits_of
from ..operands import Operands, maps
from ..settings import LayerSettings


class EstimateGate(ZeroGate):
    """The estimate is a sum in the place of the products', plus bias, plus residual, rounded to
    single precision."""

    reads: tuple[str, ...] = ("ifmap", "residual")
    weighs = True
    weight: torch.Tensor  # float32, [K, C/groups, R, S]
    bias: torch.Tensor  # float32, [K]

    def __init__(self, settings: LayerSettings, operands: Operands) -> None:
        """Throws ExtractError(MODEL): the layer's weights, or its residual, are out of reach."""
        super().__init__(settings, operands.features)
        self.forms, self.geometry = operands.forms, operands.geometry
        weight, bias = operands.weights(settings.policy)
        self.register_buffer("weight", weight, persistent=False)
        self.register_buffer("bias", bias, persistent=False)
        self.register_buffer("thresholds", limits_of(settings), persistent=False)

    def sums(self, ifmap: torch.Tensor) -> torch.Tensor:
        """[N, K, P, Q] of ifmaps [N, C, H, W], without bias."""
        raise NotImplementedError

    @torch.no_grad()
    def estimates(self, **read: Sequence[torch.Tensor]) -> torch.Tensor:
        """float32 [N, K, P, Q]. read: as in forward()."""
        ifmap = maps(read["ifmap"], self.forms["ifmap"])
        assert ifmap is not None
        values = self.sums(ifmap).double() + self.bias.double()[:, None, None]
        residual = maps(read["residual"], self.forms.get("residual", ()))
        if residual is not None:
            values = values + residual.double()
        return values.float()

    @torch.no_grad()
    def gated(self, values: torch.Tensor, **read: Sequence[torch.Tensor]) -> torch.Tensor:
        """Which of the outputs [N, K, P, Q] are gated; of the values it looks at none."""
        return self.estimates(**read) <= self.thresholds[:, None, None]

    def extra_repr(self) -> str:
        """What print(module) adds."""
        return "%s, %s" % (self.settings.name, self.settings.policy)
