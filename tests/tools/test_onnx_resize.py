"""Resize and Upsample of ONNX in the forms of every opset compute what torch's interpolate does."""
import unittest

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from test_own_models import Computing
from peeksim.trace import onnx_model
from peeksim.errors import ExtractError


def scaled(mode, corners=None, factor=(2.0, 1.5)):
    return lambda x: F.interpolate(x, scale_factor=factor, mode=mode, align_corners=corners)


def sized(mode, size, corners=None):
    return lambda x: F.interpolate(x, size, mode=mode, align_corners=corners)


SCALES = {"r": np.zeros(0, "f4"), "s": np.array([1, 1, 2, 1.5], "f4")}


class OnnxResize(Computing):
    def test_upsample_takes_its_scales_from_an_attribute_or_an_input(self):
        for opset, words, more in (
            (7, (("x",),), {"scales": [1.0, 1.0, 3.0, 2.0]}),
            (9, (("x", "s"), {"s": np.array([1, 1, 3, 2], "f4")}), {}),
        ):
            with self.subTest(opset):
                nearest = scaled("nearest", factor=(3.0, 2.0))
                self.assert_computes(nearest, "Upsample", *words, opset=opset, **more)
                # Linear ones meet every input; torch's have another origin.
                self.one("Upsample", *words, opset=opset, mode="linear", **more)
                x = torch.randn(2, 3, 8, 8)
                found = onnx_model.load(self.home)(x)
                torch.testing.assert_close(found[:, :, ::3, ::2], x)
                middle = (found[:, :, :, :-2:2] + found[:, :, :, 2::2]) / 2
                torch.testing.assert_close(found[:, :, :, 1:-1:2], middle)

    def test_resize_by_scales(self):
        for expected, more in (
            (
                scaled("nearest"),
                {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
            ),
            (scaled("nearest-exact", factor=(2.0, 1.5)), {"nearest_mode": "round_prefer_ceil"}),
            (scaled("bilinear", False), {"mode": "linear"}),
            (
                scaled("bilinear", False),
                {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"},
            ),
            (
                scaled("bilinear", True),
                {"mode": "linear", "coordinate_transformation_mode": "align_corners"},
            ),
            (scaled("bicubic", False), {"mode": "cubic"}),
            (
                scaled("bicubic", True),
                {"mode": "cubic", "coordinate_transformation_mode": "align_corners"},
            ),
        ):
            with self.subTest(more):
                self.assert_computes(expected, "Resize", ("x", "r", "s"), SCALES, **more)
        two = {"s": SCALES["s"]}
        self.assert_computes(scaled("nearest"), "Resize", ("x", "s"), two, opset=10)

    def test_resize_to_sizes(self):
        for size in ((5, 11), (1, 3), (8, 16)):
            whole = {"n": np.array([1, 3] + list(size), "i8")}
            for expected, more in (
                (sized("bilinear", size, False), {"mode": "linear"}),
                (sized("bicubic", size, False), {"mode": "cubic"}),
                (
                    sized("bilinear", size, True),
                    {"mode": "linear", "coordinate_transformation_mode": "align_corners"},
                ),
                (
                    sized("nearest", size),
                    {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
                ),
            ):
                with self.subTest(size, **more):
                    self.assert_computes(expected, "Resize", ("x", "", "", "n"), whole, **more)
        self.assert_computes(
            sized("bilinear", (5, 11), False),
            "Resize",
            ("x", "", "", "n"),
            {"n": np.array([11, 5], "i8")},
            opset=18,
            mode="linear",
            axes=[-1, 2],
        )

    def test_nearest_values_at_halves(self):
        x = torch.arange(4.0).expand(2, 3, 8, 4)
        for mode, expected in (
            ("round_prefer_floor", [0, 2]),
            ("round_prefer_ceil", [1, 3]),
            ("floor", [0, 2]),
            ("ceil", [1, 3]),
        ):
            half = {"r": SCALES["r"], "s": np.array([1, 1, 1, 0.5], "f4")}
            self.one("Resize", ("x", "r", "s"), half, nearest_mode=mode, shape=("N", 3, 8, 4))
            found = onnx_model.load(self.home)(x)
            self.assertEqual(found[0, 0, 0].tolist(), expected)

    def test_what_torch_exports_in_every_opset(self):
        class Net(nn.Module):
            def __init__(self, **how):
                super().__init__()
                self.conv, self.how = nn.Conv2d(3, 4, 3), how

            def forward(self, x):
                return F.interpolate(self.conv(x).relu(), scale_factor=2, **self.how)

        linear = {"mode": "bilinear", "align_corners": False}
        for opset, how in ((9, {}), (10, {}), (11, {}), (16, {}), (11, linear), (14, linear)):
            with self.subTest(how, opset=opset):
                net = Net(**how)
                self.export(net, (3, 8, 8), opset=opset)
                self.assert_gives(net)

    def test_forms_that_are_not_built_are_named(self):
        for pattern, more in (
            ("its mode is best", {"mode": "best"}),
            ("its nearest_mode is odd", {"nearest_mode": "odd"}),
            ("it asks for antialias", {"antialias": 1, "opset": 18}),
            (
                "its coordinate_transformation_mode is tf_crop_and_resize",
                {"coordinate_transformation_mode": "tf_crop_and_resize"},
            ),
        ):
            self.one("Resize", ("x", "r", "s"), SCALES, **more)
            with self.assertRaisesRegex(ExtractError, "a Resize .*: " + pattern):
                onnx_model.load(self.home)


if __name__ == "__main__":
    unittest.main()
