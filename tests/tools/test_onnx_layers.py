"""ONNX convolutions, transposed convolutions, poolings and norms over one, two and three axes."""
import unittest

import numpy as np
import torch
from onnx import helper
from torch import nn
from torch.nn import functional as F

from extracting import shake
from test_own_models import Computing
from peeksim.trace import onnx_model
from peeksim.errors import ExtractError


def weights(*shape):
    return np.random.RandomState(0).randn(*shape).astype("f4")


class OnnxLayers(Computing):
    def test_convolutions_over_one_axis_and_over_three(self):
        w, b = weights(4, 1, 3), weights(4)
        node = helper.make_node("Conv", ["x", "w", "b"], ["y"], group=2, pads=[2, 1], strides=[2])
        net = onnx_model.load(self.network([node], {"w": w, "b": b}, ("N", 2, 9)))
        self.assertIsInstance(net.get_submodule("y"), nn.Conv1d)
        self.assert_gives(
            lambda x: F.conv1d(
                F.pad(x[:, :, 0], (2, 1)), torch.from_numpy(w), torch.from_numpy(b), 2, groups=2
            ),
            (2, 1, 9),
        )
        w = weights(4, 2, 2, 3, 1)
        depth = helper.make_node("Unsqueeze", ["x", "two"], ["deep"])
        repeat = helper.make_node("Concat", ["deep"] * 3, ["deeper"], axis=2)
        same = {"auto_pad": "SAME_UPPER", "strides": [1] * 3}
        node = helper.make_node("Conv", ["deeper", "w"], ["y"], **same)
        self.network([depth, repeat, node], {"w": w, "two": np.array([2], "i8")}, ("N", 2, 5, 6))
        self.assertIsInstance(onnx_model.load(self.home).get_submodule("y"), nn.Conv3d)
        self.assert_gives(
            lambda x: F.conv3d(
                F.pad(torch.stack([x] * 3, 2), (0, 0, 1, 1, 0, 1)), torch.from_numpy(w)
            ),
            (2, 5, 6),
        )

    def test_transposed_convolutions_cut_and_extend_as_they_say(self):
        constants = {"w": weights(3, 4, 3, 3), "b": weights(4)}
        w, b = map(torch.from_numpy, constants.values())

        def whole(x, **more):
            return F.conv_transpose2d(x, w, b, **more)

        for expected, more in (
            (lambda x: whole(x), {}),
            (lambda x: whole(x, stride=2, padding=1), {"strides": [2, 2], "pads": [1] * 4}),
            (
                lambda x: whole(x, stride=2, padding=1, output_padding=1),
                {"strides": [2, 2], "pads": [1] * 4, "output_padding": [1, 1]},
            ),
            (
                lambda x: whole(x, stride=2, padding=1, output_padding=(1, 0)),
                {"strides": [2, 2], "pads": [1, 1, 0, 1]},
            ),
            (
                lambda x: whole(x, stride=2)[:, :, 1:, 2:-1],
                {"strides": [2, 2], "pads": [1, 2, 0, 1]},
            ),
            (lambda x: whole(x, stride=3)[:, :, :, :-2], {"strides": [3, 3], "pads": [0, 0, 0, 2]}),
            (
                lambda x: whole(x, stride=2)[:, :, :-1, :-1],
                {"strides": [2, 2], "auto_pad": "SAME_UPPER"},
            ),
            (
                lambda x: whole(x, stride=2)[:, :, 1:, 1:],
                {"strides": [2, 2], "auto_pad": "SAME_LOWER"},
            ),
            (
                lambda x: whole(x, stride=2)[:, :, 1:, 1:-1],
                {"strides": [2, 2], "output_shape": [16, 15]},
            ),
            (
                lambda x: whole(x, stride=2, output_padding=1),
                {"strides": [2, 2], "output_shape": [18, 18]},
            ),
            (lambda x: whole(x, dilation=2), {"dilations": [2, 2]}),
        ):
            with self.subTest(more):
                self.assert_computes(expected, "ConvTranspose", ("x", "w", "b"), constants, **more)
        grouped = weights(4, 3, 2, 2)
        self.assert_computes(
            lambda x: F.conv_transpose2d(x, torch.from_numpy(grouped), groups=2),
            "ConvTranspose",
            ("x", "w"),
            {"w": grouped},
            group=2,
            shape=(4, 5, 5),
        )
        shapes = {"shape": ("N", 4, 5, 5), "output_shape": [9, 9]}
        self.one("ConvTranspose", ("x", "w"), {"w": grouped}, **shapes)
        with self.assertRaisesRegex(ExtractError, "its output is larger than its windows reach"):
            onnx_model.load(self.home)

    def test_what_torch_exports_with_transposed_convolutions(self):
        net = shake(
            nn.Sequential(
                nn.Conv2d(3, 4, 3, 2, 1),
                nn.ReLU(),
                nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups=2),
                nn.ReLU(),
                nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
                nn.Conv2d(6, 2, 1),
            )
        )
        self.export(net)
        self.assert_gives(net, (3, 12, 12))

    def test_poolings_and_norms_over_one_axis_and_over_three(self):
        deep = helper.make_node("Reshape", ["x", "shape"], ["deep"])
        line = helper.make_node("Reshape", ["x", "long"], ["line"])
        shapes = {"shape": np.array([0, 3, 4, 4, 4], "i8"), "long": np.array([0, 3, 64], "i8")}
        scale, bias = weights(3), weights(3)
        terms = dict(zip("sbmv", (scale, bias, weights(3), np.abs(weights(3)))))
        s, b, m, v = map(torch.from_numpy, terms.values())
        for kind, words, expected in (
            ("MaxPool", {"kernel_shape": [3]}, lambda x: F.max_pool1d(x, 3, 1)),
            (
                "MaxPool",
                {"kernel_shape": [2] * 3, "pads": [1, 0, 0, 0, 0, 0]},
                lambda x: F.max_pool3d(F.pad(x, (0, 0, 0, 0, 1, 0), value=-1e9), 2, 1),
            ),
            (
                "AveragePool",
                {"kernel_shape": [3], "strides": [2], "pads": [1, 1]},
                lambda x: F.avg_pool1d(x, 3, 2, 1, count_include_pad=False),
            ),
            ("AveragePool", {"kernel_shape": [2] * 3}, lambda x: F.avg_pool3d(x, 2, 1)),
            ("GlobalAveragePool", {}, lambda x: x.flatten(2).mean(2)),
            ("GlobalMaxPool", {}, lambda x: x.flatten(2).amax(2)),
            ("InstanceNormalization", {}, lambda x: F.instance_norm(x, None, None, s, b)),
            ("BatchNormalization", {}, lambda x: F.batch_norm(x, m, v, s, b)),
        ):
            more = {"InstanceNormalization": ["s", "b"], "BatchNormalization": list("sbmv")}
            dims = len(words.get("kernel_shape", [1]))
            source = {1: "line", 3: "deep"}[dims]
            node = helper.make_node(kind, [source] + more.get(kind, []), ["y"], **words)
            with self.subTest(kind, dims=dims):
                self.network([deep, line, node], {**shapes, **terms})

                def over(x):
                    x = x.reshape((2, 3) + ((64,) if dims == 1 else (4, 4, 4)))
                    y = expected(x)
                    return y if y.dim() == x.dim() else y[..., None]

                self.assert_gives(over)

    def test_layer_norm_over_the_last_axes(self):
        constants = {"w": weights(8, 8), "b": weights(8)}
        w, b = map(torch.from_numpy, constants.values())
        self.assert_computes(
            lambda x: F.layer_norm(x, (8, 8), w, b.expand(8, 8)),
            "LayerNormalization",
            ("x", "w", "b"),
            constants,
            opset=17,
            axis=2,
        )

    def test_a_kernel_of_other_dimensions_is_refused(self):
        self.one("Conv", ("x", "w"), {"w": weights(4, 3, 3)})
        with self.assertRaisesRegex(ExtractError, r"input has the shape \[1, 3, 8, 8\]: only maps"):
            onnx_model.load(self.home)


if __name__ == "__main__":
    unittest.main()
