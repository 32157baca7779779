"""Distillation: all weights learn to give, with prediction in the loop, what the plain network
gives.

No labels. The loss is the Kullback-Leibler divergence of the scores plus, for every predicted
layer, the squared difference of its outputs behind the ReLU over their squares. The latter leads:
on few images the gradients of the scores alone are so noisy that they first undo what was chosen.
The gradient passes where a value was computed and is 0 where it was gated (PeekActivation).
"""
import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import fx
from torch.nn import functional as F

from . import cost
from .insert import Network, Predicted
from .sensitivity import divergence


@dataclass(frozen=True)
class Recipe:
    """How long and how boldly the weights learn."""

    steps: int = 300  # 0: not at all
    batch: int = 16  # images a step
    rate: float = 2e-5  # Adam's, at its largest
    warm_up: int = 20  # steps in which the rate rises; then it falls as a cosine does, to 0
    outputs: float = 50.0  # weight of the layers' outputs; the scores' is 1
    crop: float = 0.92  # the smallest part of a side that is cut out, and enlarged again
    mirror: bool = True
    checks: int = 6  # how often the images held out are looked at; the best weights stay
    seed: int = 0


def rate_at(step: int, recipe: Recipe) -> float:
    """The learning rate of a step, counted from 0."""
    rise = min(1.0, (step + 1) / recipe.warm_up)
    return recipe.rate * rise * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))


def batches(
    images: Sequence[torch.Tensor], recipe: Recipe, generator: torch.Generator
) -> Iterator[torch.Tensor]:
    """[B, C, H, W] of each step: every image once before any comes again, mirrored and cropped."""
    order: list[int] = []
    for _ in range(recipe.steps):
        while len(order) < recipe.batch:
            order += torch.randperm(len(images), generator=generator).tolist()
        now, order = order[: recipe.batch], order[recipe.batch :]
        yield torch.cat([varied(images[i], recipe, generator) for i in now])


def varied(image: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> torch.Tensor:
    """[1, C, H, W] of an image [C, H, W]: mirrored or not, and a part of it in the same size."""
    drawn = torch.rand(4, generator=generator).tolist()
    x = image[None].flip(-1) if recipe.mirror and drawn[0] < 0.5 else image[None]
    height, width = x.shape[2:]
    side = recipe.crop + (1 - recipe.crop) * drawn[1]
    h, w = max(1, round(side * height)), max(1, round(side * width))
    if (h, w) == (height, width):
        return x
    top, left = int(drawn[2] * (height - h + 1)), int(drawn[3] * (width - w + 1))
    part = x[:, :, top : top + h, left : left + w]
    return F.interpolate(part, (height, width), mode="bilinear", align_corners=False)


def distil(
    network: Network,
    teacher: fx.GraphModule,
    predicted: Predicted,
    images: Sequence[torch.Tensor],
    held_out: Sequence[torch.Tensor],
    recipe: Recipe,
    show: Callable[[int], None] = lambda done: None,
) -> float:
    """Changes the network's weights; returns the divergence on the images held out, in nats.

    teacher: what the weights are to imitate; images: [C, H, W] each; held_out: the weights with the
    least divergence there stay, those at the start among them. show(steps done).
    """
    gates = {a: name for name, a in predicted.activations.items()}
    modules = dict(predicted.module.named_modules())
    student = {
        n.name: gates[modules[n.target]]
        for n in predicted.module.graph.nodes
        if n.op == "call_module" and modules[n.target] in gates
    }
    layers = [l for l in network.layers if l.name in predicted.activations]
    parameters = [p for p in network.module.parameters() if p.is_floating_point()]
    size, device = recipe.batch, network.device

    def scores(module: fx.GraphModule) -> torch.Tensor:
        parts = range(0, len(held_out), size)
        with torch.no_grad():
            return torch.cat(
                [module(torch.stack(list(held_out[i : i + size])).to(device)) for i in parts]
            )

    wanted = scores(teacher)
    best, kept = math.inf, copy.deepcopy(network.module.state_dict())

    def check() -> None:
        nonlocal best, kept
        now = float(divergence(wanted, scores(predicted.module)).mean())
        if now < best:
            best, kept = now, copy.deepcopy(network.module.state_dict())

    check()
    optimizer = torch.optim.Adam(parameters, recipe.rate)
    generator = torch.Generator().manual_seed(recipe.seed)
    for parameter in parameters:
        parameter.requires_grad_(True)
    try:
        for step, x in enumerate(batches(images, recipe, generator)):
            x = x.to(device)
            with torch.no_grad():
                plain, targets = cost.values_of(teacher, layers, x)
            said, given = cost.values_at(predicted.module, student, x)
            loss = divergence(plain, said).float().mean()
            for name, value in targets.items():
                target = value.clamp(min=0)  # behind the ReLU
                apart = (given[name].clamp(min=0) - target).pow(2).mean()
                size_of = target.pow(2).mean().clamp(min=1e-12)
                loss = loss + recipe.outputs / len(targets) * apart / size_of
            for group in optimizer.param_groups:
                group["lr"] = rate_at(step, recipe)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            show(step + 1)
            if (step + 1) * recipe.checks // recipe.steps > step * recipe.checks // recipe.steps:
                check()
    finally:
        for parameter in parameters:
            parameter.requires_grad_(False)
    network.module.load_state_dict(kept)
    return best
