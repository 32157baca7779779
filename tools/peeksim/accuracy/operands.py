"""What the policies of zero prediction may look at beside a layer's values."""
from collections.abc import Sequence

import torch

from ..errors import MODEL, ExtractError
from ..trace.layers import Analysis, Layer
from ..trace.recording import Form, Keys, maps_of, sum_of
from ..trace.weights import folded, why_not_foldable


class Operands:
    """Of one layer, as its trace has them."""

    def __init__(self, layer: Layer, analysis: Analysis) -> None:
        self.layer, self.analysis = layer, analysis
        self.keys: dict[str, Keys] = analysis.keys(layer)
        # How each is to be read, for maps().
        self.forms: dict[str, Form] = {name: keys[0].form for name, keys in self.keys.items()}
        self.geometry = layer.geometry

    @property
    def features(self) -> bool:
        """Whether the channels of the layer's values come last."""
        return bool(self.layer.form[0] == "features")

    def weights(self, policy: str) -> tuple[torch.Tensor, torch.Tensor]:
        """(weight [K, C/groups, R, S], bias [K]) with batch-norm folded in, as float32. Throws
        ExtractError(MODEL): there are none."""
        why_not = why_not_foldable(self.layer, self.analysis)
        if why_not:
            raise ExtractError(
                MODEL,
                "%s: prediction by %s needs its weights and bias, but they %s"
                % (self.layer.name, policy, why_not),
            )
        weight, bias = folded(self.layer, self.analysis)
        return torch.from_numpy(weight).float(), torch.from_numpy(bias).float()

    def require_apart(self, policy: str) -> None:
        """Throws ExtractError(MODEL) unless the layer's value is the sum of its products and its
        residual."""
        if not self.layer.foldable:
            raise ExtractError(
                MODEL,
                "%s: prediction by %s needs its residual apart, which a batch-norm after the "
                "addition, or a scaled addition, hides" % (self.layer.name, policy),
            )


def maps(parts: Sequence[torch.Tensor], form: Form) -> torch.Tensor | None:
    """The values of nodes as one [N, C, H, W]: of several the sum, in float64; None: of none."""
    return maps_of(sum_of(parts).detach(), form) if parts else None
