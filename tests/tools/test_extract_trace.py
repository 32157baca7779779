"""tools/extract_trace.py records what enters each ReLU, in the documented file.

The networks' own forward hooks, or a second formulation by hand, say what should be recorded. Run
with a Python that has torch, h5py, numpy and PIL:

    /usr/bin/python3 -m unittest discover -s tests/tools
"""
import hashlib
import os
import time

import h5py
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from extracting import (
    Basic,
    Extracting,
    Fire,
    Functional,
    Inverted,
    PreActivation,
    Sample,
    Shared,
    Tokens,
    images,
    shake,
)
from peeksim.trace import store


def inputs_of(net, kinds, samples):
    """What enters the modules of those kinds, in order of their calls: one list per image."""
    seen = []
    hooks = [
        m.register_forward_pre_hook(lambda _, x: seen[-1].append(x[0].detach().clone()))
        for m in net.modules()
        if isinstance(m, kinds)
    ]
    with torch.no_grad():
        for x in samples:
            seen.append([])
            net.double()(x.double()[None])
    for hook in hooks:
        hook.remove()
    return [torch.cat(values).numpy() for values in zip(*seen)]


class WhatIsRecorded(Extracting):
    def check(self, net, expected, relu_order, count=2, **options):
        """`relu_order`: for each ReLU call, the layer whose ofmap enters it."""
        samples = images(count)
        relus = inputs_of(net, (nn.ReLU, nn.ReLU6), samples)
        convs = inputs_of(net, nn.Conv2d, samples)
        summary = self.extract(net, samples, **options)
        layers = self.read()
        self.assertEqual(
            [(n, l["activation"], int(l["residual"])) for n, l in layers.items()], expected
        )
        self.assertEqual(len(relus), len(relu_order))
        for name, value in zip(relu_order, relus):
            if name:
                np.testing.assert_allclose(layers[name]["ofmap"], value, rtol=1e-6, atol=1e-9)
        for name, layer in layers.items():
            self.check_geometry(name, layer)
            if layer["kind"] == "conv":
                self.assertTrue(
                    any(
                        v.shape == layer["ifmap"].shape and np.allclose(v, layer["ifmap"])
                        for v in convs
                        + [torch.stack(samples).numpy()]
                        + relus
                        + [r.clip(0) for r in relus]
                        + [r.clip(0, 6) for r in relus]
                        + [l["ofmap"] for l in layers.values()]
                    ),
                    name,
                )
        return summary, layers

    def check_geometry(self, name, layer):
        C, H, W = layer["ifmap_shape"]
        K, c, R, S = layer["weight_shape"]
        top, left, bottom, right = layer["pad"]
        self.assertEqual(c * layer["groups"], C, name)
        P = (H + top + bottom - layer["dilation"][0] * (R - 1) - 1) // layer["stride"][0] + 1
        Q = (W + left + right - layer["dilation"][1] * (S - 1) - 1) // layer["stride"][1] + 1
        self.assertEqual(list(layer["ofmap_shape"]), [K, P, Q], name)
        self.assertEqual(layer["ofmap"].shape[1:], (K, P, Q), name)
        self.assertEqual(layer["ifmap"].shape[1:], (C, H, W), name)

    def test_a_basic_block_gives_its_addition_to_the_deeper_convolution(self):
        _, layers = self.check(
            shake(Basic()),
            [("conv1", "relu", 0), ("down.0", "none", 0), ("conv2", "relu", 1), ("fc", "none", 0)],
            ["conv1", "conv2"],
        )
        self.assertEqual(layers["fc"]["kind"], "fc")
        self.assertEqual(list(layers["fc"]["ifmap_shape"]), [4, 1, 1])
        self.assertEqual(list(layers["fc"]["weight_shape"]), [5, 4, 1, 1])

    def test_an_inverted_residual_has_relu6_padding_folded_in_and_a_linear_bottleneck(self):
        _, layers = self.check(
            shake(Inverted()),
            [
                ("expand.0", "relu6", 0),
                ("depthwise.1", "relu6", 0),
                ("project.0", "none", 1),
                ("last", "relu6", 0),
            ],
            ["expand.0", "depthwise.1", "last"],
        )
        self.assertEqual(list(layers["depthwise.1"]["pad"]), [2, 0, 1, 1])
        self.assertEqual(int(layers["depthwise.1"]["groups"]), 9)
        self.assertEqual(list(layers["project.0"]["weight_shape"]), [3, 9, 2, 1])
        self.assertEqual(list(layers["last"]["dilation"]), [2, 2])
        np.testing.assert_array_equal(layers["project.0"]["ofmap"], layers["last"]["ifmap"])

    def test_a_fire_module_is_followed_through_its_concatenation(self):
        _, layers = self.check(
            shake(Fire()),
            [(n, "relu", 0) for n in ("squeeze", "left", "right", "left2", "right2")],
            ["squeeze", "left", "right", None],
        )
        last = inputs_of(shake(Fire()), nn.ReLU, images(2))[-1]
        np.testing.assert_allclose(layers["left2"]["ofmap"], last[:, :3], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(layers["right2"]["ofmap"], last[:, 3:], rtol=1e-6, atol=1e-9)
        self.assertEqual(list(layers["right2"]["pad"]), [1, 1, 1, 1])

    def test_layers_that_read_one_tensor_share_its_dataset(self):
        self.extract(shake(Fire()), images(1))
        with h5py.File(self.path, "r") as f:
            self.assertEqual(f["layers/0001/ifmap"], f["layers/0002/ifmap"])
            self.assertNotEqual(f["layers/0000/ifmap"], f["layers/0001/ifmap"])

    def test_a_pre_activation_value_that_is_read_elsewhere_is_never_predicted(self):
        summary, _ = self.check(
            shake(PreActivation()),
            [("stem", "none", 0), ("conv1", "relu", 0), ("conv2", "none", 1)],
            [None, "conv1"],
        )
        self.assertEqual(len(summary.notes), 1)
        self.assertRegex(summary.notes[0], "^stem: .*cannot be predicted")

    def test_a_value_that_a_relu_and_something_else_read_is_never_predicted(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.relu = nn.Conv2d(3, 3, 1), nn.ReLU()

            def forward(self, x):
                y = self.conv(x)
                return self.relu(y) - y

        summary, _ = self.check(shake(Net()), [("conv", "none", 0)], ["conv"])
        self.assertRegex(summary.notes[0], "^conv: .*also read by sub")

    def test_functional_style_is_followed_through_in_place_operations(self):
        net, samples = shake(Functional()), images(2)
        self.extract(net, samples)
        layers = self.read()
        with torch.no_grad():
            net.double()
            a, b, _ = (
                torch.cat(v).numpy() for v in zip(*(net.values(x.double()[None]) for x in samples))
            )
        first, second = layers.values()
        np.testing.assert_allclose(first["ofmap"], a, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(second["ifmap"], a.clip(0), rtol=1e-6, atol=1e-9)
        self.assertEqual((list(first["pad"]), list(first["stride"])), ([2, 1, 1, 0], [2, 1]))
        self.assertEqual((first["name"], second["name"]), ("weight", "weight2"))
        self.assertEqual((first["activation"], int(first["residual"])), ("relu", 0))
        # The padding between the second convolution and its addition ends what can be followed.
        self.assertEqual((second["activation"], int(second["residual"])), ("none", 0))
        self.assertEqual(b.shape[3], second["ofmap"].shape[3] + 1)

    def test_a_module_that_forward_makes_is_what_it_computes(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 4, 3)
                self.last = nn.Conv2d(4, 2, 1)

            def forward(self, x):
                x = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2))(self.conv(x))
                return nn.Sigmoid()(self.last(x))

        net, samples = shake(Net()), images(2)
        self.extract(net, samples, type="f32")
        layers = self.read()
        self.assertEqual(
            [(name, layer["activation"]) for name, layer in layers.items()],
            [("conv", "relu"), ("last", "none")],
        )
        with torch.no_grad():
            expected = net.double().conv(torch.stack(samples).double()).numpy()
        np.testing.assert_allclose(layers["conv"]["ofmap"], expected, rtol=1e-6, atol=1e-6)

    def test_a_shared_convolution_is_recorded_at_each_call_and_pooling_may_precede_the_relu(self):
        net = shake(Shared())
        samples = images(2)
        relus = inputs_of(net, nn.ReLU, samples)
        self.extract(net, samples)
        layers = self.read()
        self.assertEqual(
            [(n, l["activation"]) for n, l in layers.items()],
            [("conv#1", "relu"), ("conv#2", "relu")],
        )
        np.testing.assert_allclose(layers["conv#1"]["ofmap"], relus[0], rtol=1e-6, atol=1e-9)
        pooled = F.max_pool2d(torch.from_numpy(layers["conv#2"]["ofmap"]), 2).numpy()
        np.testing.assert_allclose(pooled, relus[1], rtol=1e-6, atol=1e-9)
        # Reflected padding is part of the ifmap: a trace's own padding is zeros.
        self.assertEqual(list(layers["conv#1"]["pad"]), [0, 0, 0, 0])
        padded = F.pad(torch.stack(samples), (1, 1, 1, 1), "reflect").numpy()
        np.testing.assert_allclose(layers["conv#1"]["ifmap"], padded, rtol=1e-6)

    def test_a_fully_connected_layer_over_a_map_is_a_1x1_convolution(self):
        net, samples = shake(Tokens()), images(2)
        relus = inputs_of(net, nn.ReLU, samples)
        self.extract(net, samples)
        layers = self.read()
        self.assertEqual([l["kind"] for l in layers.values()], ["conv", "fc"])
        np.testing.assert_allclose(
            layers["mix"]["ofmap"], relus[0].transpose(0, 3, 1, 2), rtol=1e-6
        )
        np.testing.assert_allclose(layers["head"]["ofmap"], relus[1][:, :, None, None], rtol=1e-6)
        for name, layer in layers.items():
            self.check_geometry(name, layer)

    def test_folded_weights_bias_and_residual_compute_the_ofmap(self):
        for net in (Basic(), Inverted(), Fire()):
            self.extract(shake(net), images(2), weights=True, force=True)
            for name, l in self.read().items():
                top, left, bottom, right = (int(p) for p in l["pad"])
                value = F.conv2d(
                    F.pad(torch.from_numpy(l["ifmap"]), (left, right, top, bottom)),
                    torch.from_numpy(l["weight"]),
                    torch.from_numpy(l["bias"]),
                    l["stride"].tolist(),
                    0,
                    l["dilation"].tolist(),
                    int(l["groups"]),
                ).numpy()
                self.assertEqual(list(l["weight"].shape), list(l["weight_shape"]), name)
                self.assertEqual("added" in l, bool(l["residual"]), name)
                value = value + l.get("added", 0)
                np.testing.assert_allclose(value, l["ofmap"], rtol=1e-4, atol=1e-4, err_msg=name)


class TheFile(Extracting):
    def test_i8_keeps_signs_and_rounds_to_the_nearest_step(self):
        net = shake(Basic())
        self.extract(net, images(3), self.path)
        exact = self.read()
        coded = os.path.join(self.folder, "i8.h5")
        self.extract(net, images(3), coded, type="i8")
        for name, layer in self.read(coded).items():
            for part in ("ofmap", "ifmap"):
                integers, scale = layer[part], layer["scale"][part]
                self.assertEqual(integers.dtype, np.int8)
                self.assertEqual(scale.dtype, np.float32)
                np.testing.assert_array_equal(np.sign(integers), np.sign(exact[name][part]))
                off = np.abs(integers * np.float64(scale) - exact[name][part])
                tiny = np.abs(exact[name][part]) < scale / 2
                self.assertLess(off[~tiny].max(), scale * 0.501)
                self.assertLessEqual(np.abs(integers).max(), 127)
                self.assertEqual(np.abs(integers).max(), 127)

    def test_every_type_keeps_the_smallest_values_signs_and_drops_rounding_noise(self):
        values = np.array([1.0, -1e-9, 1e-9, 0.0, 1e-14, -1e-14])
        for kind in ("i8", "f16", "f32"):
            np.testing.assert_array_equal(
                np.sign(store.Rounded(kind, 1.0).encode(values)), [1, -1, 1, 0, 0, 0]
            )
        zeros = np.zeros(3)
        np.testing.assert_array_equal(store.Rounded("i8", 0.0).encode(zeros), zeros)
        self.assertGreater(store.scale_of(0.0), 0)

    def test_the_layout_is_the_documented_one(self):
        self.extract(
            shake(Basic()),
            lambda: [Sample("a", images(1)[0], 7), Sample("bc", images(1)[0], -1)],
            type="i8",
            synthetic=True,
        )
        with h5py.File(self.path, "r") as f:
            self.assertEqual(
                {k: v.decode() if isinstance(v, bytes) else int(v) for k, v in f.attrs.items()},
                {
                    "format": "peeksim-trace",
                    "version": 1,
                    "network": "net",
                    "origin": "a test",
                    "synthetic": 1,
                    "images": 2,
                },
            )
            self.assertEqual(f["labels"][:].tolist(), [7, -1])
            self.assertEqual(f["labels"].dtype, np.int32)
            self.assertEqual(f["image_names"][:].tolist(), [b"a", b"bc"])
            for group in f["layers"].values():
                for data in (group["ofmap"], group["ifmap"]):
                    self.assertEqual(data.chunks, (1,) + data.shape[1:])
                    self.assertEqual(
                        (data.shuffle, data.compression, data.fletcher32), (True, "gzip", True)
                    )
                self.assertEqual(
                    [
                        group.attrs[n].shape
                        for n in (
                            "ifmap_shape",
                            "weight_shape",
                            "ofmap_shape",
                            "stride",
                            "pad",
                            "dilation",
                        )
                    ],
                    [(3,), (4,), (3,), (2,), (4,), (2,)],
                )
                self.assertNotIn("weight", group)

    def test_ifmaps_can_be_left_out(self):
        self.extract(shake(Basic()), images(1), ifmap=False)
        self.assertTrue(all("ifmap" not in l for l in self.read().values()))

    def test_the_bytes_do_not_depend_on_time_or_on_the_number_of_threads(self):
        digests = []
        threads = torch.get_num_threads()
        self.addCleanup(torch.set_num_threads, threads)
        for count in (1, 2):
            torch.set_num_threads(count)
            self.extract(shake(Basic()), images(3, (3, 40, 40)), type="i8", force=True)
            with open(self.path, "rb") as f:
                digests.append(hashlib.sha256(f.read()).hexdigest())
            time.sleep(1.1)
        self.assertEqual(digests[0], digests[1])
