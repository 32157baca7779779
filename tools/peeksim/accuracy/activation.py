"""Gates before activations: PeekActivation, the simulator's prediction rule (docs/machine.md,
section 2) in tensor operations, and PredictorActivation, which asks a predictor of one's own.
Those of the other policies are in policies/.

Invariant: on the same float32 values a PeekActivation gates exactly the outputs that sim/skip
gates.
"""
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from ..trace.recording import maps_of
from .predictor import Predictor, checked_first, require_bool
from .settings import LayerSettings


def as_map(x: torch.Tensor, features: bool) -> torch.Tensor:
    """What enters an activation as [N, K, P, Q]: [N, K, P, Q], [N, K, Q], or with `features`
    [N, ..., K]."""
    return maps_of(x, ("features",) if features else ("map",))


def limits_of(settings: LayerSettings) -> torch.Tensor:
    """The thresholds as float32, [K] or [1]; -inf where nothing is predicted."""
    never = float("-inf")
    thresholds = [never if t is None else t for t in settings.thresholds]
    return torch.tensor(thresholds, dtype=torch.float32)


class Gate(nn.Module):
    """Stands before an activation and replaces some of the values that enter it.

    It reads [N, K, P, Q], or a fully connected layer's [N, ..., K]. Between reset() and totals() it
    counts, over all forward passes.
    """

    COUNTS: tuple[str, ...] = ("outputs",)  # the names in totals()
    # What forward() gets beside the value: "ifmap", "residual" or "products" of Analysis.keys().
    reads: tuple[str, ...] = ()
    decides = True  # whether it compares, so that it matters how the hardware stores what it reads
    weighs = False  # whether it holds weights of the network, as they were when it was made

    def __init__(self, settings: LayerSettings, features: bool = False) -> None:
        """settings: of a layer that is predicted; features: the channels come last."""
        super().__init__()
        self.settings, self.features = settings, features
        self.register_buffer(
            "counts", torch.zeros(len(self.COUNTS), dtype=torch.int64), persistent=False
        )

    def forward(
        self, x: torch.Tensor, stored: torch.Tensor | None = None, **read: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        """What enters the activation in the place of x. stored: x as the hardware stores it, for
        the decision, when that is rounded; read: what `reads` names, the values of all its
        nodes."""
        raise NotImplementedError

    def reset(self) -> None:
        """Starts to count anew."""
        self.counts.zero_()

    def totals(self) -> dict[str, int]:
        """{"outputs": seen, and the others of COUNTS}"""
        return dict(zip(self.COUNTS, self.counts.tolist()))

    def macs_saved(self) -> int:
        """MACs that were not executed."""
        raise NotImplementedError

    def _count(self, *numbers: int | torch.Tensor) -> None:
        self.counts += torch.stack([torch.as_tensor(n, device=self.counts.device) for n in numbers])

    def _from_map(self, values: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
        if not self.features:
            return values.reshape(shape)
        return values.flatten(2).movedim(1, -1).reshape(shape)


class ZeroGate(Gate):
    """A Gate that sets the outputs that are predicted zero to 0.

    In training the mask is treated as constant: the gradient passes where a value was computed, and
    is 0 where it was gated (those MACs are never executed, so no weight can be held to account).
    """

    COUNTS = ("outputs", "gated", "false_zero")  # false_zero: of those gated, value > 0

    def __init__(self, settings: LayerSettings, features: bool = False) -> None:
        """settings: of a layer that is predicted; features: the channels come last."""
        super().__init__(settings, features)
        # Since reset(), of each image what is gated, packed into bits; None: it is not kept.
        self.kept: list[bytes] | None = None

    def forward(
        self, x: torch.Tensor, stored: torch.Tensor | None = None, **read: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        """x with zeros where it is gated."""
        values = as_map(x.detach() if stored is None else stored, self.features)
        mask = self.gated(values, **read)
        if self.kept is not None:
            self.kept += [np.packbits(image).tobytes() for image in mask.cpu().numpy()]
        self._count(mask.numel(), mask.sum(), (mask & (values > 0)).sum())
        return x.masked_fill(self._from_map(mask, x.shape), 0)

    def reset(self) -> None:
        """Starts to count anew."""
        super().reset()
        if self.kept is not None:
            self.kept = []

    def macs_saved(self) -> int:
        """MACs that were not executed."""
        return self.totals()["gated"] * self.macs_per_gated

    @property
    def macs_per_gated(self) -> int:
        """MACs that a gated output saves."""
        return self.settings.macs_per_output

    def gated(self, values: torch.Tensor, **read: Sequence[torch.Tensor]) -> torch.Tensor:
        """Which of the values [N, K, P, Q] are predicted zero, as truth values. read: of
        forward()."""
        raise NotImplementedError


class PeekActivation(ZeroGate):
    """A Gate that decides as the simulator does, by policy peek or oracle."""

    def __init__(self, settings: LayerSettings, features: bool = False) -> None:
        """settings: a LayerSettings whose policy predicts; features: the channels come last."""
        super().__init__(settings, features)
        if settings.policy not in ("peek", "oracle"):
            raise ValueError("%s: policy '%s' predicts nothing" % (settings.name, settings.policy))
        self.register_buffer("thresholds", limits_of(settings), persistent=False)

    @torch.no_grad()
    def gated(self, values: torch.Tensor, **read: Sequence[torch.Tensor]) -> torch.Tensor:
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


class PredictorActivation(ZeroGate):
    """A Gate that asks a Predictor, and shows it nothing but what is computed first."""

    def __init__(
        self, predictor: Predictor, settings: LayerSettings, features: bool = False
    ) -> None:
        """Throws ExtractError(MODEL): the positions that are computed first are no [P, Q]."""
        super().__init__(settings, features)
        self.predictor = predictor
        self.register_buffer("first", checked_first(predictor, settings).clone(), persistent=False)

    @torch.no_grad()
    def gated(self, values: torch.Tensor, **read: Sequence[torch.Tensor]) -> torch.Tensor:
        """Throws ExtractError(MODEL): the predictor's answer has another shape or type."""
        decided = self.predictor.gated(self.settings, values.masked_fill(~self.first, 0))
        require_bool(self.settings, "gated", decided, values.shape)
        return decided & ~self.first

    def extra_repr(self) -> str:
        """What print(module) adds."""
        return "%s, %s" % (self.settings.name, self.predictor.name)
