"""Networks that no trace can be made of, and what a user is told."""
import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network

FAMILY = "refused"


class Deciding(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        return F.relu(x) if x.mean() > 0 else x


@network(
    "decides",
    "a decision by a value of the image",
    refused=r"torch\.fx cannot trace Deciding.*refused\.py:\d+ in forward: `return F\.relu",
)
def decides() -> nn.Module:
    return Deciding()


class MakingALayer(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.Conv2d(3, 4, 3)(x)


@network(
    "layer-made",
    "a layer that forward() makes has other weights at each call",
    refused=r"Conv2d is made inside a forward\(\).*make it in __init__\(\)",
)
def layer_made() -> nn.Module:
    return MakingALayer()


@network(
    "torchscript",
    "a scripted module: its layers cannot be followed",
    refused=r"a TorchScript module.*give the original nn\.Module",
)
def torchscript() -> nn.Module:
    return torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))


@network(
    "quantised-by-torch",
    "layers that PyTorch has quantised dynamically",
    refused=r"a layer that PyTorch has quantised.*give the original nn\.Module",
)
def quantised_by_torch() -> nn.Module:
    net = nn.Sequential(nn.Flatten(), nn.Linear(432, 5))
    return torch.ao.quantization.quantize_dynamic(net, {nn.Linear})


@network(
    "no-layer",
    "only transposed convolutions",
    refused="no 1-D or 2-D convolution and no fully connected layer.*ConvTranspose2d",
)
def no_layer() -> nn.Module:
    return nn.Sequential(nn.ConvTranspose2d(3, 4, 2), nn.ReLU())


class Random(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.dropout(self.conv(x), 0.5, training=True)


@network(
    "random",
    "dropout that stays on: every call gives other values",
    refused="does not compute what the network computes.*random",
)
def random() -> nn.Module:
    return Random()
