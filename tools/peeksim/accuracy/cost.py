"""Estimates what gating costs and saves, for every layer, channel, pattern and threshold, without
labels.

The cost of losing outputs y is how far it moves the network's output: half of the quadratic form of
the Fisher information of the class probabilities with the change of the scores, to first order J y.
That is the second-order term of the divergence between the outputs with and without the loss. The
losses of a channel in one image are summed before squaring, since they err in the same direction.
"""
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import fx

from ..trace.layers import Layer
from ..trace.loading import Samples
from ..trace.recording import Run
from . import patterns
from .activation import as_map
from .patterns import Pattern

if TYPE_CHECKING:
    from .insert import Network


class Curves(NamedTuple):
    """What the thresholds of one layer and pattern save and cost; each is [K, B]."""

    thresholds: torch.Tensor  # ascending
    saved: torch.Tensor  # MACs an image
    # What gating every window whose largest peek is at or below the threshold costs, nats an image.
    cost: torch.Tensor


# Thresholds that are tried, in units of the root mean square of a channel's values.
GRID = [
    -3.0,
    -2.0,
    -1.5,
    -1.2,
    -1.0,
    -0.8,
    -0.6,
    -0.5,
    -0.4,
    -0.3,
    -0.25,
    -0.2,
    -0.15,
    -0.1,
    -0.05,
] + [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0]

# The probability that is spread over all classes: where p is exactly 1 in floating point, no change
# of the scores would otherwise cost anything.
SMOOTHING = 1e-4


class Measured:
    """Sums over images for one layer and pattern."""

    def __init__(self, pattern: Pattern, thresholds: torch.Tensor) -> None:
        self.pattern, self.thresholds = pattern, thresholds
        self.images = 0
        self.lost: Any = 0  # [K, B]: squared sums of what is lost
        self.neighbors: Any = 0  # [K, B]: outputs that are gated

    def add(self, values: torch.Tensor, moved: torch.Tensor) -> None:
        """values [N, K, P, Q]; moved: gradient . y where y is positive, else 0."""
        peeks, others = patterns.split(self.pattern)
        largest = patterns.windows(values, self.pattern, float("-inf"))[..., peeks].amax(-1)
        largest = largest.masked_fill(largest == float("-inf"), float("inf"))  # no existing peek
        moved = patterns.windows(moved, self.pattern, 0.0)[..., others]
        exists = patterns.windows(torch.ones_like(values[:1, :1]), self.pattern, 0.0)[..., others]
        N, K = values.shape[:2]
        by_channel = largest.flatten(2).transpose(0, 1)  # [K, N, windows]
        bins = torch.searchsorted(self.thresholds, by_channel.reshape(K, -1).contiguous())
        bins = bins.reshape(K, N, -1)

        def below(what: torch.Tensor) -> torch.Tensor:
            """Sums of [N, K, rows, cols] over the windows at or below each threshold, [K, N, B]."""
            what = what.flatten(2).transpose(0, 1)
            sums = what.new_zeros(K, N, self.thresholds.shape[1] + 1)
            return sums.scatter_add_(2, bins, what.contiguous()).cumsum(2)[..., :-1]

        self.lost = self.lost + below(moved.sum(-1)).pow(2).sum(1).double()
        count = exists.sum(-1).expand(N, K, -1, -1)
        self.neighbors = self.neighbors + below(count).sum(1).double()
        self.images += N

    def curves(self, macs_per_output: int) -> Curves:
        """The Curves of a layer whose outputs take so many MACs."""
        return Curves(
            self.thresholds,
            self.neighbors * macs_per_output / self.images,
            0.5 * self.lost / self.images,
        )


def batches(samples: Samples, size: int, device: Any) -> Iterator[torch.Tensor]:
    """[N, C, H, W] tensors of `size` images."""
    ready = []
    for sample in samples():
        ready.append(sample.tensor)
        if len(ready) == size:
            yield torch.stack(ready).to(device=device, dtype=torch.float32)
            ready = []
    if ready:
        yield torch.stack(ready).to(device=device, dtype=torch.float32)


def values_at(
    module: fx.GraphModule, names: Mapping[str, str], x: torch.Tensor
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The scores, and the values of the nodes so named, by what `names` calls them."""
    found = {}

    def show(node: fx.Node, value: Any) -> None:
        if node.name in names:
            found[names[node.name]] = value

    return Run(module, show).run(x), found


def values_of(
    module: fx.GraphModule, layers: Sequence[Layer], x: torch.Tensor
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The scores, and what enters the activation of each of the layers."""
    return values_at(module, {layer.value.name: layer.name for layer in layers}, x)


def map_of(layer: Layer, value: torch.Tensor) -> torch.Tensor:
    """What enters the layer's activation as [N, K, P, Q]."""
    return as_map(value, layer.form[0] == "features")


def direction_of(scores: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A random direction of the scores [N, classes] whose covariance is the Fisher information of
    the classes, diag(p) - p p'. Drawing a class has the same expectation, but with a
    confident network it nearly always draws the class with zero gradient, so that the estimate
    would rest on few images."""
    p = (1 - SMOOTHING) * scores.softmax(1) + SMOOTHING / scores.shape[1]
    drawn = torch.randn(scores.shape, generator=generator).to(scores.device)
    spread = p.sqrt() * drawn
    return spread - p * spread.sum(1, keepdim=True)


def units(
    network: "Network",
    layers: Sequence[Layer],
    samples: Samples,
    batch: int,
    show: Callable[[int], None] = lambda done: None,
) -> dict[str, torch.Tensor]:
    """{layer name: [K], the root mean square of each channel's values} of at most 100 images."""
    squares: dict[str, Any] = {layer.name: 0 for layer in layers}
    images = 0
    with torch.no_grad():
        for x in batches(samples, batch, network.device):
            values = values_of(network.module, layers, x)[1]
            for layer in layers:
                value = map_of(layer, values[layer.name])
                squares[layer.name] = squares[layer.name] + value.pow(2).mean((2, 3)).sum(0)
            images += len(x)
            show(images)
            if images >= 100:  # enough for a unit
                break
    return {name: (s / images).sqrt().clamp(min=1e-9) for name, s in squares.items()}


def collect(
    network: "Network",
    layers: Sequence[Layer],
    measured: Mapping[str, Sequence[Any]],
    samples: Samples,
    batch: int,
    mirror: bool,
    show: Callable[[int], None] = lambda done: None,
    seed: int = 0,
) -> None:
    """Gives all images and, with `mirror`, their mirror images to what is to be measured, by layer
    name: add(values, moved), as Measured has it."""
    generator = torch.Generator().manual_seed(seed)
    done = 0
    seen = batches(samples, batch, network.device)
    for x in (y for x in seen for y in ((x, x.flip(-1)) if mirror else (x,))):
        with torch.enable_grad():
            scores, values = values_of(network.module, layers, x.requires_grad_(True))
            direction = direction_of(scores.detach(), generator)
            along = (direction * scores).sum()
            gradients = torch.autograd.grad(along, [values[l.name] for l in layers])
        for layer, gradient in zip(layers, gradients):
            value, gradient = (map_of(layer, t) for t in (values[layer.name].detach(), gradient))
            for one in measured[layer.name]:
                one.add(value, gradient * value.clamp(min=0))
        done += len(x)
        show(done)


def measure(
    network: "Network",
    layers: Sequence[Layer],
    candidates: Sequence[Pattern],
    samples: Samples,
    batch: int,
    mirror: bool,
    show: Callable[[int], None] = lambda done: None,
    seed: int = 0,
) -> dict[str, list[Measured]]:
    """{layer name: [Measured per candidate]} over the images and, with `mirror`, their mirror
    images: the estimate gains more from other images than from anything else.

    layers: of network.layers, those that may be predicted, with maps of more than one output.
    """
    grid = torch.tensor(GRID, device=network.device)
    measured = {
        name: [Measured(p, (unit[:, None] * grid).contiguous()) for p in candidates]
        for name, unit in units(network, layers, samples, batch, show).items()
    }
    collect(network, layers, measured, samples, batch, mirror, show, seed)
    return measured
