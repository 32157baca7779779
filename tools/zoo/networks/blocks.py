"""What several networks of the zoo are made of."""
from torch import nn
from torch.nn import functional as F


def conv_bn_relu(inputs, outputs, kernel=3, stride=1, activation=nn.ReLU, **more):
    """A convolution that keeps the size at stride 1, a batch-norm and an activation, or none."""
    more.setdefault("padding", kernel // 2)
    parts = [
        nn.Conv2d(inputs, outputs, kernel, stride, bias=False, **more),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*parts, *([activation()] if activation else []))


class Classifier(nn.Module):
    """A body that gives maps, their means, and a fully connected layer."""

    def __init__(self, body, channels, classes=5):
        super().__init__()
        self.body, self.fc = body, nn.Linear(channels, classes)

    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(self.body(x), 1).flatten(1))


class ChannelsMovedLast(nn.Module):
    """A body that takes [N, H, W, C], fed with [N, C, H, W]."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return self.body(x.permute(0, 2, 3, 1))
