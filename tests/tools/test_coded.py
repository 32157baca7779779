"""Traces of networks that are quantised already: the file's integers, zero points and all; the
clocked engine computes the same outputs from them, to the bit.
"""
import json
import os
import unittest

import h5py
import numpy as np
from onnx import helper

from extracting import ROOT
from test_onnx_codes import Integers
from test_quantize import sums
from peeksim.accuracy import insert, settings
from peeksim.trace import loading
from peeksim.errors import USAGE, ExtractError


def expected_ofmap(layer, image):
    """What enters the activation, by docs/trace-format.md, number by number."""
    zero = layer["zero"]
    shifted = dict(layer, ifmap=layer["ifmap"].astype(np.int64) - zero["ifmap"])
    sx, so = (float(layer["scale"][name]) for name in ("ifmap", "ofmap"))
    weight_scale = np.broadcast_to(layer["scale"]["weight"], layer["weight_shape"][0])
    result = sums(shifted, image)
    for (k, p, q), total in np.ndenumerate(result):
        y = float(total) * ((sx * float(weight_scale[k])) / so)
        if "added" in layer:
            added = float(int(layer["added"][image, k, p, q]) - zero["residual"])
            y = y + added * (float(layer["scale"]["residual"]) / so)
        result[k, p, q] = min(max(round(y), -32767), 32767)
    return result


class Coded(Integers):
    def conv(self, x, name, channels, kernel=3, bias=True, step=None, **more):
        """The nodes of a Conv of dequantised constants."""
        w = self.whole(-100, 100, *channels, kernel, kernel, kind="i1")
        scale = self.random.rand(channels[0]).astype("f4") * 0.01 + 0.002
        nodes = [self.decoded(name + "_w", w, scale, np.zeros(channels[0], "i1"), axis=0)]
        inputs = [x, name + "_w"]
        if bias:
            b = self.whole(-900, 900, channels[0])
            zeros = np.zeros(channels[0], "i4")
            nodes.append(self.decoded(name + "_b", b, scale * step, zeros, axis=0))
            inputs.append(name + "_b")
        return nodes + [helper.make_node("Conv", inputs, [name], name=name, **more)]

    def file(self):
        """x; one, whose ReLU the quantisation is; max-pooling; two, grouped, linear; three, to which
        one's pooled output is added, and a ReLU; four by QLinearConv; the last in floats."""
        f4, u1, i1 = np.float32, np.uint8, np.int8
        nodes = self.pair("x", "x1", 0.02, u1(119))
        nodes += self.conv("x1", "one", (4, 3), step=f4(0.02), pads=[1, 1, 1, 1])
        nodes += self.pair("one", "one1", 0.03, u1(0))
        halves = {"kernel_shape": [2, 2], "strides": [2, 2]}
        nodes += [helper.make_node("MaxPool", ["one1"], ["pool"], **halves)]
        nodes += self.conv("pool", "two", (4, 2), step=f4(0.03), pads=[0, 1, 2, 1], group=2)
        nodes += self.pair("two", "two1", 0.04, i1(-7))
        nodes += self.conv("two1", "three", (4, 4), kernel=1, step=f4(0.04))
        nodes += [
            helper.make_node("Add", ["three", "pool"], ["sum"]),
            helper.make_node("Relu", ["sum"], ["relu"]),
        ]
        terms = self.terms("four_x", 0.06, u1(13))
        four = ["four_w"] + self.terms("four_w", 0.01, i1(0)) + self.terms("four", 0.1, i1(-128))
        self.constants["four_w"] = self.whole(-90, 90, 5, 4, 3, 3, kind="i1")
        nodes += [
            helper.make_node("QuantizeLinear", ["relu"] + terms, ["four_x"]),
            helper.make_node("QLinearConv", ["four_x"] + terms + four, ["four"], name="four"),
            helper.make_node("DequantizeLinear", ["four", "four_scale", "four_zero"], ["four1"]),
            helper.make_node("GlobalAveragePool", ["four1"], ["mean"]),
        ]
        nodes += self.conv("mean", "last", (2, 5), kernel=1, bias=False)
        nodes[-1].output[0] = "y"
        return self.network(nodes, self.constants)

    def extracted(self, images=2, **options):
        x = self.images(images, 3, 8, 8)
        samples = os.path.join(self.folder, "images.npy")
        np.save(samples, x)
        self.file()
        net = loading.load_model(self.home)[0]
        given = [loading.torch.from_numpy(image) for image in x]
        options = dict(dict(type=None, force=True), **options)
        summary = self.extract(net, given, **options)
        layers = self.read()
        with h5py.File(self.path, "r") as f:
            for group in f["layers"].values():
                layer = layers[group.attrs["name"].decode()]
                layer["zero"] = {k: int(d.attrs.get("zero_point", 0)) for k, d in group.items()}
            self.version = int(f.attrs["version"])
        return summary, layers

    def check_values(self, machine):
        path = os.path.join(ROOT, "configs", machine + ".yaml")
        words = ("--trace", self.path, "--engine", "clocked", "--check-values", "--force")
        settings.run_peeksim("run", path, *words, "--out", os.path.join(self.folder, "out"))


class WhatIsRecorded(Coded):
    def test_the_files_integers_compute_each_other(self):
        summary, layers = self.extracted()
        self.assertEqual(self.version, 2)
        self.assertEqual(summary.stored, "f32, 4 layers in int8 arithmetic")
        self.assertEqual(
            [(n, l["activation"], l["residual"]) for n, l in layers.items()],
            [
                ("one", "relu", 0),
                ("two", "none", 0),
                ("three", "relu", 1),
                ("four", "relu", 0),
                ("last", "none", 0),
            ],
        )
        zeros = [(l["zero"]["ifmap"], l["zero"].get("residual", 0)) for l in layers.values()]
        self.assertEqual(zeros, [(-9, 0), (-128, 0), (-7, -128), (-115, 0), (0, 0)])
        for name in ("one", "two", "three", "four"):
            layer = layers[name]
            self.assertEqual(layer["arithmetic"], "i8")
            self.assertEqual(layer["ofmap"].dtype, np.int16, name)
            for image in range(2):
                expected = expected_ofmap(layer, image)
                np.testing.assert_array_equal(layer["ofmap"][image], expected, name)
        self.assertLess(layers["one"]["ofmap"].min(), -128)  # unclipped
        np.testing.assert_array_equal(layers["four"]["weight"], self.constants["four_w"])
        self.assertNotIn("arithmetic", layers["last"])
        self.assertIn("1 of 5 layers are not in integers (last)", " ".join(summary.notes))

    def test_what_a_layer_reads_is_what_the_layers_before_it_gave(self):
        _, layers = self.extracted()
        one, two, three = (layers[n] for n in ("one", "two", "three"))
        stored = np.clip(one["ofmap"], 0, 255) - 128
        pooled = stored.reshape(2, 4, 4, 2, 4, 2).max((3, 5))
        np.testing.assert_array_equal(two["ifmap"], pooled)
        np.testing.assert_array_equal(three["added"], pooled)
        np.testing.assert_array_equal(three["ifmap"], np.clip(two["ofmap"] - 7, -128, 127))
        np.testing.assert_array_equal(
            layers["four"]["ifmap"], np.clip(np.maximum(three["ofmap"], 0) + 13, 0, 255) - 128
        )
        with h5py.File(self.path, "r") as f:  # one tensor
            self.assertEqual(f["layers/0001/ifmap"], f["layers/0002/residual"])

    def test_the_clocked_engine_computes_the_same_to_the_bit(self):
        self.extracted()
        self.assertIn("i8 arithmetic", settings.run_peeksim("trace", "info", self.path))
        settings.run_peeksim("trace", "check", self.path)
        for machine in ("dense-16x16-skip", "peek-16x16-balanced"):
            self.check_values(machine)
        with h5py.File(self.path, "r+") as f:
            f["layers/0001/ofmap"][1, 2, 3, 0] += 1
        with self.assertRaisesRegex(ExtractError, r"two.: image 1: channel 2, position .3, 0"):
            self.check_values("dense-16x16-skip")

    def test_prediction_in_the_loop_gates_to_the_zero_point(self):
        machine = os.path.join(self.folder, "machine.yaml")
        with open(machine, "w") as f:
            tiny = os.path.join(ROOT, "configs", "tiny.yaml")
            more = {"peeks": "corner", "window": [2, 2], "exclude": []}
            json.dump({"extends": tiny, "name": "machine", "prediction": more}, f)
        summary, layers = self.extracted(loop=insert.closed_loop(machine))
        self.assertGreater(summary.gated, 0)
        for name in ("one", "two", "three", "four"):
            expected = expected_ofmap(layers[name], 1)
            np.testing.assert_array_equal(layers[name]["ofmap"][1], expected, name)


class WhatIsRefused(Coded):
    def test_a_quantised_network_is_not_quantised_again_and_keeps_its_ifmaps(self):
        self.file()
        net = loading.load_model(self.home)[0]
        given = [loading.torch.zeros(3, 8, 8)]
        os.remove(self.home)
        for options, pattern in (
            ({"quantize": True}, "is quantised already: drop --quantize"),
            ({"ifmap": False}, "is recorded with ifmaps: drop --no-ifmap"),
        ):
            self.refused(USAGE, pattern, self.extract, net, given, **options)


if __name__ == "__main__":
    unittest.main()
