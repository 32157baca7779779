"""What gating costs and saves, for every layer, channel, pattern and threshold, without labels.

The cost of losing outputs is how far it moves the network's own answer: half the Fisher information
of the scores, E over images and over the network's own class probabilities of (d log p / dy . y)^2,
the second-order term of the divergence between what the network says with and without the loss. The
outputs that a channel loses in one image err in the same direction and so do not cancel: `together`
says how much they count as one sum rather than one by one.
"""
from collections import namedtuple

import torch

from trace_extractor.recording import Run

from . import patterns

# Of one layer and pattern. thresholds [K, B]: ascending; saved [K, B]: MACs an image; cost [K, B]:
# what gating every window whose largest peek is at or below the threshold costs, in nats an image.
Curves = namedtuple("Curves", "thresholds saved cost")

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


class Measured:
    """Sums over images for one layer and pattern."""

    def __init__(self, pattern, thresholds):
        self.pattern, self.thresholds = pattern, thresholds
        self.images = 0
        self.lost = self.lost_one_by_one = self.neighbors = 0

    def add(self, values, moved):
        """values [N, K, P, Q]; moved: d log p / dy . y where y is positive, else 0."""
        peeks, others = patterns.split(self.pattern)
        largest = patterns.windows(values, self.pattern, float("-inf"))[..., peeks].amax(-1)
        largest = largest.masked_fill(largest == float("-inf"), float("inf"))  # no existing peek
        moved = patterns.windows(moved, self.pattern, 0.0)[..., others]
        exists = patterns.windows(torch.ones_like(values[:1, :1]), self.pattern, 0.0)[..., others]
        N, K = values.shape[:2]
        by_channel = largest.flatten(2).transpose(0, 1)  # [K, N, windows]
        bins = torch.searchsorted(self.thresholds, by_channel.reshape(K, -1).contiguous())
        bins = bins.reshape(K, N, -1)

        def below(what):
            """Sums of [N, K, rows, cols] over the windows at or below each threshold, [K, N, B]."""
            what = what.flatten(2).transpose(0, 1)
            sums = what.new_zeros(K, N, self.thresholds.shape[1] + 1)
            return sums.scatter_add_(2, bins, what.contiguous()).cumsum(2)[..., :-1]

        self.lost = self.lost + below(moved.sum(-1)).pow(2).sum(1).double()
        self.lost_one_by_one = self.lost_one_by_one + below(moved.pow(2).sum(-1)).sum(1).double()
        count = exists.sum(-1).expand(N, K, -1, -1)
        self.neighbors = self.neighbors + below(count).sum(1).double()
        self.images += N

    def curves(self, macs_per_output, together):
        cost = together * self.lost + (1 - together) * self.lost_one_by_one
        return Curves(
            self.thresholds,
            self.neighbors * macs_per_output / self.images,
            0.5 * cost / self.images,
        )


def batches(samples, size, device):
    """[N, C, H, W] tensors of `size` images."""
    ready = []
    for sample in samples():
        ready.append(sample.tensor)
        if len(ready) == size:
            yield torch.stack(ready).to(device=device, dtype=torch.float32)
            ready = []
    if ready:
        yield torch.stack(ready).to(device=device, dtype=torch.float32)


def values_of(module, layers, x):
    """The scores, and what enters the activation of each of the layers."""
    names = {layer.value: layer.name for layer in layers}
    found = {}

    def show(node, value):
        if node in names:
            found[names[node]] = value

    return Run(module, show).run(x), found


def measure(network, layers, candidates, samples, batch, show=lambda done: None, seed=0):
    """{layer name: [Measured per candidate]} over the images.

    layers: of network.layers, those that may be predicted, with maps of more than one output.
    """
    generator = torch.Generator().manual_seed(seed)
    squares, images = {layer.name: 0 for layer in layers}, 0
    with torch.no_grad():
        for x in batches(samples, batch, network.device):
            for name, value in values_of(network.module, layers, x)[1].items():
                squares[name] = squares[name] + value.pow(2).mean((2, 3)).sum(0)
            images += len(x)
            show(images)
            if images >= 100:  # enough for a unit
                break
    grid = torch.tensor(GRID, device=network.device)
    units = {name: (s / images).sqrt().clamp(min=1e-9) for name, s in squares.items()}
    measured = {
        name: [Measured(p, (unit[:, None] * grid).contiguous()) for p in candidates]
        for name, unit in units.items()
    }
    done = 0
    for x in batches(samples, batch, network.device):
        with torch.enable_grad():
            scores, values = values_of(network.module, layers, x.requires_grad_(True))
            log_p = scores.log_softmax(1)
            drawn = torch.multinomial(log_p.detach().exp().cpu(), 1, generator=generator)
            said = log_p.gather(1, drawn.to(x.device)).sum()
            gradients = torch.autograd.grad(said, [values[l.name] for l in layers])
        for layer, gradient in zip(layers, gradients):
            value = values[layer.name].detach()
            for one in measured[layer.name]:
                one.add(value, gradient * value.clamp(min=0))
        done += len(x)
        show(done)
    return measured
