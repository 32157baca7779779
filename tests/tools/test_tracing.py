"""What a network computes from shapes is plain Python, and the number of images stays open."""
import dataclasses
import unittest

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from extracting import Extracting, images, shake
from peeksim.trace.analyse import analyse
from peeksim.errors import MODEL


class Net(nn.Module):
    """A convolution, then `body`(self, x), then a fully connected layer."""

    def __init__(self, body, channels=4, size=None):
        super().__init__()
        self.conv, self.body = nn.Conv2d(3, 4, 3, padding=1), body
        self.fc = nn.Linear(channels, 2)
        self.offset = nn.Parameter(torch.ones(1, 4, 1, 1))

    def forward(self, x):
        x = self.body(self, F.relu(self.conv(x)))
        return self.fc(x.mean((2, 3)) if x.dim() == 4 else x)


def pool_by_size(net, x):
    return F.avg_pool2d(x, x.size()[3]).view(x.size(0), -1)


def pad_by_difference(net, x):
    y = F.max_pool2d(x, 2)
    rows, columns = x.size(2) - y.size(2), x.size(3) - y.size(3)
    y = F.pad(y, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
    return x + y


def a_share_of_the_channels(net, x):
    kept = int(x.size(1) * 0.5)
    return torch.cat([x[:, :kept], x[:, kept:]], 1)


def asserted_and_compared(net, x):
    h, w = x.shape[-2:]
    assert h == w and x.dim() == 4, "a map of %d by %d" % (h, w)
    y = F.max_pool2d(x, 2)
    if x.size(2) != y.size(2):
        y = F.interpolate(y, size=x.shape[2:])
    return y if len(x.shape) == 4 else x


def looped(net, x):
    area = 1
    for size in x.shape[1:]:
        area *= size
    total = sum(x[:, i] for i in range(x.size(1))) / area
    parts = [total[:, None] for _ in x[0]]
    return torch.cat(parts, 1)


def shuffled(net, x):
    n, c, h, w = x.shape
    x = x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)
    name = f"{c} channels of {h}x{w}, {x.dtype}"
    return x * len(name)


def unpacked(net, x):
    a, b = x.chunk(2, dim=1)
    largest, where = x.view(x.size(0), x.size(1), -1).max(dim=2)
    return torch.cat([a, b], 1) + largest[:, :, None, None] + where[:, :, None, None]


def of_its_type(net, x):
    assert isinstance(x, torch.Tensor) and torch.is_tensor(x) and x.is_floating_point()
    scale = torch.ones(x.shape[1], dtype=x.dtype, device=x.device)
    if x.dtype in (torch.float32, torch.float64) and x.ndim == 4 and not x.is_cuda:
        return x * scale[:, None, None]
    return x


def expanded(net, x):
    b = x.shape[0]
    return x + net.offset.expand(b, -1, *x.shape[2:])


def flattened_images(net, x):
    b, c = x.shape[:2]
    rows = x.permute(0, 2, 3, 1).reshape(b * x.shape[2] * x.shape[3], c)
    return rows.view(b, -1, c).mean(1)


class Halved(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x / 2


def taken_by_cpp(net, x):
    """What C++ would crash on if it took a proxy for a tensor."""
    x = torch.where(x > 0.1, x, 0.0) + Halved.apply(x)
    return checkpoint(nn.Hardswish(), x)


@torch.jit.script
def scripted(x):
    return x * torch.sigmoid(x)


def calling_scripted(net, x):
    return scripted(x) + scripted(torch.ones(1))


def assigned_to(net, x):
    """Channels moved as temporal shifts do, some of them halved, the smallest values cut off."""
    y = torch.zeros_like(x)
    y[:, :2] = x[:, 1:3]
    y[:, 2:] = x[:, 2:]
    y[:, :2] *= 0.5
    y[y < 0.1] = 0
    y[y > 2] = y.mean()
    y[0, 1, 2] += 1
    return y


BODIES = (
    pool_by_size,
    pad_by_difference,
    a_share_of_the_channels,
    asserted_and_compared,
    looped,
    shuffled,
    unpacked,
    of_its_type,
    expanded,
    flattened_images,
    taken_by_cpp,
    assigned_to,
    calling_scripted,
)


class Shapes(Extracting):
    def test_what_is_computed_from_shapes_is_traced_for_any_number_of_images(self):
        for body in BODIES:
            with self.subTest(body.__name__), torch.no_grad():
                net = shake(Net(body))
                first, *others = [image[None] for image in images(3)]
                module, analysis = analyse(net, first)
                self.assertTrue(analysis.any_count)
                x = torch.cat(others)
                torch.testing.assert_close(module(x), net(x))
                self.assertEqual([l.name for l in analysis.find()], ["conv", "fc"])

    def test_a_network_that_takes_one_image_only_is_traced_for_one(self):
        bodies = (
            lambda net, x: F.avg_pool2d(x, x.size(3)).view(1, -1),
            lambda net, x: x + torch.zeros(x.size(0), 4, 1, 1),
            lambda net, x: torch.cat([x[i : i + 1] for i in range(len(x))]),
        )
        for body in bodies:
            with torch.no_grad():
                net = shake(Net(body))
                first = images(1)[0][None]
                module, analysis = analyse(net, first)
                self.assertFalse(analysis.any_count)
                torch.testing.assert_close(module(first), net(first))

    def test_an_output_may_be_a_dataclass(self):
        @dataclasses.dataclass
        class Output:
            classes: torch.Tensor
            maps: list

        class Named(Net):
            def forward(self, x):
                maps = F.relu(self.conv(x))
                return Output(self.fc(maps.mean((2, 3))), [maps])

        module, analysis = analyse(shake(Named(None)), images(1)[0][None])
        self.assertTrue(analysis.any_count)
        self.assertEqual(list(module(images(1)[0][None])), ["classes", "maps"])

    def test_an_assignment_that_the_graph_would_miss_is_refused(self):
        def through_a_view(net, x):
            x.flatten(2)[:, :, 0] = 1
            return x

        def to_a_constant(net, x):
            y = torch.zeros(1, 4, 12, 12)
            y[:, :2] = x[:, :2]
            return y

        for body, why in (
            (through_a_view, "in-place operations on views"),
            (to_a_constant, r"new_zeros.*test_tracing\.py:\d+ in to_a_constant"),
        ):
            self.refused(MODEL, why, self.extract, shake(Net(body)), images(1))

    def test_a_decision_by_a_value_of_the_image_is_refused_with_its_place(self):
        def by_sum(net, x):
            return x if x.sum() > 0 else -x

        def by_number(net, x):
            return x[:, : int(x.max().item())]

        def by_equality(net, x):
            return x if torch.equal(x, x.abs()) else -x

        for body in (by_sum, by_number, by_equality):
            place = r"torch\.fx cannot trace Net.*test_tracing\.py"
            self.refused(MODEL, place, self.extract, shake(Net(body)), images(1))

    def test_a_parameter_that_is_computed_from_stays_one(self):
        net = shake(Net(lambda net, x: x * (net.offset - net.offset.mean())))
        module, _ = analyse(net, images(1)[0][None])
        module(images(1)[0][None]).sum().backward()
        self.assertIsNotNone(net.offset.grad)


if __name__ == "__main__":
    unittest.main()
