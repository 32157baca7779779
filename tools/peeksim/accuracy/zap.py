"""ZAP: how the small networks of policy zap (policies/zap.py) learn, and how thresholds of their
scores are chosen (Shomron, Banner, Shkolnik, Weiser, Thanks for Nothing, ECCV 2020,
arXiv 1909.07636).

Two depthwise 3x3 convolutions with batch-norm and a ReLU between them take what is computed first,
before its ReLU and 0 elsewhere, to a score per output. They learn without labels, layer by layer,
to tell the plain network's positive outputs from the others. Batch-norm is folded into the first
convolution.
"""
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from ..errors import MODEL, ExtractError
from ..trace.analyse import ofmap_shape
from ..trace.layers import Layer
from . import cost, distil
from .calibrate import Calibration, Trial
from .choose import Choice
from .files import sha256_of
from .insert import Network
from .patterns import Pattern
from .policies.zap import FIRST, Folded, Networks, first_of
from .settings import LayerSettings, MachineSettings

GRID = [x / 4 for x in range(-32, 17)]  # thresholds of a score that are tried


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
            self.first[:, 0] * (scale / self.unit)[:, None, None],
            norm.bias - norm.running_mean * scale,
            self.second[:, 0].clone(),
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


def with_networks(network: Network, machine: str, path: str) -> MachineSettings:
    """MachineSettings of a machine file with policy zap and the networks file at `path`. Throws
    ExtractError."""
    told = {"policy": "zap", "zap_file": path, "zap_sha256": sha256_of(path)}
    # A --set is YAML, which JSON is.
    return network.resolve(
        machine, ["prediction.%s=%s" % (key, json.dumps(value)) for key, value in told.items()]
    )


def unlearned(network: Network, machine: str) -> MachineSettings:
    """MachineSettings of a machine file with policy zap, as if there were a small network for every
    layer that a ReLU follows and that has a map. Throws ExtractError, before anything is
    learned."""
    layers = {}
    for layer in network.layers:
        K, P, Q = ofmap_shape(layer, network.analysis)
        if layer.activation != "none" and P * Q > 1:
            kernel, bias = torch.zeros(K, 3, 3), torch.zeros(K)
            layers[layer.name] = Folded(kernel, bias, kernel, bias)
    if not layers:
        raise ExtractError(MODEL, "no layer has a ReLU and a map: nothing to predict")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "zap.h5")
        Networks(next(iter(FIRST)), layers).save(path)
        return with_networks(network, machine, path)


class ZapCalibration(Calibration):
    """Chooses the thresholds of scores as those of peeks are chosen."""

    POLICY = "zap"
    ABOUT = (
        "Written by tools/peek_zap.py: what the small networks' scores are compared with, chosen",
        "for the least cost to the network's answers on unlabelled images.",
    )

    def __init__(self, networks: Networks, path: str, by_channel: bool, *given: Any) -> None:
        """networks: those in the file at `path`; by_channel: a threshold for each channel and not
        for each layer; given: as Calibration has it."""
        self.networks, self.path, self.by_channel = networks, path, by_channel
        super().__init__(*given)

    def measure(
        self, candidates: Sequence[Pattern], show: Callable[[int], None]
    ) -> Mapping[str, Sequence[Measured]]:
        """What the thresholds of each layer save and cost."""
        measured = {
            s.name: [Measured(self.networks.of(s), self.networks.pattern, self.by_channel)]
            for s in self.machine.layers
            if s.policy == self.POLICY
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

    def with_choice(self, layer: LayerSettings, choice: Choice) -> LayerSettings:
        """The settings of a layer with its choice: windows and peeks do nothing here."""
        return layer._replace(thresholds=choice.limits(layer.shape[0]))

    def keys_of(self, trial: Trial) -> list[str]:
        """The lines of the section `prediction`, besides the thresholds. The networks file is in
        the machine file's folder."""
        return [
            "policy: zap",
            "zap_file: %s" % json.dumps(os.path.basename(self.path)),
            "zap_sha256: %s" % json.dumps(sha256_of(self.path)),
        ]
