"""Measures the effect of gating one layer on the network's output: the network runs with the
prediction of this layer alone, from its ofmap on.
"""
from collections.abc import Callable

import torch
from torch import fx

from ..trace.loading import Samples
from ..trace.recording import Run
from . import cost
from .insert import Network, Predicted


def downstream(graph: fx.Graph, node: fx.Node) -> set[fx.Node]:
    """The nodes that compute with the node's value, and the node."""
    found = {node}
    for other in graph.nodes:
        if found.intersection(other.all_input_nodes):
            found.add(other)
    return found


def divergence(plain: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """The Kullback-Leibler divergence of each image's scores [N, classes] from the plain ones, in
    nats."""
    log_p, log_q = plain.log_softmax(1), scores.log_softmax(1)
    return (log_p.exp() * (log_p - log_q)).sum(1).double()


@torch.no_grad()
def alone(
    network: Network,
    predicted: Predicted,
    samples: Samples,
    batch: int,
    max_images: int,
    show: Callable[[int], None] = lambda done: None,
) -> dict[str, float]:
    """{layer name: nats an image} of every predicted layer, each gated while the others are not.

    predicted: of network.apply; max_images: how many images to use. Memory holds all values of a
    batch.
    """
    behind = {
        l.name: downstream(network.module.graph, l.value)
        for l in network.layers
        if l.name in predicted.activations
    }
    sums, images = dict.fromkeys(behind, 0.0), 0
    for x in cost.batches(samples, batch, network.device):
        plain = Run(network.module, lambda node, value: None, keep=True)
        scores = plain.run(x)
        for layer in network.layers:
            if layer.name not in behind:
                continue
            changed = behind[layer.name] - {layer.value}
            known = {n: v for n, v in plain.env.items() if n not in changed}
            known[layer.value] = predicted.activations[layer.name](known[layer.value])
            gated = fx.Interpreter(network.module).run(x, initial_env=known)
            sums[layer.name] += float(divergence(scores, gated).sum())
        images += len(x)
        show(images)
        if images >= max_images:
            break
    return {name: total / images for name, total in sums.items()}
