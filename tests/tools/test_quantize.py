"""Traces of --quantize int8: the integers in the file compute each other, by plain loops here that
follow docs/trace-format.md and share nothing with the extractor.
"""
import hashlib
import os
import unittest

import h5py
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from extracting import (
    HAS_MODELS,
    NO_MODELS,
    SHARED,
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
from peeksim.trace import loading, quantize


def sums(layer, image):
    """bias + the sum of ifmap times weight, [K, P, Q], tap by tap in 64-bit integers."""
    (K, P, Q), (_, c, R, S) = layer["ofmap_shape"], layer["weight_shape"]
    top, left, bottom, right = layer["pad"]
    (stride_h, stride_w), (step_h, step_w) = layer["stride"], layer["dilation"]
    x = np.pad(layer["ifmap"][image].astype(np.int64), ((0, 0), (top, bottom), (left, right)))
    result = np.zeros((K, P, Q), np.int64)
    for k in range(K):
        first = k // (K // layer["groups"]) * c
        for p in range(P):
            for q in range(Q):
                total = int(layer["bias"][k])
                for r in range(R):
                    for s in range(S):
                        taps = x[
                            first : first + c,
                            p * stride_h + r * step_h,
                            q * stride_w + s * step_w,
                        ]
                        total += int((taps * layer["weight"][k, :, r, s].astype(np.int64)).sum())
                result[k, p, q] = total
    return result


def ofmap(layer, image):
    """The ofmap's integers as the format's page computes them, number by number."""
    sx, so = (float(layer["scale"][name]) for name in ("ifmap", "ofmap"))
    result = sums(layer, image)
    assert np.abs(result).max() < 2**31
    for (k, p, q), total in np.ndenumerate(result):
        m = (sx * float(layer["scale"]["weight"][k])) / so
        y = float(total) * m
        if "added" in layer:
            y = y + float(layer["added"][image, k, p, q]) * (float(layer["scale"]["residual"]) / so)
        result[k, p, q] = min(max(round(y), -127), 127)  # Python rounds half to even
    return result


class TheArithmetic(Extracting):
    def quantize(self, net, samples, **options):
        self.extract(net, samples, quantize=True, force=True, **options)
        return self.read()

    def check(self, layers, count):
        for name, layer in layers.items():
            self.assertEqual(layer["arithmetic"], "i8")
            self.assertEqual("added" in layer, bool(layer["residual"]), name)
            for part in ("ofmap", "ifmap", "weight") + ("added",) * ("added" in layer):
                self.assertEqual(layer[part].dtype, np.int8, name)
                self.assertGreaterEqual(layer[part].min(), -127, name)
            self.assertEqual(layer["bias"].dtype, np.int32, name)
            self.assertEqual(layer["scale"]["weight"].dtype, np.float32, name)
            self.assertEqual(layer["scale"]["weight"].shape, (layer["weight_shape"][0],), name)
            self.assertEqual(list(layer["weight"].shape), list(layer["weight_shape"]), name)
            for image in range(count):
                np.testing.assert_array_equal(
                    layer["ofmap"][image], ofmap(layer, image), err_msg=name
                )

    def value(self, layer, name="ofmap"):
        return layer[name].astype(np.float64) * np.float64(
            layer["scale"]["residual" if name == "added" else name]
        )

    def reads(self, layer, value):
        """The layer's ifmap is this value, in its own steps."""
        expected = np.clip(np.rint(value / np.float64(layer["scale"]["ifmap"])), -127, 127)
        np.testing.assert_array_equal(layer["ifmap"], expected)

    def test_every_ofmap_follows_from_the_integers_in_the_file(self):
        for net, shape in (
            (Basic(), (3, 9, 9)),  # stride, residual, fully connected
            (Inverted(), (3, 9, 8)),  # depthwise, uneven padding, dilation, residual, ReLU6
            (Fire(), (3, 7, 7)),  # concatenations
            (Functional(), (3, 9, 8)),  # groups, stride (2, 1), batch-norm as a function
            (Shared(), (3, 8, 8)),  # reflected padding, one convolution twice
            (Tokens(), (3, 5, 5)),  # fully connected over a map and over a vector
            (PreActivation(), (3, 6, 6)),  # a batch-norm that is not folded
        ):
            with self.subTest(type(net).__name__):
                self.check(self.quantize(shake(net), images(2, shape)), 2)

    def test_single_precision_between_the_layers_changes_nothing_in_them(self):
        self.check(self.quantize(shake(Inverted()), images(1, (3, 7, 7)), precision="f32"), 1)

    def test_what_a_layer_reads_is_what_the_layers_before_it_gave(self):
        layers = self.quantize(shake(Basic()), images(2))
        self.reads(layers["conv2"], self.value(layers["conv1"]).clip(0))
        np.testing.assert_array_equal(layers["conv2"]["added"], layers["down.0"]["ofmap"])
        pooled = self.value(layers["conv2"]).clip(0).sum((2, 3), keepdims=True) / 36
        self.reads(layers["fc"], pooled)
        layers = self.quantize(shake(Fire()), images(2))
        joined = [self.value(layers[name]).clip(0) for name in ("left", "right")]
        self.reads(layers["left2"], np.concatenate(joined, 1))

    def test_the_quantised_values_are_near_those_of_the_float_network(self):
        for net in (Basic(), Inverted(), Fire()):
            exact = os.path.join(self.folder, "exact.h5")
            self.extract(shake(net), images(3), exact, weights=True, force=True)
            exact = self.read(exact)
            for name, layer in self.quantize(shake(net), images(3)).items():
                expected = exact[name]["ofmap"]
                error = np.sqrt(np.square(self.value(layer) - expected).mean())
                self.assertLess(error, 0.05 * np.sqrt(np.square(expected).mean()), name)
                coded, scale = layer["weight"], layer["scale"]["weight"].reshape(-1, 1, 1, 1)
                self.assertLess(np.abs(coded * scale - exact[name]["weight"]).max(), scale.max())
                self.assertTrue((np.abs(coded).max((1, 2, 3)) == 127).all(), name)
                step = layer["scale"]["ifmap"] * layer["scale"]["weight"].astype(np.float64)
                np.testing.assert_allclose(
                    layer["bias"] * step, exact[name]["bias"], rtol=1e-6, atol=step.max()
                )

    def test_scales_are_those_of_the_calibration_images_and_larger_values_saturate(self):
        def calibration():
            return [Sample("c%d" % i, x / 4, -1) for i, x in enumerate(images(3, seed=8))]

        exact = os.path.join(self.folder, "exact.h5")
        self.extract(shake(Basic()), calibration, exact, weights=True)
        layers = self.quantize(shake(Basic()), images(2), calibration=calibration)
        for name, layer in self.read(exact).items():
            for part in ("ofmap", "ifmap", "added"):
                if part in layer:
                    self.assertAlmostEqual(
                        layers[name]["scale"]["residual" if part == "added" else part],
                        np.abs(layer[part]).max() / 127,
                        delta=1e-6,
                    )
        self.assertGreater((np.abs(layers["conv1"]["ofmap"]) == 127).mean(), 0.02)
        self.check(layers, 2)
        with h5py.File(self.path, "r") as f:
            self.assertEqual(f.attrs["origin"], b"a test; in int8 arithmetic, scales from 3 images")
            self.assertEqual(f["image_names"][:].tolist(), [b"image0", b"image1"])

    def test_the_same_input_gives_the_same_bytes_whatever_the_number_of_threads(self):
        digests = set()
        self.addCleanup(torch.set_num_threads, torch.get_num_threads())
        for count in (1, 2):
            torch.set_num_threads(count)
            self.quantize(shake(Inverted()), images(2, (3, 40, 40)))
            with open(self.path, "rb") as f:
                digests.add(hashlib.sha256(f.read()).hexdigest())
        self.assertEqual(len(digests), 1)

    def test_datasets_are_shared_where_scale_and_values_are_the_same(self):
        self.quantize(shake(Inverted()), images(1))
        with h5py.File(self.path, "r") as f:
            self.assertEqual(f["layers/0002/ofmap"], f["layers/0003/ifmap"])
            self.assertNotEqual(f["layers/0000/ofmap"], f["layers/0001/ifmap"])


class TheWeights(Extracting):
    def test_each_channel_has_the_scale_of_its_largest_weight(self):
        weight = np.array([[1.0, -0.25], [0.0, 0.0], [-127e-3, 0.5e-3]]).reshape(3, 2, 1, 1)
        coded, scales, bias = quantize.quantized_weights(
            "conv", weight, np.array([0.5, 0.0, -1e-3]), np.float32(0.25)
        )
        np.testing.assert_array_equal(scales, np.array([1 / 127, 1, 1e-3], np.float32))
        np.testing.assert_array_equal(coded[:, :, 0, 0], [[127, -32], [0, 0], [-127, 0]])
        np.testing.assert_array_equal(bias, [254, 0, -4])

    def test_a_bias_beside_negligible_weights_keeps_its_value_and_fits(self):
        coded, scales, bias = quantize.quantized_weights(
            "conv", np.array([1e-12, 0.0]).reshape(2, 1, 1, 1), np.array([0.5, -3]), np.float32(2)
        )
        np.testing.assert_array_equal(coded.ravel(), [0, 0])
        np.testing.assert_allclose(bias * scales.astype(np.float64) * 2, [0.5, -3], rtol=1e-7)
        self.assertLess(np.abs(bias).max(), 2**31)

    def test_sums_that_an_int32_cannot_hold_are_refused_by_name(self):
        weight = np.ones((1, 70000, 1, 1))
        step = 1 / 127
        with self.assertRaisesRegex(Exception, "wide: its sums may reach .*cannot be quantised"):
            quantize.quantized_weights("wide", weight, np.array([2**30 * step]), np.float32(1))
        quantize.quantized_weights("wide", weight, np.array([2**29 * step]), np.float32(1))

    def test_a_layer_that_cannot_be_folded_is_refused_by_name(self):
        class Scaled(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)

            def forward(self, x):
                return torch.add(self.conv(x), x, alpha=2).relu()

        class Dynamic(Scaled):
            def forward(self, x):
                return F.conv2d(self.conv(x), torch.ones(2, 3, 1, 1) * x.mean())

        class DynamicBias(Scaled):
            def forward(self, x):
                return F.conv2d(x, self.conv.weight, x.mean((0, 2, 3)))

        hooked = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
        hooked[0].register_forward_hook(lambda module, given, value: value * 2)
        for net, why in (
            (hooked, "0: cannot be quantised, its weights .* forward hook, which has to be removed"),
            (Scaled(), "conv: cannot be quantised, its weights cannot be folded"),
            (Dynamic(), "cannot be quantised, its weights depend on the image"),
            (DynamicBias(), "cannot be quantised, its weights depend on the image"),
        ):
            self.refused(4, why, self.extract, shake(net), images(1), quantize=True)


class ATrainedNetwork(Extracting):
    @unittest.skipUnless(HAS_MODELS, NO_MODELS)
    def test_resnet20_in_int8_chooses_the_classes_that_it_chooses_in_float(self):
        count = 48
        graph_net = os.path.join(SHARED, "models", "graph_net.py")
        net, meta, _ = loading.load_model(graph_net + ":load", ["cifar_resnet20"])
        preprocess = loading.preprocessing(graph_net + ":preprocess", meta)
        folder = os.path.join(SHARED, "images", "cifar10_eval")
        given = list(loading.Inputs(folder, preprocess, count + 16)())
        with torch.no_grad():
            expected = net.float()(torch.stack([s.tensor for s in given[:count]])).argmax(1).numpy()
        self.extract(net, lambda: given[:count], quantize=True, calibration=lambda: given[count:])
        found = list(self.read().values())[-1]["ofmap"][:, :, 0, 0].argmax(1)
        agreement = (found == expected).mean()
        print("\nResNet-20 in int8: %.1f %% of %d classes as in float" % (100 * agreement, count))
        self.assertGreaterEqual(agreement, 0.95)


if __name__ == "__main__":
    unittest.main()
