"""Networks of depthwise convolutions, for phones and after them."""
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network
from .blocks import Classifier, conv_bn_relu

FAMILY = "depthwise convolutions"


@network("mobilenet-v1", "depthwise and 1x1 convolutions", layers=6, relus=5)
def mobilenet_v1() -> nn.Module:
    blocks = [
        conv_bn_relu(3, 6, 3, 2),
        conv_bn_relu(6, 6, groups=6),
        conv_bn_relu(6, 8, 1),
        conv_bn_relu(8, 8, 3, 2, groups=8),
        conv_bn_relu(8, 10, 1),
    ]
    return Classifier(nn.Sequential(*blocks), 10)


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int, gate: Any) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)
        self.gate = gate

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gate(self.up(F.relu(self.down(x.mean((2, 3), keepdim=True)))))


class Inverted(nn.Module):
    """Expand, depthwise, scaled channels or not, a linear projection."""

    def __init__(self, channels: int, activation: Any, attention: Any = None) -> None:
        super().__init__()
        wide = 2 * channels
        parts = [conv_bn_relu(channels, wide, 1, activation=activation)]
        parts += [conv_bn_relu(wide, wide, groups=wide, activation=activation)]
        parts += [attention(wide)] if attention else []
        self.body = nn.Sequential(*parts, conv_bn_relu(wide, channels, 1, activation=None))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x)


@network("mobilenet-v2", "ReLU6, linear bottlenecks with shortcuts", layers=8, relus=5)
def mobilenet_v2() -> nn.Module:
    stem = conv_bn_relu(3, 6, activation=nn.ReLU6)
    return Classifier(nn.Sequential(stem, Inverted(6, nn.ReLU6), Inverted(6, nn.ReLU6)), 6)


@network(
    "mobilenet-v3",
    "hard-swish and hard-sigmoid, ReLU in some blocks and in squeeze-and-excitation",
    layers=10,
    relus=3,
)
def mobilenet_v3() -> nn.Module:
    def attention(channels: int) -> nn.Module:
        return SqueezeExcite(channels, nn.Hardsigmoid())

    blocks = [Inverted(6, nn.ReLU), Inverted(6, nn.Hardswish, attention)]
    return Classifier(nn.Sequential(conv_bn_relu(3, 6, activation=nn.Hardswish), *blocks), 6)


@network("efficientnet", "SiLU: the only ReLU is inside squeeze-and-excitation", layers=7, relus=1)
def efficientnet() -> nn.Module:
    def attention(channels: int) -> nn.Module:
        return SqueezeExcite(channels, nn.Sigmoid())

    stem = conv_bn_relu(3, 6, 3, 2, activation=nn.SiLU)
    return Classifier(nn.Sequential(stem, Inverted(6, nn.SiLU, attention)), 6)


def shuffled(x: torch.Tensor, groups: int) -> torch.Tensor:
    n, c, h, w = x.size()
    x = x.view(n, groups, c // groups, h, w)
    return torch.transpose(x, 1, 2).contiguous().view(n, -1, h, w)


class ShuffleV1(nn.Module):
    """Grouped 1x1 convolutions, shuffled channels; at stride 2 a pooled shortcut is
    concatenated."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.reduce = conv_bn_relu(channels, 4, 1, groups=2)
        self.depthwise = conv_bn_relu(4, 4, 3, stride, groups=4, activation=None)
        self.expand = conv_bn_relu(4, channels, 1, groups=2, activation=None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.expand(self.depthwise(shuffled(self.reduce(x), 2)))
        if self.stride == 1:
            return F.relu(x + y)
        return F.relu(torch.cat([F.avg_pool2d(x, 3, 2, 1), y], 1))


@network(
    "shufflenet-v1",
    "grouped 1x1 convolutions and channel shuffle by view; a ReLU behind a concatenation",
    layers=8,
    relus=5,
    behind=("body.2.expand.0",),
)
def shufflenet_v1() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 6), ShuffleV1(6, 1), ShuffleV1(6, 2)), 12)


class ShuffleV2(nn.Module):
    """Half of the channels pass, the others go through three layers; then all are shuffled."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.body = nn.Sequential(
            conv_bn_relu(half, half, 1),
            conv_bn_relu(half, half, groups=half, activation=None),
            conv_bn_relu(half, half, 1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        passed, rest = x.chunk(2, dim=1)
        return shuffled(torch.cat((passed, self.body(rest)), 1), 2)


@network("shufflenet-v2", "channels split, concatenated and shuffled", layers=8, relus=5)
def shufflenet_v2() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 8), ShuffleV2(8), ShuffleV2(8)), 8)


class Ghost(nn.Module):
    """Half of the maps by a convolution, the others from those, depthwise; the first `kept`."""

    def __init__(self, inputs: int, kept: int, activation: Any = nn.ReLU) -> None:
        super().__init__()
        self.kept, half = kept, (kept + 1) // 2
        self.primary = conv_bn_relu(inputs, half, 1, activation=activation)
        self.cheap = conv_bn_relu(half, half, groups=half, activation=activation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.primary(x)
        return torch.cat([first, self.cheap(first)], 1)[:, : self.kept, :, :]


@network("ghostnet", "cheap maps concatenated and cut", layers=6, relus=3)
def ghostnet() -> nn.Module:
    linear = Ghost(7, 6, activation=None)
    return Classifier(nn.Sequential(conv_bn_relu(3, 6), Ghost(6, 7), linear), 6)


class NextBlock(nn.Module):
    """ConvNeXt's: depthwise 7x7, layer norm over channels last, GELU, a scale for each channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.wide, self.narrow = nn.Linear(channels, 12), nn.Linear(12, channels)
        self.scale = nn.Parameter(torch.ones(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.scale * self.narrow(F.gelu(self.wide(y)))
        return x + y.permute(0, 3, 1, 2)


@network(
    "convnext",
    "fully connected layers over channels last, layer norm, GELU",
    layers=5,
    relus=0,
)
def convnext() -> nn.Module:
    return Classifier(nn.Sequential(nn.Conv2d(3, 6, 2, 2), NextBlock(6)), 6)
