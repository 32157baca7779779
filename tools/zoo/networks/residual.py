"""Networks whose layers are added or concatenated to what others gave."""
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network
from .blocks import Classifier, conv_bn_relu

FAMILY = "shortcuts"


class Basic(nn.Module):
    """ResNet's block of two 3x3 convolutions. shortcut: a module, or None for the identity."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, shortcut: Any = None) -> None:
        super().__init__()
        self.first = conv_bn_relu(inputs, outputs, 3, stride)
        self.second = conv_bn_relu(outputs, outputs, activation=None)
        self.shortcut = shortcut or nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.second(self.first(x))
        y += self.shortcut(x)
        return F.relu(y, inplace=True)


@network("resnet", "identity and projection shortcuts, added in place", layers=7, relus=5)
def resnet() -> nn.Module:
    projection = conv_bn_relu(6, 8, 1, 2, activation=None)
    return Classifier(
        nn.Sequential(conv_bn_relu(3, 6), Basic(6, 6), Basic(6, 8, 2, projection)), 8
    )


class PadShortcut(nn.Module):
    """Option A of the paper: every second position, zeros for the new channels."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 1), "constant", 0)


@network("resnet-pad", "CIFAR's ResNet: a shortcut by slices and F.pad", layers=4, relus=3)
def resnet_pad() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 6), Basic(6, 8, 2, PadShortcut())), 8)


class Bottleneck(nn.Module):
    def __init__(self, channels: int, width: int, groups: int = 1, middle: Any = None) -> None:
        super().__init__()
        self.reduce = conv_bn_relu(channels, width, 1)
        self.middle = middle or conv_bn_relu(width, width, groups=groups)
        self.expand = conv_bn_relu(width, channels, 1, activation=None)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.relu(self.expand(self.middle(self.reduce(x))) + x)


@network("bottleneck", "ResNet-50's block: 1x1, 3x3, 1x1", layers=5, relus=4)
def bottleneck() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 8), Bottleneck(8, 4)), 8)


@network("resnext", "grouped convolutions in the bottleneck", layers=5, relus=4)
def resnext() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 8), Bottleneck(8, 8, groups=4)), 8)


class Scales(nn.Module):
    """Res2Net: a convolution per chunk of the channels, each reads the one before it too."""

    def __init__(self, width: int, scales: int = 4) -> None:
        super().__init__()
        self.parts = nn.ModuleList(
            conv_bn_relu(width // scales, width // scales) for _ in range(scales - 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        chunks = torch.chunk(x, len(self.parts) + 1, 1)
        given = [self.parts[0](chunks[0])]
        for part, chunk in zip(self.parts[1:], chunks[1:]):
            given.append(part(given[-1] + chunk))
        return torch.cat(given + [chunks[-1]], 1)


@network("res2net", "chunks of a layer's channels, each to a convolution", layers=7, relus=6)
def res2net() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 8), Bottleneck(8, 8, middle=Scales(8))), 8)


class PreActivation(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv1(F.relu(self.norm1(x)))
        return self.conv2(F.relu(self.norm2(y))) + x


@network(
    "preactivation",
    "what enters a ReLU is the shortcut too: only the first layer of a block is predicted",
    layers=6,
    relus=3,
)
def preactivation() -> nn.Module:
    blocks = [PreActivation(6), PreActivation(6), nn.BatchNorm2d(6), nn.ReLU()]
    return Classifier(nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), *blocks), 6)


class DenseLayer(nn.Module):
    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, growth, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, self.conv(F.relu(self.norm(x)))], 1)


@network(
    "densenet",
    "concatenation with all before; batch-norms of concatenations cannot be folded",
    layers=5,
    relus=1,
)
def densenet() -> nn.Module:
    stem = conv_bn_relu(3, 6)
    transition = [nn.BatchNorm2d(12), nn.ReLU(), nn.Conv2d(12, 6, 1), nn.AvgPool2d(2)]
    layers = [DenseLayer(6, 3), DenseLayer(9, 3)]
    return Classifier(nn.Sequential(stem, *layers, *transition), 6)


class SqueezeExcite(nn.Module):
    """The scale of each channel; pooled by the size that the maps have."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, 3, 1), nn.Conv2d(3, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        w = F.avg_pool2d(x, x.size(3))
        return x * torch.sigmoid(self.up(F.relu(self.down(w))))


class Excited(nn.Module):
    def __init__(self, channels: int, attention: Any) -> None:
        super().__init__()
        self.first = conv_bn_relu(channels, channels)
        self.second = conv_bn_relu(channels, channels, activation=None)
        self.attention = attention

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.attention(self.second(self.first(x))) + x)


@network(
    "senet",
    "channels scaled by what F.avg_pool2d(x, x.size(3)) sees: the layer before loses its ReLU",
    layers=6,
    relus=3,
)
def senet() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 6), Excited(6, SqueezeExcite(6))), 6)


class Cbam(nn.Module):
    """Channel attention by one MLP on means and maxima, then spatial attention."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Flatten(), nn.Linear(channels, 3), nn.ReLU(), nn.Linear(3, channels)
        )
        self.spatial = nn.Conv2d(2, 1, 5, padding=2, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = (x.size(2), x.size(3))
        means, maxima = F.avg_pool2d(x, size, stride=size), F.max_pool2d(x, size, stride=size)
        scale = torch.sigmoid(self.mlp(means) + self.mlp(maxima))
        x = x * scale.unsqueeze(2).unsqueeze(3).expand_as(x)
        seen = torch.cat([x.max(1)[0].unsqueeze(1), x.mean(1).unsqueeze(1)], 1)
        return x * torch.sigmoid(self.spatial(seen))


@network("cbam", "one MLP called twice, maxima over channels", layers=9, relus=4)
def cbam() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 6), Excited(6, Cbam(6))), 6)


class Rep(nn.Module):
    """RepVGG before its branches are merged: 3x3, 1x1 and identity, each with a batch-norm."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.three = conv_bn_relu(channels, channels, activation=None)
        self.one = conv_bn_relu(channels, channels, 1, activation=None)
        self.identity = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.three(x) + self.one(x) + self.identity(x))


@network("repvgg", "three branches are added: the ReLU is one layer's", layers=6, relus=3)
def repvgg() -> nn.Module:
    return Classifier(nn.Sequential(conv_bn_relu(3, 6), Rep(6), Rep(6)), 6)
