"""What several networks of the zoo are made of."""
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F


def conv_bn_relu(
    inputs: int,
    outputs: int,
    kernel: int = 3,
    stride: int = 1,
    activation: Any = nn.ReLU,
    **more: Any,
) -> nn.Module:
    """A convolution that keeps the size at stride 1, a batch-norm and an activation, or none."""
    more.setdefault("padding", kernel // 2)
    parts = [
        nn.Conv2d(inputs, outputs, kernel, stride, bias=False, **more),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*parts, *([activation()] if activation else []))


class Classifier(nn.Module):
    """A body that gives maps, their means, and a fully connected layer."""

    def __init__(self, body: nn.Module, channels: int, classes: int = 5) -> None:
        super().__init__()
        self.body, self.fc = body, nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(F.adaptive_avg_pool2d(self.body(x), 1).flatten(1))


class ChannelsMovedLast(nn.Module):
    """A body that takes [N, H, W, C], fed with [N, C, H, W]."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x.permute(0, 2, 3, 1))
