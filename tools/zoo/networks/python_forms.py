"""Networks whose forward() is Python: sizes as numbers, assertions, loops, optional arguments."""
import dataclasses
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network
from .blocks import conv_bn_relu

FAMILY = "Python in forward()"


class Net(nn.Module):
    """A convolution to 6 channels and a ReLU, `body`(x), a fully connected layer."""

    def __init__(self, body: nn.Module, channels: int = 6) -> None:
        super().__init__()
        self.conv, self.fc, self.body = nn.Conv2d(3, 6, 3), nn.Linear(channels, 5), body

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.body(F.relu(self.conv(x)))
        return self.fc(x.mean((2, 3)) if x.dim() == 4 else x)


@network(
    "sizes",
    "a share of the channels, int(x.size(1) * r), sizes compared and asserted",
    layers=2,
    relus=1,
)
def sizes() -> nn.Module:
    def body(x: torch.Tensor) -> torch.Tensor:
        kept = int(x.size(1) * 0.5)
        h, w = x.shape[-2:]
        assert h == w and len(x.shape) == 4, "a map of %d by %d" % (h, w)
        y = F.max_pool2d(x[:, :kept], 2)
        if y.size(2) != h:
            y = F.interpolate(y, size=(h, w))
        return torch.cat([x[:, kept:], y], 1)

    return Net(body)


@network("loops", "loops over x.shape and over channels, f-strings", layers=2, relus=1)
def loops() -> nn.Module:
    def body(x: torch.Tensor) -> torch.Tensor:
        area = 1
        for size in x.shape[1:]:
            area *= size
        known = {f"{x.shape[1]} channels": 2.0}
        x = x * known[f"{x.size(1)} channels"]
        return torch.stack([x[:, i] / area for i in range(x.size(1))], 1)

    return Net(body)


@network("unpacked", "unpacked shapes, chunks and maxima with their places", layers=2, relus=1)
def unpacked() -> nn.Module:
    def body(x: torch.Tensor) -> torch.Tensor:
        n, c, h, w = x.shape
        a, b = x.view(n, 2, c // 2, h * w).unbind(1)
        values, places = torch.cat([a, b], 1).max(dim=2)
        return values + places / (h * w)

    return Net(body)


@network("types", "tensors made in forward() with the image's type and device", layers=2, relus=1)
def types() -> nn.Module:
    def body(x: torch.Tensor) -> torch.Tensor:
        scale = torch.linspace(0.5, 1, x.shape[1], dtype=x.dtype, device=x.device)
        if isinstance(x, torch.Tensor) and x.is_floating_point() and not x.is_cuda:
            x = x * scale[:, None, None]
        return x + x.new_ones(x.size(0), x.size(1), 1, 1)

    return Net(body)


@network("one-image", "view(1, -1): a network of one image at a time", layers=2, relus=1)
def one_image() -> nn.Module:
    return Net(lambda x: F.avg_pool2d(x, x.size(3)).view(1, -1))


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.relu = nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for _ in range(3):
            x = self.relu(self.conv(x))
        return x


@network("shared", "a convolution and a ReLU called three times", layers=3, relus=3)
def shared() -> nn.Module:
    return Shared()


@network("weight-norm", "torch.nn.utils.weight_norm: the weights are computed", layers=2, relus=1)
def weight_norm() -> nn.Module:
    norm = nn.utils.weight_norm
    return nn.Sequential(norm(nn.Conv2d(3, 4, 3)), nn.ReLU(), norm(nn.Conv2d(4, 2, 3)))


@network("spectral-norm", "both of torch's spectral norms", layers=2, relus=1)
def spectral_norm() -> nn.Module:
    first = nn.utils.spectral_norm(nn.Conv2d(3, 4, 3))
    last = nn.utils.parametrizations.spectral_norm(nn.Conv2d(4, 2, 3))
    return nn.Sequential(first, nn.ReLU(), last)


class Standardised(nn.Conv2d):
    """Weight standardisation: F.conv2d with weights of mean 0 and deviation 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = self.weight
        weight = weight - weight.mean(dim=(1, 2, 3), keepdim=True)
        deviation = weight.view(weight.size(0), -1).std(dim=1).view(-1, 1, 1, 1) + 1e-5
        weight = weight / deviation.expand_as(weight)
        return F.conv2d(
            x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )


@network(
    "weight-standardisation",
    "a convolution of the network's own; group norm cannot be folded, so its ReLU is no layer's",
    layers=2,
    relus=0,
)
def weight_standardisation() -> nn.Module:
    return nn.Sequential(
        Standardised(3, 6, 3), nn.GroupNorm(2, 6), nn.ReLU(), Standardised(6, 2, 3)
    )


@network("data-parallel", "a network in nn.DataParallel is unwrapped", layers=2, relus=1)
def data_parallel() -> nn.Module:
    return nn.DataParallel(nn.Sequential(conv_bn_relu(3, 4), nn.Conv2d(4, 2, 1)))


class Outputs(nn.Module):
    """give: what becomes of the maps and the classes."""

    def __init__(self, give: Callable[..., Any]) -> None:
        super().__init__()
        self.conv, self.fc, self.give = conv_bn_relu(3, 6), nn.Linear(6, 5), give

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        return self.give(x, self.fc(x.mean((2, 3))))


@network("dictionary", "a dictionary of lists as the output", layers=2, relus=1)
def dictionary() -> nn.Module:
    return Outputs(lambda maps, classes: {"maps": [maps], "classes": classes})


@network("tuple", "a tuple as the output", layers=2, relus=1)
def tuple_of_outputs() -> nn.Module:
    return Outputs(lambda maps, classes: (maps, (classes, classes.argmax(1))))


@dataclasses.dataclass
class Found:
    maps: torch.Tensor
    classes: torch.Tensor


@network("dataclass", "a dataclass as the output", layers=2, relus=1)
def dataclass() -> nn.Module:
    return Outputs(lambda maps, classes: Found(maps, classes))


class Optional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = conv_bn_relu(3, 6), nn.Linear(6, 5)

    def forward(
        self,
        x: torch.Tensor,
        mask: torch.Tensor | None = None,
        features: bool = False,
        *more: Any,
        **named: Any,
    ) -> torch.Tensor:
        x = self.conv(x)
        if mask is not None:
            x = x * mask
        return x if features else self.fc(x.mean((2, 3)))


@network("optional", "optional arguments have their defaults", layers=2, relus=1)
def optional() -> nn.Module:
    return Optional()


class GroupNormed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 6, 3), nn.GroupNorm(3, 6)
        self.second, self.fc = nn.Conv2d(6, 4, 3), nn.Bilinear(4, 4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.second(F.silu(self.norm(self.first(x))))).mean((2, 3))
        return self.fc(x, x)


@network(
    "bilinear",
    "group norm; nn.Bilinear is left out",
    layers=2,
    relus=1,
    left_out=5 * 4 * 4,
)
def bilinear() -> nn.Module:
    return GroupNormed()


class Lists(nn.Module):
    """Layers in dictionaries and lists, chosen by name; hooks of the user's own."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({"a": nn.Conv2d(3, 4, 3), "b": nn.Conv2d(3, 4, 3)})
        self.activations = nn.ModuleList([nn.ReLU(), nn.Identity()])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found = [self.layers[name](x) for name in sorted(self.layers)]
        return [act(y) for act, y in zip(self.activations, found)]


@network("containers", "ModuleDict and ModuleList, layers chosen by name", layers=2, relus=1)
def containers() -> nn.Module:
    return Lists()


@network("in-place", "x += y, x *= 2, out-of-place names after in-place ones", layers=3, relus=2)
class InPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3, padding=1)
        self.fc = nn.Linear(4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        x *= 2
        x.relu_()
        y = self.second(x)
        y += x
        torch.relu_(y)
        return self.fc(y.mean([2, 3]))
