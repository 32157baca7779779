"""What the tests of tools/extract_trace.py share: small networks, random images, a test case that
extracts and reads. Needs a Python that has torch, h5py, numpy and PIL.
"""
import os
import signal
import tempfile
import unittest

import h5py
import torch
from torch import nn
from torch.nn import functional as F

from peeksim.errors import ExtractError
from peeksim.trace import extract
from peeksim.trace.loading import Sample

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

SHARED = os.environ.get("PEEKSIM_SHARED", os.path.join(ROOT, "..", "shared"))
HAS_MODELS = os.path.isfile(os.path.join(SHARED, "models", "graph_net.py"))
NO_MODELS = "no trained networks: %s holds no models/graph_net.py (PEEKSIM_SHARED)" % SHARED

# Tests interrupt, as Ctrl-C does; a program that a script starts in the background is deaf to that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def shake(net, seed=1):
    """Random weights and batch-norm statistics, so that no term is 0 or 1 by accident."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in list(net.named_parameters()) + list(net.named_buffers()):
        if value.is_floating_point():
            noise = torch.randn(value.shape, generator=generator)
            value.data.copy_(noise.abs() + 0.5 if "running_var" in name else noise * 0.5)
    return net.eval()


def images(count, shape=(3, 12, 12), seed=5):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator) for _ in range(count)]


class Basic(nn.Module):
    """ResNet basic block with a projection that runs after conv2, as in torchvision."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4)
        self.conv2, self.bn2 = nn.Conv2d(4, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4)
        self.down = nn.Sequential(nn.Conv2d(3, 4, 1, 2, bias=False), nn.BatchNorm2d(4))
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(4, 5)

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.down(x)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(self.relu(y), 1), 1))


class Inverted(nn.Module):
    """MobileNetV2: expand, depthwise, linear projection with a shortcut, then one more layer."""

    def __init__(self):
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(3, 9, 1), nn.BatchNorm2d(9), nn.ReLU6())
        self.depthwise = nn.Sequential(
            nn.ZeroPad2d((0, 1, 2, 1)),
            nn.Conv2d(9, 9, 3, groups=9),
            nn.BatchNorm2d(9),
            nn.ReLU6(inplace=True),
        )
        self.project = nn.Sequential(nn.Conv2d(9, 3, (2, 1), bias=False), nn.BatchNorm2d(3))
        self.last = nn.Conv2d(3, 4, 3, dilation=2)
        self.relu = nn.ReLU6()

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return self.relu(self.last(y + F.pad(x, (0, -1, 0, 0))))


class Fire(nn.Module):
    """SqueezeNet's fire module; the second one clips after the concatenation."""

    def __init__(self):
        super().__init__()
        self.squeeze, self.left, self.right = (
            nn.Conv2d(3, 4, 1),
            nn.Conv2d(4, 5, 1),
            nn.Conv2d(4, 6, 3, padding=1),
        )
        self.left2, self.right2 = nn.Conv2d(11, 3, 1), nn.Conv2d(11, 2, 3, padding="same")
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.squeeze(x))
        x = torch.cat([self.relu(self.left(x)), self.relu(self.right(x))], 1)
        return self.relu(torch.cat([self.left2(x), self.right2(x)], 1))


class PreActivation(nn.Module):
    """The value before the ReLU is also the shortcut."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.bn1, self.conv1 = nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3, padding=1)
        self.bn2, self.conv2 = nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.stem(x)
        y = self.conv1(self.relu(self.bn1(x)))
        return self.conv2(self.relu(self.bn2(y))) + x


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight, self.offset = nn.Parameter(torch.empty(4, 3, 3, 3)), nn.Parameter(
            torch.empty(4)
        )
        self.weight2, self.bias2 = nn.Parameter(torch.empty(4, 2, 3, 2)), nn.Parameter(
            torch.empty(4)
        )
        self.register_buffer("running_mean", torch.empty(4))
        self.register_buffer("running_var", torch.ones(4))

    def values(self, x):
        """What enters the two activations, and the output, without in-place operations."""
        a = F.conv2d(F.pad(x, (1, 0, 2, 1)), self.weight, None, (2, 1))
        a = F.batch_norm(a, self.running_mean, self.running_var, self.offset, None) + 0.25
        b = F.conv2d(a.relu(), self.weight2, self.bias2, padding=(1, 0), groups=2)
        b = F.pad(b, (1, 0)) + a.relu()
        return a, b, b.clamp(0, 6)

    def forward(self, x):
        b, c, h, w = x.shape
        x = F.conv2d(F.pad(x, (1, 0, 2, 1)), self.weight, None, (2, 1))
        x = F.batch_norm(x, self.running_mean, self.running_var, self.offset, None) + 0.25
        x = F.dropout(x, 0.5, self.training)
        torch.relu_(x)  # from here on x is clipped
        y = F.conv2d(x, self.weight2, self.bias2, padding=(1, 0), groups=2)
        y = F.pad(y, (1, 0))
        return F.hardtanh(y.add_(x), 0, 6).view(b, -1)


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.relu = nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect"), nn.ReLU(True)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        return self.relu(self.pool(self.conv(self.relu(self.conv(x)))))


class Tokens(nn.Module):
    """Fully connected layers over a map and over a vector."""

    def __init__(self):
        super().__init__()
        self.mix, self.head, self.relu = nn.Linear(3, 5), nn.Linear(5, 4), nn.ReLU()

    def forward(self, x):
        x = self.relu(self.mix(x.permute(0, 2, 3, 1)))
        return self.relu(self.head(x.mean((1, 2))))


class Extracting(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "trace.h5")

    def extract(self, net, samples, path=None, **options):
        values = dict(
            network="net",
            origin="a test",
            synthetic=False,
            type="f32",
            ifmap=True,
            weights=False,
            force=False,
            precision="f64",
        )
        values.update(options)
        give = (
            samples
            if callable(samples)
            else lambda: [Sample("image%d" % i, x, -1) for i, x in enumerate(samples)]
        )
        return extract.extract(net, give, path or self.path, extract.Options(**values))

    def read(self, path=None):
        """The layers by name: attributes and arrays in one dictionary ("added": the residual)."""
        layers = {}
        with h5py.File(path or self.path, "r") as f:
            for i, name in enumerate(sorted(f["layers"])):
                self.assertEqual(name, "%04d" % i)
                group = f["layers"][name]
                layer = {
                    k: v.decode() if isinstance(v, bytes) else v for k, v in group.attrs.items()
                }
                layer.update({"added" if k == "residual" else k: d[...] for k, d in group.items()})
                layer["scale"] = {k: d.attrs.get("scale") for k, d in group.items()}
                layers[layer["name"]] = layer
        return layers

    def refused(self, code, pattern, run, *arguments, **named):
        with self.assertRaises(ExtractError) as caught:
            run(*arguments, **named)
        self.assertEqual(caught.exception.code, code)
        self.assertRegex(str(caught.exception), pattern)
        self.assertNotIn("\n", str(caught.exception))
        self.assertEqual(os.listdir(self.folder), [])
