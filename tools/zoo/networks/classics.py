"""The networks that convolutional networks descend from."""
import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network
from .blocks import conv_bn_relu

FAMILY = "classic networks"


@network(
    "lenet",
    "5x5 kernels, pooling, three fully connected layers",
    size=(1, 28, 28),
    layers=5,
    relus=4,
)
class LeNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 5, padding=2), nn.Conv2d(4, 6, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(150, 20), nn.Linear(20, 12), nn.Linear(12, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(F.relu(self.conv1(x)), 2)
        x = F.avg_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, 150)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


@network(
    "alexnet",
    "strides, local response norm, overlapping pooling, dropout",
    size=(3, 31, 31),
    layers=5,
    relus=4,
)
def alexnet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 6, 7, stride=2, padding=2),
        nn.ReLU(inplace=True),
        nn.LocalResponseNorm(3),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(6, 8, 5, padding=2, groups=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d((2, 2)),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(32, 12),
        nn.ReLU(inplace=True),
        nn.Linear(12, 5),
    )


@network(
    "vgg",
    "3x3 convolutions with a bias and a batch-norm, one ReLU behind the pooling",
    size=(3, 16, 16),
    layers=4,
    relus=3,
    behind=("2.0",),
)
def vgg() -> nn.Module:
    pooled_first = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.MaxPool2d(2), nn.ReLU())
    last = nn.Sequential(nn.Conv2d(8, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(
        conv_bn_relu(3, 8), nn.MaxPool2d(2), pooled_first, last, nn.Flatten(), nn.Linear(48, 5)
    )


@network("nin", "1x1 convolutions, the classes are means of maps", layers=4, relus=4)
def network_in_network() -> nn.Module:
    parts = [(3, 8, 5), (8, 6, 1), (6, 6, 3), (6, 5, 1)]
    layers = [nn.Sequential(nn.Conv2d(c, k, r, padding=r // 2), nn.ReLU()) for c, k, r in parts]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Softmax(1))


class Fire(nn.Module):
    def __init__(self, inputs: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeezed, 1)
        self.expand1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1(x)), F.relu(self.expand3(x))], 1)


@network(
    "squeezenet",
    "fire modules: two layers read one tensor, and are concatenated",
    layers=7,
    relus=7,
)
def squeezenet() -> nn.Module:
    pool = nn.MaxPool2d(3, 2, ceil_mode=True)
    return nn.Sequential(Fire(3, 4, 6), pool, Fire(12, 4, 6), nn.Conv2d(12, 5, 1), nn.ReLU())


@network(
    "inception",
    "four branches, one ReLU behind their concatenation, 1x7 and 7x1 kernels",
    layers=8,
    relus=7,
    behind=("one", "three.1", "seven.2", "pooled.1"),
)
class Inception(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 4, 1)
        self.three = nn.Sequential(conv_bn_relu(3, 4, 1), nn.Conv2d(4, 5, 3, padding=1))
        self.seven = nn.Sequential(
            conv_bn_relu(3, 4, 1),
            nn.Sequential(nn.Conv2d(4, 4, (1, 7), padding=(0, 3)), nn.ReLU()),
            nn.Conv2d(4, 5, (7, 1), padding=(3, 0)),
        )
        self.pooled = nn.Sequential(nn.AvgPool2d(3, 1, 1), nn.Conv2d(3, 3, 1))
        self.fc = nn.Linear(17, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branches = [self.one(x), self.three(x), self.seven(x), self.pooled(x)]
        return self.fc(F.relu(torch.cat(branches, 1)).mean((2, 3)))


class Separable(nn.Module):
    """Xception's: a ReLU first, a depthwise and a 1x1 convolution, a batch-norm."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.pointwise(self.depthwise(F.relu(x))))


@network(
    "xception",
    "separable convolutions, a ReLU before each, which the shortcut also passes by",
    layers=7,
    relus=2,
)
class Xception(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = conv_bn_relu(3, 6, activation=None)
        self.first, self.second = Separable(6, 8), Separable(8, 8)
        self.skip = nn.Conv2d(6, 8, 1, 2)
        self.fc = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.max_pool2d(self.second(self.first(x := self.stem(x))), 3, 2, 1)
        return self.fc(F.relu(y + self.skip(x)).mean((2, 3)))


@network("auxiliary", "GoogLeNet's second head, which only training computes", layers=2, relus=1)
class Auxiliary(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head, self.aux = conv_bn_relu(3, 6), nn.Linear(6, 5), nn.Linear(6, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = self.conv(x).mean((2, 3))
        return (self.head(means), self.aux(means)) if self.training else self.head(means)


@network("maxout", "the larger half of the channels instead of a ReLU", layers=2, relus=0)
class Maxout(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b = self.conv(x).chunk(2, 1)
        return self.fc(torch.max(a, b).mean((2, 3)))
