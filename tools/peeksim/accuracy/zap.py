"""ZAP: a small network per layer that says which of the outputs that are not computed first are
zero (Shomron, Banner, Shkolnik, Weiser, Thanks for Nothing, ECCV 2020, arXiv 1909.07636).

Two depthwise 3x3 convolutions with batch-norm and a ReLU between them take what is computed first,
before its ReLU and 0 elsewhere, to a score per output; an output whose score is at or below the
layer's threshold is taken for zero. It learns without labels, layer by layer, to tell the plain
network's positive outputs from the others. Batch-norm is folded into the first convolution.
"""
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..errors import USAGE, ExtractError
from ..trace.analyse import ofmap_shape
from ..trace.layers import Layer
from . import cost, distil
from .calibrate import Calibration
from .insert import Network
from .patterns import Pattern
from .predictor import Cost, Predictor
from .settings import LayerSettings

# Which positions are computed first, by name: of the position's row and column.
FIRST: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "checkerboard": lambda row, col: (row + col) % 2 == 0,  # 50 %
    "thirds": lambda row, col: (row + col) % 3 == 0,  # 33 %
    "quarter": lambda row, col: (row % 2 == 0) & (col % 2 == 0),  # 25 %
}
GRID = [x / 4 for x in range(-32, 17)]  # thresholds of a score that are tried


def first_of(name: str, P: int, Q: int) -> torch.Tensor:
    """bool [P, Q]"""
    return FIRST[name](torch.arange(P)[:, None], torch.arange(Q)[None])


class Folded(NamedTuple):
    """A layer's small network; every value belongs to a channel."""

    first: torch.Tensor  # [K, 1, 3, 3]
    shift: torch.Tensor  # [K]
    second: torch.Tensor  # [K, 1, 3, 3]
    bias: torch.Tensor  # [K]

    def scores(self, seen: torch.Tensor) -> torch.Tensor:
        """[N, K, P, Q] -> the same shape. seen: 0 where not computed first."""
        kept = [part.to(seen) for part in self]
        hidden = F.conv2d(seen, kept[0], kept[1], padding=1, groups=seen.shape[1]).relu()
        return F.conv2d(hidden, kept[2], kept[3], padding=1, groups=seen.shape[1])


class Zap(Predictor):
    """The predictor of a network."""

    name = "zap"

    def __init__(
        self,
        pattern: str,
        layers: Mapping[str, Folded],
        thresholds: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """thresholds: of each layer one, or one per channel; -inf: none is predicted. Where the
        settings of a layer have thresholds, these count."""
        self.pattern, self.layers = pattern, dict(layers)
        self.thresholds = {n: list(t) for n, t in (thresholds or {}).items()}

    def predicts(self, layer: LayerSettings) -> bool:
        return layer.name in self.layers

    def first(self, layer: LayerSettings) -> torch.Tensor:
        return first_of(self.pattern, *layer.shape[1:])

    def gated(self, layer: LayerSettings, values: torch.Tensor) -> torch.Tensor:
        own = layer.thresholds or self.thresholds.get(layer.name, [0.0])
        limits = values.new_tensor([-math.inf if t is None else t for t in own])
        return self.layers[layer.name].scores(values) <= limits[:, None, None]

    def cost(self, layer: LayerSettings) -> Cost:
        """The second convolution's nine products, and the part of the first one, which is computed
        for every output, but only where its inputs are computed first."""
        first = float(self.first(layer).double().mean())
        return Cost(9 + math.ceil(9 * first / max(1e-9, 1 - first)), 1)

    def __repr__(self) -> str:
        return "zap %s %s" % (self.pattern, sorted(self.thresholds.items()))

    def bytes(self) -> bytes:
        """As a file, which load() reads."""
        arrays: dict[str, Any] = {}
        for number, (name, folded) in enumerate(self.layers.items()):
            for part, value in folded._asdict().items():
                arrays["%04d.%s" % (number, part)] = value.detach().cpu().numpy()
            arrays["%04d.threshold" % number] = np.array(self.thresholds.get(name, [0.0]))
        head = {"format": "peeksim-zap", "pattern": self.pattern, "layers": list(self.layers)}
        arrays["head"] = np.array(json.dumps(head))
        data = io.BytesIO()
        np.savez_compressed(data, **arrays)
        return data.getvalue()


def load(path: str) -> Zap:
    """A file that tools/peek_zap.py wrote. Throws ExtractError(USAGE)."""
    try:
        with np.load(path) as arrays:
            head = json.loads(str(arrays["head"]))
            if head["format"] != "peeksim-zap":
                raise ValueError("its format is %s" % head["format"])
            layers, thresholds = {}, {}
            for number, name in enumerate(head["layers"]):
                parts = (torch.from_numpy(arrays["%04d.%s" % (number, p)]) for p in Folded._fields)
                layers[name] = Folded(*parts)
                thresholds[name] = arrays["%04d.threshold" % number].tolist()
            return Zap(head["pattern"], layers, thresholds)
    except (OSError, KeyError, ValueError) as e:
        raise ExtractError(USAGE, "%s is no file of tools/peek_zap.py: %s" % (path, e)) from e


class Learner(nn.Module):
    """A layer's small network while it learns. In the beginning its score is a mean of the
    outputs around, in units of their size."""

    def __init__(self, unit: torch.Tensor, seed: int) -> None:
        """unit: [K], the root mean square of each channel's values."""
        super().__init__()
        K = len(unit)
        generator = torch.Generator().manual_seed(seed)
        near = torch.tensor([[0.0, 0.25, 0.0], [0.25, 1.0, 0.25], [0.0, 0.25, 0.0]])
        self.register_buffer("unit", unit)
        self.first, self.second = (
            nn.Parameter(start + 0.02 * torch.randn((K, 1, 3, 3), generator=generator))
            for start in (near, torch.eye(3)[1][:, None] * torch.eye(3)[1])
        )
        self.norm = nn.BatchNorm2d(K)
        nn.init.ones_(self.norm.bias)
        self.bias = nn.Parameter(-torch.ones(K))

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """[N, K, P, Q] -> the same shape, in training: batch-norm takes the batch's statistics."""
        groups = seen.shape[1]
        scaled = seen / self.unit[:, None, None]
        hidden = self.norm(F.conv2d(scaled, self.first, padding=1, groups=groups)).relu()
        return F.conv2d(hidden, self.second, self.bias, padding=1, groups=groups)

    @torch.no_grad()
    def folded(self) -> Folded:
        """Without batch-norm and unit."""
        norm = self.norm
        assert norm.running_mean is not None and norm.running_var is not None
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        return Folded(
            self.first * (scale / self.unit)[:, None, None, None],
            norm.bias - norm.running_mean * scale,
            self.second.clone(),
            self.bias.clone(),
        )


class Recipe(NamedTuple):
    """How long and how boldly the small networks learn."""

    steps: int = 200
    batch: int = 16  # images a step
    rate: float = 0.02  # Adam's, at its largest
    side: int = 28  # larger maps are learned from a part of that side, at a random place
    seed: int = 0


def part_of(size: int, side: int, generator: torch.Generator) -> slice:
    """A random part of a row or column of that size."""
    side = min(size, side)
    start = int(torch.randint(size - side + 1, (1,), generator=generator))
    return slice(start, start + side)


def loss_of(learner: Learner, value: torch.Tensor, first: torch.Tensor) -> torch.Tensor:
    """How badly the scores tell positive outputs from others, where they are not computed first. A
    positive output counts by its size, up to four times the channel's."""
    score = learner(value.masked_fill(~first, 0))
    size = (value / learner.unit[:, None, None]).clamp(max=4)
    weight = torch.where(value > 0, size, torch.full_like(size, 0.5)) * ~first
    apart = F.binary_cross_entropy_with_logits(score, (value > 0).to(score), reduction="none")
    return (weight * apart).sum() / weight.sum().clamp(min=1e-9)


class Learning:
    """The small networks of all layers while they learn; state() can be kept, and gone on from."""

    def __init__(
        self, network: Network, layers: Sequence[Layer], units: Mapping[str, torch.Tensor],
        recipe: Recipe,
    ) -> None:
        """units: of cost.units."""
        self.network, self.layers, self.recipe, self.step = network, layers, recipe, 0
        self.learners = nn.ModuleList(Learner(units[l.name], i) for i, l in enumerate(layers))
        self.learners.to(network.device)
        self.optimizer = torch.optim.Adam(self.learners.parameters(), recipe.rate)

    def state(self) -> dict[str, Any]:
        """Everything that another one needs to go on, for torch.save."""
        return {
            "step": self.step,
            "learners": self.learners.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Goes on from the state() of another one."""
        self.step = state["step"]
        self.learners.load_state_dict(state["learners"])
        self.optimizer.load_state_dict(state["optimizer"])

    def run(
        self,
        images: Sequence[torch.Tensor],
        pattern: str,
        mirror: bool,
        show: Callable[[int], None] = lambda done: None,
    ) -> dict[str, Folded]:
        """{layer name: its small network} after all steps. images: [C, H, W] each; show(steps
        done), after each of them."""
        given = distil.Recipe(
            steps=self.recipe.steps,
            batch=self.recipe.batch,
            rate=self.recipe.rate,
            mirror=mirror,
            seed=self.recipe.seed,
        )
        batches = distil.batches(images, given, torch.Generator().manual_seed(given.seed))
        for step, x in enumerate(batches):
            if step < self.step:
                continue
            for group in self.optimizer.param_groups:
                group["lr"] = distil.rate_at(step, given)
            self._learn(x.to(self.network.device), pattern)
            self.step = step + 1
            show(self.step)
        return {l.name: o.eval().folded() for l, o in zip(self.layers, self.learners)}

    def _learn(self, x: torch.Tensor, pattern: str) -> None:
        generator = torch.Generator().manual_seed(self.recipe.seed * 1000003 + self.step)
        with torch.no_grad():
            values = cost.values_of(self.network.module, self.layers, x)[1]
        self.optimizer.zero_grad()
        for layer, learner in zip(self.layers, self.learners):
            value = cost.map_of(layer, values[layer.name])
            first = first_of(pattern, *value.shape[2:]).to(value.device)
            rows, cols = (part_of(n, self.recipe.side, generator) for n in value.shape[2:])
            with torch.enable_grad():
                loss_of(learner, value[:, :, rows, cols], first[rows, cols]).backward()
        self.optimizer.step()


class Measured:
    """What the thresholds of a layer's score save and cost, over images: as cost.Measured."""

    def __init__(self, folded: Folded, pattern: str, by_channel: bool) -> None:
        self.folded, self.first, self.by_channel = folded, pattern, by_channel
        self.pattern = Pattern(pattern, 1, 1, (), "")
        self.grid = torch.tensor(GRID)
        self.images = 0
        self.lost: Any = 0  # [K, B]: squared sums of what is lost
        self.gated: Any = 0  # [K, B]: outputs that are gated

    def add(self, values: torch.Tensor, moved: torch.Tensor) -> None:
        """values [N, K, P, Q]; moved: gradient . y where y is positive, else 0."""
        first = first_of(self.first, *values.shape[2:]).to(values.device)
        with torch.no_grad():
            scores = self.folded.scores(values.masked_fill(~first, 0))[:, :, ~first]
        grid = self.grid.to(values)
        bins = torch.bucketize(scores, grid)  # at or below grid[bin], above the one before
        N, K = values.shape[:2]

        def below(what: torch.Tensor) -> torch.Tensor:
            """Sums of [N, K, outputs] at or below each threshold, [N, K, B]."""
            sums = what.new_zeros(N, K, len(grid) + 1)
            return sums.scatter_add_(2, bins, what).cumsum(2)[..., :-1]

        self.lost = self.lost + below(moved[:, :, ~first]).pow(2).sum(0).double()
        self.gated = self.gated + below(torch.ones_like(scores)).sum(0).double()
        self.images += N

    def curves(self, macs_per_output: int) -> cost.Curves:
        """The Curves of a layer whose outputs take so many MACs; [K, B], or [1, B] of all channels
        together."""
        lost, gated = (
            x if self.by_channel else x.sum(0, keepdim=True) for x in (self.lost, self.gated)
        )
        return cost.Curves(
            self.grid.expand(len(lost), -1).to(lost),
            gated * macs_per_output / self.images,
            0.5 * lost / self.images,
        )


def layers_of(network: Network) -> list[Layer]:
    """The layers that are predicted: all but the first that a ReLU follows and that have a map."""
    first = min(network.layers, key=lambda l: l.order)
    return [
        l
        for l in network.layers
        if l.activation != "none"
        and l is not first
        and math.prod(ofmap_shape(l, network.analysis)[1:]) > 1
    ]


class ZapCalibration(Calibration):
    """Chooses the thresholds of a Zap as those of peeks are chosen."""

    def __init__(self, *given: Any, by_channel: bool = False) -> None:
        """given: as Calibration has it; by_channel: a threshold for each channel and not for each
        layer."""
        self.by_channel = by_channel
        super().__init__(*given)

    def measure(
        self, candidates: Sequence[Pattern], show: Callable[[int], None]
    ) -> Mapping[str, Sequence[Measured]]:
        """What the thresholds of each layer save and cost."""
        zap = self.machine.predictor
        measured = {
            l.name: [Measured(zap.layers[l.name], zap.pattern, self.by_channel)]
            for l in self.layers
        }
        cost.collect(
            self.network,
            self.layers,
            measured,
            lambda: self.chosen_on,
            self.batch,
            self.mirror,
            show,
        )
        return measured
