"""Assignments to parts of tensors, functions of the network's own, constants."""
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from ..entry import network
from .python_forms import Net

FAMILY = "operations of the network's own"


@network("assigns", "x[:, :n] = conv(x[:, :n]), x[x < 0] = 0", layers=3, relus=1)
class Assigning(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.partial = nn.Conv2d(3, 6, 3), nn.Conv2d(2, 2, 3, padding=1)
        self.last = nn.Conv2d(6, 2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        x[x < 0] = 0
        x[:, :2] = self.partial(x[:, :2])
        return self.last(x)


@network("shifts", "temporal shifts into torch.zeros_like(x)", layers=2, relus=1)
def shifts() -> nn.Module:
    def body(x: torch.Tensor) -> torch.Tensor:
        y = torch.zeros_like(x)
        y[:, :2, 1:], y[:, 2:] = x[:, :2, :-1], x[:, 2:]
        return y

    return Net(body)


class Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return torch.round(x * 8) / 8

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        return gradient


@network("autograd-function", "a torch.autograd.Function of the network's own", layers=2, relus=1)
def autograd_function() -> nn.Module:
    return Net(Rounded.apply)


@network("checkpoint", "torch.utils.checkpoint around a layer", layers=3, relus=2)
def checkpointed() -> nn.Module:
    inner = nn.Sequential(nn.Conv2d(6, 6, 3), nn.ReLU())
    net = Net(lambda x: checkpoint(inner, x))
    net.inner = inner
    return net


@torch.jit.script
def swish(x: torch.Tensor) -> torch.Tensor:
    return x * torch.sigmoid(x)


@network("scripted-function", "a function of torch.jit.script is one operation", layers=2, relus=1)
def scripted_function() -> nn.Module:
    return Net(swish)


@network(
    "constants",
    "what is subtracted and divided by is folded into the weights",
    layers=2,
    relus=1,
)
class Constants(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 6, 3), nn.Linear(6, 5)
        self.mean, self.scale = nn.Parameter(torch.ones(6, 1, 1)), nn.Parameter(torch.ones(6, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (self.conv(x / 2 - 0.5) - self.mean) / self.scale
        return self.fc(F.relu(x).mean((2, 3)))


@network("products", "x @ weight, torch.addmm and torch.mm of parameters", layers=4, relus=3)
class Products(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.offset = nn.Conv2d(3, 6, 3), nn.Parameter(torch.ones(5))
        sizes = ((6, 8), (8, 5), (4, 5))
        self.weights = nn.ParameterList(nn.Parameter(torch.ones(size)) for size in sizes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, second, third = self.weights
        x = F.relu(self.conv(x)).mean((2, 3))
        x = F.relu(torch.addmm(self.offset, F.relu(x @ first + 0.5), second) * self.offset)
        return torch.mm(x, third.t())
