"""Networks that give maps: segmentation, detection, images."""
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network
from .blocks import conv_bn_relu

FAMILY = "maps as outputs"


def double(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(conv_bn_relu(inputs, outputs), conv_bn_relu(outputs, outputs))


class UNet(nn.Module):
    """Down twice and up twice, with what was there on the way down. ups: two modules."""

    def __init__(self, ups: Any) -> None:
        super().__init__()
        self.first, self.second, self.bottom = double(3, 4), double(4, 6), double(6, 8)
        self.up1, self.up2 = ups
        self.right1, self.right2 = double(14, 6), double(10, 4)
        self.out = nn.Conv2d(4, 2, 1)

    def up(self, layer: nn.Module, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        x = layer(x)
        rows, columns = skip.size()[2] - x.size()[2], skip.size()[3] - x.size()[3]
        x = F.pad(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
        return torch.cat([skip, x], dim=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.first(x)
        b = self.second(F.max_pool2d(a, 2))
        x = self.right1(self.up(self.up1, self.bottom(F.max_pool2d(b, 2)), b))
        return self.out(self.right2(self.up(self.up2, x, a)))


@network(
    "unet-transposed",
    "transposed convolutions: their MACs are left out",
    size=(3, 16, 16),
    layers=11,
    relus=10,
    left_out=8 * 8 * 4 * 4**2 + 6 * 6 * 4 * 8**2,
)
def unet_transposed() -> nn.Module:
    return UNet([nn.ConvTranspose2d(8, 8, 2, stride=2), nn.ConvTranspose2d(6, 6, 2, stride=2)])


class Double(nn.Module):
    """Twice the size, by F.interpolate."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


@network(
    "unet-bilinear",
    "F.interpolate, F.pad by the differences of two sizes, which are odd here",
    size=(3, 15, 13),
    layers=11,
    relus=10,
)
def unet_bilinear() -> nn.Module:
    return UNet([Double(), Double()])


@network(
    "fcn",
    "scores of two depths are added, then a transposed convolution",
    size=(3, 16, 16),
    layers=5,
    relus=3,
    left_out=2 * 2 * 16 * 4**2 + 2 * 2 * 64 * 8**2,
)
class Fcn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.mid = conv_bn_relu(3, 4, 3, 2), conv_bn_relu(4, 6)
        self.deep = conv_bn_relu(6, 8, 3, 2)
        self.score, self.score_mid = nn.Conv2d(8, 2, 1), nn.Conv2d(6, 2, 1)
        self.up = nn.ConvTranspose2d(2, 2, 4, stride=2, padding=1, bias=False)
        self.up_all = nn.ConvTranspose2d(2, 2, 8, stride=4, padding=3, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mid = self.mid(self.stem(x))
        scores = self.up(self.score(self.deep(mid))) + self.score_mid(mid)
        return self.up_all(scores)[:, :, 3 : 3 + x.size()[2], 3 : 3 + x.size()[3]].contiguous()


@network(
    "deeplab",
    "dilated branches and one of the whole map's mean, as a dictionary",
    size=(3, 16, 16),
    layers=7,
    relus=6,
)
class DeepLab(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = conv_bn_relu(3, 4, 3, 2)
        self.branches = nn.ModuleList([conv_bn_relu(4, 3, 1)])
        for d in (2, 3):
            self.branches.append(conv_bn_relu(4, 3, dilation=d, padding=d))
        self.mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), conv_bn_relu(4, 3, 1))
        self.project = nn.Sequential(conv_bn_relu(12, 4, 1), nn.Dropout(0.5))
        self.classes = nn.Conv2d(4, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size, x = x.shape[-2:], self.stem(x)
        given = [branch(x) for branch in self.branches]
        mean = F.interpolate(self.mean(x), size=x.shape[-2:], mode="bilinear", align_corners=False)
        y = self.classes(self.project(torch.cat(given + [mean], dim=1)))
        return {"out": F.interpolate(y, size=size, mode="bilinear", align_corners=False)}


@network("fpn", "maps of all depths, the deeper ones added to the others", layers=9, relus=3)
class Fpn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        widths = (4, 6, 8)
        self.down = nn.ModuleList(
            conv_bn_relu(c, k, 3, 2) for c, k in zip((3,) + widths, widths)
        )
        self.inner = nn.ModuleList(nn.Conv2d(c, 4, 1) for c in widths)
        self.outer = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1) for _ in widths)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = []
        for layer in self.down:
            x = layer(x)
            maps.append(x)
        last = self.inner[-1](maps[-1])
        given = [self.outer[-1](last)]
        for i in (1, 0):
            side = self.inner[i](maps[i])
            last = side + F.interpolate(last, size=side.shape[-2:], mode="nearest")
            given.insert(0, self.outer[i](last))
        return {"level%d" % i: x for i, x in enumerate(given)}


@network("ssd", "two heads on each of two maps, as a list of tuples", layers=7, relus=3)
class Ssd(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.ModuleList([double(3, 6), conv_bn_relu(6, 8, 3, 2)])
        self.boxes = nn.ModuleList(nn.Conv2d(c, 2 * 4, 3, padding=1) for c in (6, 8))
        self.classes = nn.ModuleList(nn.Conv2d(c, 2 * 3, 3, padding=1) for c in (6, 8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found = []
        for layer, boxes, classes in zip(self.body, self.boxes, self.classes):
            x = layer(x)
            box, scores = boxes(x).permute(0, 2, 3, 1), classes(x).permute(0, 2, 3, 1)
            found.append(
                (box.reshape(box.size(0), -1, 4), scores.reshape(scores.size(0), -1, 3).softmax(-1))
            )
        return found


@network(
    "yolo",
    "leaky ReLUs, a map folded into channels, boxes from a grid made in forward",
    layers=5,
    relus=0,
)
class Yolo(nn.Module):
    def __init__(self) -> None:
        super().__init__()

        def layer(c: int, k: int, stride: int = 1) -> nn.Module:
            return conv_bn_relu(c, k, 3, stride, activation=lambda: nn.LeakyReLU(0.1))

        self.first, self.second, self.third = layer(3, 4, 2), layer(4, 6), layer(6, 6, 2)
        self.fuse = nn.Conv2d(30, 6, 1)
        self.head = nn.Conv2d(6, 2 * 7, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        side = self.second(self.first(x))
        n, c, h, w = side.shape
        folded = side.view(n, c, h // 2, 2, w // 2, 2).permute(0, 1, 3, 5, 2, 4)
        folded = folded.contiguous().view(n, c * 4, h // 2, w // 2)
        y = self.head(self.fuse(torch.cat([self.third(side), folded], 1)))
        n, _, h, w = y.shape
        y = y.view(n, 2, 7, h, w).permute(0, 1, 3, 4, 2).contiguous()
        rows, columns = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        grid = torch.stack((columns, rows), 2).view(1, 1, h, w, 2).to(y.dtype)
        y = y.sigmoid()
        return torch.cat([(y[..., :2] * 2 - 0.5 + grid) * 4, y[..., 2:]], -1)


@network("super-resolution", "pixel shuffle, one ReLU behind it", layers=3, relus=2)
def super_resolution() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 6, 5, padding=2),
        nn.ReLU(),
        nn.Conv2d(6, 8, 3, padding=1),
        nn.PixelShuffle(2),
        nn.ReLU(),
        nn.Conv2d(2, 3, 3, padding=1),
    )


@network(
    "autoencoder",
    "reflected padding, nothing but transposed convolutions on the way back",
    layers=2,
    relus=2,
    left_out=6 * 4 * 9 * 3**2 + 4 * 3 * 4 * 6**2,
)
def autoencoder() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1, padding_mode="reflect"),
        nn.ReLU(),
        nn.Conv2d(4, 6, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(4, 3, 2, stride=2),
        nn.Sigmoid(),
    )
