"""What ONNX operators on values and places compute beyond ONNX's own tests (test_onnx_suite.py): a
free number of images, the forms of the oldest and the newest opsets, and how layers see them.
"""
import unittest

import numpy as np
import torch
from onnx import helper
from torch.nn import functional as F

from test_own_models import Computing
from peeksim.trace import onnx_model
from peeksim.trace.analyse import analyse


def whole(*numbers):
    return np.array(numbers, "i8")


class OnnxValues(Computing):
    def test_opset_6_broadcasts_by_attributes(self):
        c = np.array([2, -4, 0.5], "f4")
        t = torch.from_numpy(c).reshape(3, 1, 1)
        for kind, expected in (
            ("Add", lambda x: x + t),
            ("Sub", lambda x: x - t),
            ("Mul", lambda x: x * t),
            ("Div", lambda x: x / t),
        ):
            with self.subTest(kind):
                more = {"opset": 6, "broadcast": 1, "axis": 1}
                self.assert_computes(expected, kind, ("x", "c"), {"c": c}, **more)
        rows = {"c": np.arange(8, dtype="f4")}
        expected = lambda x: x + torch.arange(8.0)
        self.assert_computes(expected, "Add", ("x", "c"), rows, opset=6, broadcast=1)

    def test_opset_6_networks_say_that_they_do_not_train(self):
        terms = dict(zip("smbv", np.random.RandomState(0).rand(4, 3).astype("f4")))
        w = np.random.RandomState(1).randn(5, 192).astype("f4")
        self.network(
            [
                helper.make_node("BatchNormalization", list("xsmbv"), ["n"], is_test=1, spatial=1),
                helper.make_node("Dropout", ["n"], ["d", "mask"], is_test=1),
                helper.make_node("Flatten", ["d"], ["f"]),
                helper.make_node("Gemm", ["f", "w", "c"], ["y"], transB=1, broadcast=1),
            ],
            {**terms, "w": w, "c": np.float32([2])},
            opset=6,
        )
        s, m, b, v = map(torch.from_numpy, terms.values())
        self.assert_gives(
            lambda x: F.batch_norm(x, b, v, s, m).flatten(1) @ torch.from_numpy(w).t() + 2
        )

    def test_a_maximum_with_zero_is_a_relu(self):
        weight = {"w": np.random.RandomState(0).randn(4, 3, 1, 1).astype("f4"), "z": np.float32(0)}
        conv = helper.make_node("Conv", ["x", "w"], ["c"])
        for inputs in (["c", "z"], ["z", "c"]):
            relu = helper.make_node("Max", inputs, ["y"])
            net = onnx_model.load(self.network([conv, relu], weight))
            layers = analyse(net, torch.zeros(1, 3, 8, 8))[1].find()
            self.assertEqual([l.activation for l in layers], ["relu"])
        one = {"one": np.float32(1)}
        self.assert_computes(lambda x: x.clamp(min=1), "Max", ("x", "one"), one)
        self.assert_computes(lambda x: x.clamp(max=1), "Min", ("x", "one"), one)

    def test_activations_of_newer_opsets_and_of_onnx_runtime(self):
        for expected, words, more in (
            (F.gelu, ("Gelu",), {"opset": 20}),
            (
                lambda x: F.gelu(x, approximate="tanh"),
                ("Gelu",),
                {"opset": 20, "approximate": "tanh"},
            ),
            (F.gelu, ("Gelu",), {"domain": "com.microsoft"}),
            (F.mish, ("Mish",), {"opset": 18}),
            (F.selu, ("Selu",), {}),
            (lambda x: 2 * F.elu(x, 0.5), ("Selu",), {"alpha": 0.5, "gamma": 2.0}),
            (lambda x: F.celu(x, 2.0), ("Celu",), {"alpha": 2.0}),
            (lambda x: F.threshold(x, 0.5, 0), ("ThresholdedRelu",), {"alpha": 0.5}),
            (F.softsign, ("Softsign",), {}),
            (lambda x: F.prelu(x, torch.tensor([0.1, 0.2, 0.3])), ("PRelu",), {"opset": 6}),
            (
                lambda x: torch.where(x > 0, x, x * torch.arange(8.0)),
                ("PRelu",),
                {"s": np.arange(8, dtype="f4")},
            ),
        ):
            with self.subTest(words[0], **more):
                inputs, constants = ("x",), {}
                if words[0] == "PRelu":
                    inputs = ("x", "s")
                    constants = {"s": more.pop("s", np.array([0.1, 0.2, 0.3], "f4"))}
                self.assert_computes(expected, words[0], inputs, constants, **more)

    def test_moves_leave_the_number_of_images_free(self):
        def turned(x, groups):
            """Channels in the other order of (channel, place in the block)."""
            return x.unflatten(1, (groups, -1)).transpose(1, 2).flatten(1, 2)

        for expected, words, more in (
            (lambda x: F.pixel_shuffle(x, 2), ("DepthToSpace",), {"mode": "CRD"}),
            (lambda x: F.pixel_shuffle(turned(x, 4), 2), ("DepthToSpace",), {"mode": "DCR"}),
            (lambda x: turned(F.pixel_unshuffle(x, 2), 12), ("SpaceToDepth",), {}),
        ):
            with self.subTest(words[0], **more):
                self.assert_computes(expected, *words, blocksize=2, shape=(12, 4, 4), **more)
        for expected, words, more in (
            (lambda x: x[:, [[0, 2], [1, 1]]], ("Gather", ("x", "i")), {"axis": 1}),
            (lambda x: x.topk(3, 2)[0], ("TopK", ("x", "k")), {"axis": 2, "outputs": ("y", "i")}),
            (lambda x: x.tile(1, 2, 1, 3), ("Tile", ("x", "t")), {}),
            (lambda x: F.pad(x, (1, 3, 2, 4)), ("Pad", ("x", "p", "", "a")), {"opset": 18}),
        ):
            constants = {
                "i": whole(0, 2, 1, 1).reshape(2, 2),
                "k": whole(3),
                "t": whole(1, 2, 1, 3),
                "p": whole(1, 2, 3, 4),
                "a": whole(-1, 2),
            }
            used = {k: v for k, v in constants.items() if k in words[1]}
            with self.subTest(words[0], **more):
                outputs = more.pop("outputs", ("y",))
                self.one(words[0], words[1], used, outputs=outputs, **more)
                x = torch.randn(2, 3, 8, 8)
                found = onnx_model.load(self.home)(x)
                found = found[0] if isinstance(found, tuple) else found
                torch.testing.assert_close(found, expected(x))
        self.network(
            [
                helper.make_node("GlobalAveragePool", ["x"], ["mean"]),
                helper.make_node("Expand", ["mean", "sizes"], ["y"]),
            ],
            {"sizes": whole(1, 3, 8, 8)},
        )
        self.assert_gives(lambda x: x.mean((2, 3), True).expand(-1, -1, 8, 8))

    def test_what_is_chosen_by_a_condition(self):
        self.network(
            [
                helper.make_node("Greater", ["x", "zero"], ["above"]),
                helper.make_node("Less", ["x", "one"], ["below"]),
                helper.make_node("And", ["above", "below"], ["inside"]),
                helper.make_node("Not", ["inside"], ["outside"]),
                helper.make_node("Cast", ["outside"], ["mask"], to=1),
                helper.make_node("Where", ["inside", "x", "mask"], ["y"]),
            ],
            {"zero": np.float32(0), "one": np.float32(1)},
        )
        self.assert_gives(lambda x: torch.where((x > 0) & (x < 1), x, torch.ones(())))

    def test_sizes_that_a_file_computes_are_computed_once(self):
        self.network(
            [
                helper.make_node("Shape", ["x"], ["shape"]),
                helper.make_node("Gather", ["shape", "two"], ["height"]),
                helper.make_node("Range", ["zero", "height", "one"], ["rows"]),
                helper.make_node("Cast", ["rows"], ["floats"], to=1),
                helper.make_node("Add", ["x", "floats"], ["y"]),
            ],
            {"two": np.int64(2), "zero": np.int64(0), "one": np.int64(1)},
        )
        self.assert_gives(lambda x: x + torch.arange(8.0))


if __name__ == "__main__":
    unittest.main()
