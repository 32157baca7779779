"""Networks of one axis, of time, and of three."""
import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network
from .blocks import conv_bn_relu

FAMILY = "signals, sequences, volumes"


class Gated(nn.Module):
    """WaveNet's block: tanh times sigmoid of dilated causal convolutions."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.reach = dilation
        self.filter = nn.Conv1d(channels, channels, 2, dilation=dilation)
        self.gate = nn.Conv1d(channels, channels, 2, dilation=dilation)
        self.residual, self.skip = nn.Conv1d(channels, channels, 1), nn.Conv1d(channels, 6, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padded = F.pad(x, (self.reach, 0))
        y = torch.tanh(self.filter(padded)) * torch.sigmoid(self.gate(padded))
        return x + self.residual(y), self.skip(y)


@network(
    "wavenet",
    "causal dilated 1-D convolutions, skips of all blocks added before a ReLU",
    size=(1, 1, 32),
    layers=11,
    relus=2,
)
class WaveNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Conv1d(1, 4, 1)
        self.blocks = nn.ModuleList(Gated(4, d) for d in (1, 2))
        self.end1, self.end2 = nn.Conv1d(6, 6, 1), nn.Conv1d(6, 5, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x, total = self.start(x.squeeze(2)), 0
        for block in self.blocks:
            x, skip = block(x)
            total = total + skip
        return self.end2(F.relu(self.end1(F.relu(total))))


class Chomp(nn.Module):
    """Cuts what a symmetric padding added on the right."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, : -self.size].contiguous()


class Temporal(nn.Module):
    def __init__(self, inputs: int, outputs: int, dilation: int) -> None:
        super().__init__()
        pad = 2 * dilation

        def layer(c: int) -> nn.Module:
            conv = nn.Conv1d(c, outputs, 3, padding=pad, dilation=dilation)
            return [nn.utils.weight_norm(conv), Chomp(pad), nn.ReLU(), nn.Dropout(0.2)]

        self.body = nn.Sequential(*layer(inputs), *layer(outputs))
        self.shortcut = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.body(x) + (x if self.shortcut is None else self.shortcut(x)))


@network(
    "tcn",
    "weight_norm; the padding is cut off before the ReLU, which so reads a part of the ofmap",
    size=(2, 1, 24),
    layers=6,
    relus=5,
    behind=("net.0.body.0", "net.0.body.4", "net.1.body.0", "net.1.body.4"),
)
class Tcn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(Temporal(2, 4, 1), Temporal(4, 4, 2))
        self.head = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.net(x[:, :, 0])[:, :, -1])


@network(
    "m5",
    "raw audio: long 1-D kernels, F.avg_pool1d by the length",
    size=(1, 1, 64),
    layers=3,
    relus=2,
)
class M5(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv1d(1, 4, 16, stride=4), nn.BatchNorm1d(4)
        self.conv2, self.bn2 = nn.Conv1d(4, 6, 3), nn.BatchNorm1d(6)
        self.pool, self.fc = nn.MaxPool1d(2), nn.Linear(6, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(F.relu(self.bn1(self.conv1(x.flatten(2)))))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = F.avg_pool1d(x, x.shape[-1]).permute(0, 2, 1)
        return F.log_softmax(self.fc(x), dim=2)


@network(
    "crnn",
    "a GRU over the columns of a map: its MACs are left out",
    size=(1, 8, 16),
    layers=3,
    relus=2,
    left_out=8 * 2 * 3 * (24 * 4 + 4 * 4),
)
class Crnn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.Sequential(conv_bn_relu(1, 4), nn.MaxPool2d(2), conv_bn_relu(4, 6))
        self.rnn = nn.GRU(24, 4, bidirectional=True)
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.convs(x)
        b, c, h, w = x.size()
        x = x.permute(3, 0, 1, 2).reshape(w, b, c * h)
        x, _ = self.rnn(x)
        return self.head(x).log_softmax(2)


@network(
    "lstm",
    "an LSTM over the rows of an image, its last state's classes",
    size=(1, 8, 8),
    layers=1,
    left_out=8 * 4 * (8 * 6 + 6 * 6),
)
class Lstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.fc = nn.LSTM(8, 6, batch_first=True), nn.Linear(6, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, (state, _) = self.lstm(x.squeeze(1))
        return self.fc(state[-1])


@network(
    "volume",
    "3-D convolutions beside 2-D ones: the former are left out",
    size=(6, 8, 8),
    layers=2,
    relus=1,
    left_out=2 * 6 * 8 * 8 * 27,
)
class Volume(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.deep = nn.Conv3d(1, 2, 3, padding=1)
        self.flat, self.fc = conv_bn_relu(12, 6), nn.Linear(6, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.deep(x.unsqueeze(1)))
        return self.fc(self.flat(y.flatten(1, 2)).mean((2, 3)))


@network(
    "mlp",
    "fully connected layers alone, 1-D batch-norm and dropout",
    size=(1, 8, 8),
    layers=3,
    relus=2,
)
def mlp() -> nn.Module:
    parts = []
    for c, k in ((64, 12), (12, 8)):
        parts += [nn.Linear(c, k), nn.BatchNorm1d(k), nn.ReLU(), nn.Dropout()]
    return nn.Sequential(nn.Flatten(), *parts, nn.Linear(8, 5))
