"""ReLUs by other names, and what only looks like one."""
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network

FAMILY = "ReLUs by other names"


class Net(nn.Module):
    """A convolution to 6 channels, `clip`, a convolution."""

    def __init__(self, clip: Any, channels: int = 6) -> None:
        super().__init__()
        self.conv, self.last, self.clip = nn.Conv2d(3, 6, 3), nn.Conv2d(channels, 2, 3), clip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.clip(self.conv(x)))


@network("relu-made", "nn.ReLU()(x) in forward()", layers=2, relus=1)
def made_in_forward() -> nn.Module:
    return Net(lambda x: nn.ReLU()(x))


@network("relu-product", "x * (x > 0)", layers=2, relus=1)
def product() -> nn.Module:
    return Net(lambda x: x * (x > 0))


@network("relu-maximum", "torch.maximum(x, torch.zeros_like(x))", layers=2, relus=1)
def maximum() -> nn.Module:
    return Net(lambda x: torch.maximum(x, torch.zeros_like(x)))


@network("relu-where", "torch.where(x > 0, x, 0.0 as a tensor)", layers=2, relus=1)
def where() -> nn.Module:
    return Net(lambda x: torch.where(x > 0, x, torch.zeros_like(x)))


@network("relu-threshold", "F.threshold(x, 0, 0)", layers=2, relus=1)
def threshold() -> nn.Module:
    return Net(lambda x: F.threshold(x, 0, 0))


@network("relu-clamp", "clamp(min=0)", layers=2, relus=1)
def clamp() -> nn.Module:
    return Net(lambda x: x.clamp(min=0))


@network("relu6", "nn.Hardtanh(0, 6), which is ReLU6", layers=2, relus=1)
def hardtanh() -> nn.Module:
    return Net(nn.Hardtanh(0, 6))


@network("relu-chunks", "ReLUs behind chunk", layers=2, relus=1, behind=("conv",))
def chunks() -> nn.Module:
    return Net(lambda x: torch.cat([F.relu(part) for part in x.chunk(2, 1)], 1))


@network(
    "crelu",
    "CReLU: the negated values are clipped too, so a zero is no reason to skip an output",
    layers=2,
    relus=0,
)
def crelu() -> nn.Module:
    return Net(lambda x: F.relu(torch.cat([x, -x], 1)), 12)


@network("relu-after-pooling", "a ReLU behind max-pooling", layers=2, relus=1, behind=("conv",))
def after_pooling() -> nn.Module:
    return Net(lambda x: F.relu(F.max_pool2d(x, 2)))


@network("leaky", "leaky ReLU is none", layers=2, relus=0)
def leaky() -> nn.Module:
    return Net(nn.LeakyReLU(0.1))


@network("prelu", "a learned slope is none either", layers=2, relus=0)
def prelu() -> nn.Module:
    return Net(nn.PReLU(6))


@network("relu-average", "a ReLU behind average pooling is no layer's", layers=2, relus=0)
def after_average() -> nn.Module:
    return Net(lambda x: F.relu(F.avg_pool2d(x, 2)))
