"""ONNX files as torch exports them; hooks watch the network that was exported."""
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..entry import onnx_file, shake
from .blocks import ChannelsMovedLast, Classifier, conv_bn_relu
from .mobile import Inverted
from .residual import Basic

FAMILY = "ONNX files exported by torch"


def export(
    net: nn.Module, path: str, size: tuple[int, ...], opset: int = 13, **more: Any
) -> nn.Module:
    """Writes the file; -> the network. size: of the file's input, after N."""
    shake(net)
    torch.onnx.export(net, torch.zeros((1,) + size), path, opset_version=opset, **more)
    return net


def residual() -> nn.Module:
    projection = conv_bn_relu(6, 8, 1, 2, activation=None)
    return Classifier(nn.Sequential(conv_bn_relu(3, 6), Basic(6, 8, 2, projection)), 8)


@onnx_file("onnx-opset9", "a ResNet of opset 9", layers=5, relus=3)
def opset9(path: str) -> nn.Module:
    return export(residual(), path, (3, 12, 12), 9)


@onnx_file("onnx-opset13", "a MobileNet of opset 13: ReLU6 is a Clip", layers=5, relus=3)
def opset13(path: str) -> nn.Module:
    body = nn.Sequential(conv_bn_relu(3, 6, activation=nn.ReLU6), Inverted(6, nn.ReLU6))
    return export(Classifier(body, 6), path, (3, 12, 12))


@onnx_file("onnx-open-size", "height, width and number of images left open", layers=5, relus=3)
def open_size(path: str) -> nn.Module:
    axes = {"x": {0: "n", 2: "h", 3: "w"}}
    return export(residual(), path, (3, 16, 16), input_names=["x"], dynamic_axes=axes)


class Flat(nn.Module):
    """A network that is given an image [N, C, H, W] and reads [N, C*H*W]."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x.flatten(1))


@onnx_file("onnx-features", "an input [N, features]", size=(1, 4, 5), layers=2, relus=1)
def features(path: str) -> nn.Module:
    return Flat(export(nn.Sequential(nn.Linear(20, 8), nn.ReLU(), nn.Linear(8, 5)), path, (20,)))


class Signal(nn.Module):
    """The same for [N, C, L] from [N, C, 1, L]."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x[:, :, 0])


@onnx_file("onnx-signal", "an input [N, C, L]", size=(2, 1, 24), layers=2, relus=2)
def signal(path: str) -> nn.Module:
    layers = [nn.Conv1d(2, 4, 5, 2), nn.BatchNorm1d(4), nn.ReLU(), nn.Conv1d(4, 3, 3), nn.ReLU()]
    return Signal(export(nn.Sequential(*layers), path, (2, 24)))


class ChannelsLast(nn.Module):
    """What exporters of TensorFlow write: [N, H, W, C], moved for each layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 6, 3), nn.Linear(6, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv((x / 2).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return self.fc(F.relu(x).mean((1, 2)))


@onnx_file("onnx-channels-last", "an input [N, H, W, C]", layers=2, relus=1)
def channels_last(path: str) -> nn.Module:
    return ChannelsMovedLast(export(ChannelsLast(), path, (12, 12, 3)))


class Up(nn.Module):
    def __init__(self, **more: Any) -> None:
        super().__init__()
        self.first, self.second, self.more = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 3), more

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(F.interpolate(F.relu(self.first(x)), **self.more))


@onnx_file("onnx-upsample9", "Upsample of opset 9, its scales an input", layers=2, relus=1)
def upsample9(path: str) -> nn.Module:
    return export(Up(scale_factor=2, mode="nearest"), path, (3, 12, 12), 9)


@onnx_file("onnx-resize", "Resize, bilinear, to a size", layers=2, relus=1)
def resize(path: str) -> nn.Module:
    return export(Up(size=(15, 9), mode="bilinear", align_corners=False), path, (3, 12, 12))


@onnx_file("onnx-resize-corners", "Resize, bicubic, corners aligned", layers=2, relus=1)
def resize_corners(path: str) -> nn.Module:
    return export(Up(scale_factor=2, mode="bicubic", align_corners=True), path, (3, 12, 12))


@onnx_file(
    "onnx-transposed",
    "ConvTranspose: its MACs are left out",
    layers=2,
    relus=1,
    left_out=4 * 4 * 9 * 10**2,
)
def transposed(path: str) -> nn.Module:
    up = nn.ConvTranspose2d(4, 4, 3, 2, 1, output_padding=1)
    parts = [nn.Conv2d(3, 4, 3), nn.ReLU(), up, nn.ReLU(), nn.Conv2d(4, 2, 3)]
    return export(nn.Sequential(*parts), path, (3, 12, 12))


@onnx_file("onnx-shuffle", "DepthToSpace, and SpaceToDepth by reshaping", layers=3, relus=2)
def shuffle(path: str) -> nn.Module:
    parts = [nn.Conv2d(12, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.PixelShuffle(2), nn.ReLU()]
    net = nn.Sequential(nn.PixelUnshuffle(2), *parts, nn.Conv2d(2, 2, 3))
    return export(net, path, (3, 12, 12))


class Places(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x).argmax(1, keepdim=True).to(x.dtype)


@onnx_file("onnx-argmax", "a map of classes by ArgMax", layers=2, relus=1)
def argmax(path: str) -> nn.Module:
    return export(Places(), path, (3, 12, 12))


@onnx_file(
    "onnx-instance-norm",
    "InstanceNormalization depends on the image: the ReLU behind it is no layer's",
    layers=2,
    relus=0,
)
def instance_norm(path: str) -> nn.Module:
    norm = nn.InstanceNorm2d(4, affine=True)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), norm, nn.ReLU(), nn.Conv2d(4, 2, 3))
    return export(net, path, (3, 12, 12))


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.norm = nn.Conv2d(3, 8, 3, 3), nn.LayerNorm(8)
        self.mlp = nn.Sequential(nn.Linear(8, 12), nn.ReLU(), nn.Linear(12, 8))
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.embed(x).flatten(2).transpose(1, 2)
        return self.head((x + self.mlp(self.norm(x))).mean(1))


@onnx_file("onnx-layer-norm", "LayerNormalization of opset 17, MatMul of tokens", layers=4, relus=1)
def layer_norm(path: str) -> nn.Module:
    return export(Tokens(), path, (3, 12, 12), 17)


@onnx_file("onnx-layer-norm13", "layer norm in the operators of opset 13", layers=4, relus=1)
def layer_norm13(path: str) -> nn.Module:
    return export(Tokens(), path, (3, 12, 12), 13)


class Attention(Tokens):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = x + self.attention(x, x, x, need_weights=True)[0]
        return self.head((x + self.mlp(self.norm(x))).mean(1))


@onnx_file(
    "onnx-attention",
    "attention in single operators: its projections are layers, products of tokens are not",
    layers=6,
    relus=1,
    left_out=2 * 16**2 * 8,
)
def attention(path: str) -> nn.Module:
    return export(Attention(), path, (3, 12, 12))
