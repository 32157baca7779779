"""What a trace leaves out is named, with its MACs; layers and ReLUs in unusual clothes are found."""
import unittest

import h5py
import numpy as np
import torch
import torchvision
from torch import fx, nn
from torch.nn import functional as F

from extracting import Extracting, images, shake
from peeksim.trace.counting import MacCounter


@fx.wrap
def windowed(x, weight):
    """Two matrix products that torch.fx sees as one call."""
    rows = F.linear(x, weight)
    return rows @ rows.transpose(1, 2)


def attention_macs(tokens, width):
    return 4 * tokens * width * width + 2 * tokens * tokens * width


class Attention(nn.Module):
    """A convolution to 8 channels, 36 tokens, `body`, a fully connected layer."""

    def __init__(self, body):
        super().__init__()
        self.conv, self.body, self.fc = nn.Conv2d(3, 8, 2, 2), body, nn.Linear(8, 2)

    def forward(self, x):
        x = self.body(F.relu(self.conv(x)).flatten(2).transpose(1, 2))
        return self.fc(x.mean(1))


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.weight = nn.Parameter(torch.ones(3, 8))

    def forward(self, x):
        y = self.attention(x, x, x, need_weights=False)[0]
        return y + windowed(y, self.weight).mean(2, keepdim=True)


class WhatATraceLeavesOut(Extracting):
    def unrecorded(self):
        with h5py.File(self.path, "r") as f:
            macs, text = f.attrs.get("unrecorded_macs", 0), f.attrs.get("unrecorded", b"")
        return int(macs), text.decode()

    def test_the_macs_of_a_leaf_of_the_graph_are_named_and_add_up(self):
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        mixed = attention_macs(36, 8) + 36 * 3 * 8 + 36 * 36 * 3
        for body, macs, places in (
            (Mixed(), mixed, ("body.attention (M", "windowed")),
            (layer, attention_macs(36, 8) + 2 * 36 * 8 * 16, ("body (TransformerEncoderLayer)",)),
            (nn.Identity(), 0, ()),
        ):
            net = shake(Attention(body))
            with MacCounter() as counter, torch.no_grad():
                net(images(1)[0][None])
            self.assertEqual(counter.macs, macs + 36 * 8 * 12 + 16)
            summary = self.extract(net, images(2), force=True)
            self.assertEqual(self.unrecorded()[0], macs)
            self.assertEqual((summary.unrecorded.macs, summary.macs), (macs, counter.macs))
            for place in places:
                self.assertIn(place, self.unrecorded()[1])

    def test_recurrent_and_bilinear_parts_count_too(self):
        class Recurrent(nn.Module):
            def __init__(self):
                super().__init__()
                self.rnn, self.bilinear = nn.GRU(8, 4, batch_first=True), nn.Bilinear(4, 4, 8)

            def forward(self, x):
                y = self.rnn(x)[0]
                return self.bilinear(y, y)

        self.extract(shake(Attention(Recurrent())), images(1))
        self.assertEqual(self.unrecorded()[0], 36 * (12 * 8 + 12 * 4) + 36 * 8 * 4 * 4)

    def test_transposed_3d_and_deformed_convolutions_are_left_out_and_the_others_stay(self):
        class Volume(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv3d(4, 2, (1, 3, 3), padding=(0, 1, 1))

            def forward(self, x):
                return self.conv(x[:, :, None]).squeeze(2)

        class Deformed(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = torchvision.ops.DeformConv2d(4, 2, 3, padding=1)

            def forward(self, x):
                return self.conv(x, torch.ones(1, 18, 6, 6))

        for part, macs in (
            (nn.ConvTranspose2d(4, 2, 2, 2), 36 * 4 * 2 * 4),
            (Deformed(), 36 * 2 * 4 * 9),
            (Volume(), 36 * 2 * 4 * 9),
        ):
            last = nn.Conv2d(2, 3, 3)
            net = nn.Sequential(nn.Conv2d(3, 4, 2, 2), nn.ReLU(), part, nn.ReLU(), last)
            summary = self.extract(shake(net), images(1), force=True)
            self.assertEqual([l.name for l in summary.layers], ["0", "4"])
            self.assertEqual(self.unrecorded()[0], macs)
            self.assertRegex(" ".join(summary.notes), "1 ReLU follows no layer directly")

    def test_what_does_not_depend_on_the_image_is_not_missing(self):
        class Made(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.table = nn.Conv2d(3, 4, 3), nn.Parameter(torch.ones(5, 4))
                self.make = nn.Linear(4, 4)

            def forward(self, x):
                return self.conv(x) + self.make(self.table).sum(0)[:, None, None]

        self.extract(shake(Made()), images(1))
        self.assertEqual(self.unrecorded(), (0, ""))

    def test_layers_over_parts_of_an_image_are_rows_or_left_out(self):
        class Windows(nn.Module):
            """Nine windows of 2x2 positions, as if they were nine images."""

            def __init__(self):
                super().__init__()
                self.first, self.mix, self.tokens = nn.Conv2d(3, 4, 1), nn.Linear(4, 5), nn.Linear(5, 2)
                self.inner = nn.Conv2d(5, 2, 2)

            def forward(self, x):
                x = F.relu(self.first(x)).view(1, 4, 3, 2, 3, 2).permute(0, 2, 4, 3, 5, 1)
                y = F.relu(self.mix(x.reshape(9, 4, 4)))
                z = self.inner(y.transpose(1, 2).reshape(9, 5, 2, 2))
                return z.flatten(1).sum(0) + self.tokens(y.transpose(0, 1)).sum((0, 1))

        net = shake(Windows()).double()
        x = images(1, (3, 6, 6))
        summary = self.extract(net, x, weights=True)
        layers = self.read()
        self.assertEqual(list(layers), ["first", "mix", "tokens"])
        self.assertEqual(list(layers["mix"]["ofmap_shape"]), [5, 36, 1])
        self.assertEqual([l["activation"] for l in layers.values()], ["relu", "none", "none"])
        self.assertEqual(self.unrecorded(), (9 * 2 * 20, "inner (Conv2d): 360"))
        self.assertRegex(" ".join(summary.notes), "mix: its rows are parts of the image in an order")
        with torch.no_grad():
            rows = F.relu(net.first(x[0].double()[None])).view(1, 4, 3, 2, 3, 2)
            rows = net.mix(rows.permute(0, 2, 4, 3, 5, 1).reshape(36, 4))
        np.testing.assert_allclose(layers["mix"]["ofmap"][0, :, :, 0].T, rows, rtol=1e-6)

    def test_a_product_with_a_parameter_is_a_fully_connected_layer(self):
        class Products(nn.Module):
            def __init__(self):
                super().__init__()
                self.first, self.bias = nn.Parameter(torch.ones(12, 5)), nn.Parameter(torch.ones(5))
                self.second = nn.Parameter(torch.ones(3, 5))

            def forward(self, x):
                x = F.relu(torch.addmm(self.bias, x.flatten(1), self.first))
                return F.relu(x @ self.second.t() + 0.5), x.t() @ x, self.second @ self.second.t()

        self.extract(shake(Products()), images(1, (3, 2, 2)), weights=True)
        layers = self.read()
        self.assertEqual(list(layers), ["first", "second"])
        self.assertEqual([l["activation"] for l in layers.values()], ["relu", "relu"])
        self.assertEqual(list(layers["first"]["weight_shape"]), [5, 12, 1, 1])
        self.assertEqual(self.unrecorded(), (25, "matmul: 25"))

    def test_a_1d_convolution_is_a_layer_of_height_1(self):
        class Signal(nn.Module):
            def __init__(self):
                super().__init__()
                self.first = nn.Conv1d(3, 6, 3, stride=2, padding=1, bias=False)
                self.norm = nn.BatchNorm1d(6)
                self.second = nn.Conv1d(6, 6, 5, dilation=2, groups=3, padding="same")
                self.third = nn.Conv1d(6, 4, 3, padding=1, padding_mode="replicate")

            def values(self, x):
                a = self.norm(self.first(F.pad(x.flatten(2), (2, 1))))
                b = self.second(F.relu(a)) + F.relu(a)
                return a, b, self.third(F.max_pool1d(F.relu(b), 2))

            def forward(self, x):
                return F.relu(self.values(x)[2])

        net = shake(Signal()).double()
        self.extract(net, images(2, (3, 4, 6)), weights=True)
        layers = self.read()
        with torch.no_grad():
            for i, image in enumerate(images(2, (3, 4, 6))):
                values = net.values(image.double()[None])
                for name, value in zip(("first", "second", "third"), values):
                    found = layers[name]["ofmap"][i]
                    self.assertEqual(found.shape[1], 1)
                    np.testing.assert_allclose(found[:, 0], value[0], rtol=1e-6, atol=1e-6)
                    self.assertEqual(layers[name]["activation"], "relu")
        self.assertEqual(list(layers["first"]["pad"]), [0, 3, 0, 2])
        self.assertEqual(list(layers["first"]["stride"]), [1, 2])
        self.assertEqual(list(layers["second"]["weight_shape"]), [6, 2, 1, 5])
        self.assertEqual(list(layers["third"]["pad"]), [0] * 4)


class ReLUsByOtherNames(Extracting):
    def activations(self, body, channels=4):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
                self.zero = nn.Parameter(torch.zeros(1), requires_grad=False)

            def forward(self, x):
                return body(self, self.conv(x))

        net = shake(Net())
        net.zero.zero_()
        summary = self.extract(net, images(2), force=True)
        return summary.layers[0].activation, " ".join(summary.notes)

    def test_what_is_a_relu_is_one(self):
        def by_assignment(net, x):
            x[x < 0] = 0
            return x

        for body in (
            by_assignment,
            lambda net, x: torch.maximum(x, torch.zeros_like(x)),
            lambda net, x: torch.maximum(net.zero, x),
            lambda net, x: torch.max(x, torch.zeros(1)),
            lambda net, x: F.threshold(x, 0, 0),
            lambda net, x: nn.Threshold(0, 0)(x),
            lambda net, x: x * (x > 0),
            lambda net, x: (x > 0).to(x.dtype) * x,
            lambda net, x: x * (x >= 0).float(),
            lambda net, x: torch.where(x > 0, x, torch.zeros_like(x)),
            lambda net, x: torch.where(x <= 0, torch.zeros_like(x), x),
            lambda net, x: torch.where(x < 0, 0.0, x),
            lambda net, x: x.masked_fill(x < 0, 0),
            lambda net, x: F.relu((x - 1.5) / torch.tensor([1.0, 2, 3, 4])[:, None, None]),
            lambda net, x: torch.cat([F.relu(part) for part in x.chunk(2, 1)], 1),
            lambda net, x: F.relu(torch.split(x, 2, 1)[1]),
            lambda net, x: F.relu(x[:, 1:]),
        ):
            self.assertEqual(self.activations(body), ("relu", ""))

    def test_what_only_looks_like_one_is_not(self):
        for body in (
            lambda net, x: torch.maximum(x, torch.ones(1)),
            lambda net, x: F.threshold(x, 0, -1),
            lambda net, x: x * (x > 0.5),
            lambda net, x: x * (x.neg() > 0),
            lambda net, x: torch.where(x > 0, x, torch.ones_like(x)),
            lambda net, x: torch.where(x < 0, x, torch.zeros_like(x)),
            lambda net, x: x.masked_fill(x < 0, 1),
            lambda net, x: F.relu(1.5 - x),
            lambda net, x: F.relu(1 / x),
            lambda net, x: F.relu(torch.div(x, 2, rounding_mode="floor")),
            lambda net, x: torch.cat([F.relu(x[:, :2]), x[:, 2:]], 1),
        ):
            self.assertEqual(self.activations(body)[0], "none")

    def test_a_relu_that_no_layer_owns_is_named_with_what_it_reads(self):
        activation, note = self.activations(lambda net, x: F.relu(torch.sigmoid(x) - 0.5))
        self.assertEqual(activation, "none")
        self.assertRegex(note, r"^1 ReLU follows no layer directly \(relu reads sub\)")
        # One behind another ReLU clips nothing.
        self.assertEqual(self.activations(lambda net, x: F.relu(F.relu(x)[:, 1:])), ("relu", ""))


if __name__ == "__main__":
    unittest.main()
