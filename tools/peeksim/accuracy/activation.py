"""Gates before activations: PeekActivation, the simulator's prediction rule (docs/machine.md,
section 2) in tensor operations, and PredictorActivation, which asks a predictor of one's own.

Invariant: on the same float32 values a PeekActivation gates exactly the outputs that sim/skip
gates.
"""
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from .predictor import Predictor, checked_first, require_bool
from .settings import LayerSettings

COUNTS = ("outputs", "gated", "false_zero")


def as_map(x: torch.Tensor, features: bool) -> torch.Tensor:
    """What enters an activation as [N, K, P, Q], as the trace extractor's form_of has it for one
    image: [N, K, P, Q], [N, K, Q], or with `features` [N, ..., K]."""
    if features:
        x = x.movedim(-1, 1)
        x = x[..., None] if x.dim() == 2 else x if x.dim() == 4 else x.flatten(2)
        return x if x.dim() == 4 else x[..., None]
    return x if x.dim() == 4 else x[:, :, None]


class Gate(nn.Module):
    """Stands before an activation and sets the outputs that are predicted zero to 0.

    It reads what enters the activation, [N, K, P, Q], or a fully connected layer's [N, ..., K].
    In training the mask is treated as constant: the gradient passes where a value was computed, and
    is 0 where it was gated (those MACs are never executed, so no weight can be held to account).
    Between reset() and totals() it counts, over all forward passes.
    """

    def __init__(self, settings: LayerSettings, features: bool = False) -> None:
        """settings: of a layer that is predicted; features: the channels come last."""
        super().__init__()
        self.settings, self.features = settings, features
        # Since reset(), of each image what is gated, packed into bits; None: it is not kept.
        self.kept: list[bytes] | None = None
        self.register_buffer(
            "counts", torch.zeros(len(COUNTS), dtype=torch.int64), persistent=False
        )

    def forward(self, x: torch.Tensor, stored: torch.Tensor | None = None) -> torch.Tensor:
        """stored: x as the hardware stores it, for the decision, when that is rounded."""
        values = as_map(x.detach() if stored is None else stored, self.features)
        mask = self.gated(values)
        if self.kept is not None:
            self.kept += [np.packbits(image).tobytes() for image in mask.cpu().numpy()]
        self.counts += torch.stack(
            [
                torch.tensor(mask.numel(), device=mask.device),
                mask.sum(),
                (mask & (values > 0)).sum(),
            ]
        )
        return x.masked_fill(self._from_map(mask, x.shape), 0)

    def reset(self) -> None:
        """Starts to count anew."""
        self.counts.zero_()
        if self.kept is not None:
            self.kept = []

    def totals(self) -> dict[str, int]:
        """{"outputs": seen, "gated": of those, "false_zero": of those gated, value > 0}"""
        return dict(zip(COUNTS, self.counts.tolist()))

    def gated(self, values: torch.Tensor) -> torch.Tensor:
        """Which of the values [N, K, P, Q] are predicted zero, as truth values."""
        raise NotImplementedError

    def _from_map(self, mask: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
        if not self.features:
            return mask.reshape(shape)
        return mask.flatten(2).movedim(1, -1).reshape(shape)


class PeekActivation(Gate):
    """A Gate that decides as the simulator does."""

    def __init__(self, settings: LayerSettings, features: bool = False) -> None:
        """settings: a LayerSettings whose policy predicts; features: the channels come last."""
        super().__init__(settings, features)
        if settings.policy not in ("peek", "oracle"):
            raise ValueError("%s: policy '%s' predicts nothing" % (settings.name, settings.policy))
        never = float("-inf")
        thresholds = [never if t is None else t for t in settings.thresholds]
        self.register_buffer(
            "thresholds", torch.tensor(thresholds, dtype=torch.float32), persistent=False
        )

    @torch.no_grad()
    def gated(self, values: torch.Tensor) -> torch.Tensor:
        """Which of the values [N, K, P, Q] are predicted zero, as truth values."""
        if self.settings.policy == "oracle":
            return values <= 0
        h, w = self.settings.window
        N, K, P, Q = values.shape
        rows, cols = -(-P // h), -(-Q // w)
        gated = torch.zeros_like(values, dtype=torch.bool)
        largest = values.new_full((N, K, rows, cols), float("-inf"))
        exists = torch.zeros((rows, cols), dtype=torch.bool, device=values.device)
        for i, j in self.settings.peeks:
            peek = values[:, :, i::h, j::w]  # those at the right and bottom edge may not exist
            r, c = peek.shape[2:]
            torch.maximum(largest[:, :, :r, :c], peek, out=largest[:, :, :r, :c])
            exists[:r, :c] = True
        predicted = (largest <= self.thresholds[:, None, None]) & exists
        for i in range(min(h, P)):
            for j in range(min(w, Q)):
                if (i, j) not in self.settings.peeks:
                    neighbor = gated[:, :, i::h, j::w]
                    neighbor.copy_(predicted[:, :, : neighbor.shape[2], : neighbor.shape[3]])
        return gated

    def extra_repr(self) -> str:
        """What print(module) adds."""
        s = self.settings
        return "%s, %s, window %dx%d, %d peeks" % ((s.name, s.policy) + s.window + (len(s.peeks),))


class PredictorActivation(Gate):
    """A Gate that asks a Predictor, and shows it nothing but what is computed first."""

    def __init__(
        self, predictor: Predictor, settings: LayerSettings, features: bool = False
    ) -> None:
        """Throws ExtractError(MODEL): the positions that are computed first are no [P, Q]."""
        super().__init__(settings, features)
        self.predictor = predictor
        self.register_buffer("first", checked_first(predictor, settings).clone(), persistent=False)

    @torch.no_grad()
    def gated(self, values: torch.Tensor) -> torch.Tensor:
        """Throws ExtractError(MODEL): the predictor's answer has another shape or type."""
        decided = self.predictor.gated(self.settings, values.masked_fill(~self.first, 0))
        require_bool(self.settings, "gated", decided, values.shape)
        return decided & ~self.first

    def extra_repr(self) -> str:
        """What print(module) adds."""
        return "%s, %s" % (self.settings.name, self.predictor.name)
