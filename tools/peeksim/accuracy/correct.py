"""Corrects a network for prediction: per channel a scale and a shift of each convolution, so that
its outputs after gated layers have the same mean and deviation as in the unmodified network. No
labels, no training; folded into weights and biases.
"""
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import fx, nn

from ..trace.layers import Layer
from ..trace.loading import Samples
from . import cost
from .activation import PeekActivation
from .insert import Network, Predicted

Parts = list[torch.Tensor]  # a node's value for each batch
Terms = tuple[torch.Tensor, torch.Tensor]  # (scale, shift) per channel
Correction = Callable[[str, Parts, Parts], Terms | None]


def _modules(module: nn.Module) -> dict[str, nn.Module]:
    return dict(module.named_modules())


def foldable(network: Network) -> dict[str, tuple[nn.Conv2d, nn.BatchNorm2d | None]]:
    """{layer name: (convolution, the batch-norm that takes its shift, or None)}"""
    modules, found = _modules(network.module), {}
    for layer in network.layers:
        conv = modules.get(layer.node.target) if layer.node.op == "call_module" else None
        if layer.kind != "conv" or not isinstance(conv, nn.Conv2d):
            continue
        readers = [modules.get(n.target) for n in layer.node.users if n.op == "call_module"]
        norm = readers[0] if len(readers) == 1 and len(layer.node.users) == 1 else None
        norm = norm if isinstance(norm, nn.BatchNorm2d) and norm.running_mean is not None else None
        if conv.bias is not None or norm is not None:
            found[layer.name] = (conv, norm)
    return found


def fold(
    conv: nn.Conv2d, norm: nn.BatchNorm2d | None, scale: torch.Tensor, shift: torch.Tensor
) -> None:
    """Lets the convolution give scale . y + shift where it gave y."""
    with torch.no_grad():
        conv.weight *= scale[:, None, None, None]
        if conv.bias is not None:
            conv.bias.copy_(conv.bias * scale + shift)
        elif norm is not None:
            norm.running_mean -= shift


class _TwoNetworks:
    """Runs the plain and the predicting network in lockstep, node by node, over all batches."""

    def __init__(
        self,
        module: fx.GraphModule,
        layers: Sequence[Layer],
        activations: Mapping[str, PeekActivation],
        batches: Parts,
    ) -> None:
        self.module, self.modules = module, _modules(module)
        self.nodes = list(module.graph.nodes)
        self.convs = {l.node: l.name for l in layers}
        self.gates = {l.value: activations[l.name] for l in layers if l.name in activations}
        self.batches = batches
        self.last = {a: i for i, n in enumerate(self.nodes) for a in n.all_input_nodes}

    def run(self, corrected: Correction, show: Callable[[int, int], None]) -> None:
        """corrected(name, plain, gated) -> (scale, shift) of a convolution's outputs."""
        plain: dict[fx.Node, Parts] = {}
        gated: dict[fx.Node, Parts] = {}
        for i, node in enumerate(self.nodes):
            show(i, len(self.nodes))
            if node.op == "placeholder":
                plain[node] = gated[node] = self.batches
                continue
            plain[node] = [self._value(node, plain, j) for j in range(len(self.batches))]
            gated[node] = [self._value(node, gated, j) for j in range(len(self.batches))]
            if node in self.convs:
                both = corrected(self.convs[node], plain[node], gated[node])
                if both is not None:
                    scale, shift = (v[:, None, None] for v in both)
                    gated[node] = [v * scale + shift for v in gated[node]]
            if node in self.gates:
                gated[node] = [self.gates[node](v) for v in gated[node]]
            for done in [n for n in plain if self.last.get(n, i) <= i]:
                del plain[done], gated[done]

    def _value(self, node: fx.Node, values: Mapping[fx.Node, Any], j: int) -> Any:
        args, named = (fx.node.map_arg(a, lambda n: values[n][j]) for a in (node.args, node.kwargs))
        if node.op == "call_module":
            return self.modules[node.target](*args, **named)
        if node.op == "call_function":
            return node.target(*args, **named)
        if node.op == "call_method":
            return getattr(args[0], node.target)(*args[1:], **named)
        if node.op == "get_attr":
            value = self.module
            for part in node.target.split("."):
                value = getattr(value, part)
            return value
        return args[0]  # output


def _moments(parts: Parts) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and variance per channel of a list of [N, K, P, Q]."""
    count = sum(p.numel() for p in parts) / parts[0].shape[1]
    mean: torch.Tensor = sum(p.double().sum((0, 2, 3)) for p in parts) / count
    square: torch.Tensor = sum(p.double().pow(2).sum((0, 2, 3)) for p in parts) / count
    return mean, (square - mean**2).clamp(min=0)


def correct(
    network: Network,
    predicted: Predicted,
    samples: Samples,
    batch: int,
    show: Callable[[int, int], None] = lambda done,
    of: None,
    max_scale: float = 2.0,
) -> dict[str, Terms]:
    """Changes the network's weights for the gates of `predicted`; returns {layer: (scale, shift)}.

    Memory holds a few layers' outputs for all images. `max_scale`: bound of the scales and of their
    inverses.
    """
    places = foldable(network)
    found: dict[str, Terms] = {}

    def corrected(name: str, plain: Parts, gated: Parts) -> Terms | None:
        if name not in places:
            return None
        mean, variance = _moments(plain)
        mean_now, variance_now = _moments(gated)
        scale = (variance / variance_now.clamp(min=1e-20)).sqrt().clamp(1 / max_scale, max_scale)
        scale = torch.where(variance_now < 1e-12, torch.ones_like(scale), scale)
        found[name] = (scale.float(), (mean - scale * mean_now).float())
        return found[name]

    with torch.no_grad():
        batches = list(cost.batches(samples, batch, network.device))
        both = _TwoNetworks(network.module, network.layers, predicted.activations, batches)
        both.run(corrected, show)
    for name, (scale, shift) in found.items():
        fold(*places[name], scale, shift)
    return found
