"""How an image becomes the input of an ONNX file, whatever sizes that declares or leaves open."""
import contextlib
import io
import os
import unittest

import numpy as np
import torch
from onnx import TensorProto, helper
from torch import nn
from torch.nn import functional as F

from extracting import Basic, Inverted, shake
from test_own_models import Computing
from peeksim.commands import extract_trace
from peeksim.trace import onnx_model
from peeksim.errors import ExtractError
from peeksim.trace.onnx_input import OpenSizes

TO_FIRST = helper.make_node("Transpose", ["x"], ["first"], perm=[0, 3, 1, 2])


class OnnxInputs(Computing):
    def relu(self, shape, kind=TensorProto.FLOAT):
        return self.network([helper.make_node("Relu", ["x"], ["y"])], shape=shape, kind=kind)

    def refused_onnx(self, pattern):
        with self.assertRaisesRegex(ExtractError, pattern) as caught:
            onnx_model.load(self.home)
        self.assertEqual(caught.exception.code, 4)

    def test_sizes_that_are_left_open_are_those_of_the_images(self):
        net = shake(Inverted())
        axes = {"x": {0: "n", 2: "height", 3: "width"}}
        found = onnx_model.load(self.export(net, input_names=["x"], dynamic_axes=axes))
        self.assertIsInstance(found, OpenSizes)
        for size in ((12, 12), (9, 14), (12, 12)):
            x = torch.randn((2, 3) + size)
            torch.testing.assert_close(found(x), net(x), rtol=1e-4, atol=1e-4)
        first = torch.zeros(1, 3, 9, 14, dtype=torch.float64)
        built = found.for_images(first)
        self.assertEqual(built(first).dtype, torch.float64)
        self.assertIs(built, found.for_images(first))
        message = r"'x' is \[3, any, any\] .* here it is \[4, 8, 8\]"
        with self.assertRaisesRegex(ExtractError, message):
            found(torch.zeros(1, 4, 8, 8))

    def test_a_file_of_open_sizes_is_checked_when_it_is_loaded(self):
        nodes = [helper.make_node("Relu", ["x"], ["z"]), helper.make_node("Det", ["z"], ["y"])]
        self.network(nodes, shape=("N", "C", "H", "W"))
        self.refused_onnx("node 'y' is a Det")

    def test_the_command_traces_a_file_of_open_sizes(self):
        axes = {"x": {0: "n", 2: "height", 3: "width"}}
        self.export(shake(Basic()), input_names=["x"], dynamic_axes=axes)
        images = os.path.join(self.folder, "images.py")
        with open(images, "w") as f:
            f.write("import torch\ndef two():\n    yield from torch.ones(2, 3, 10, 16)\n")
        err = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
            code = extract_trace.main([self.home, "--images", images + ":two", "-o", self.path])
        self.assertEqual((code, err.getvalue()), (0, ""))
        self.assertEqual(list(self.read()["conv1/Conv"]["ofmap_shape"]), [4, 5, 8])

    def test_images_of_another_size_are_refused(self):
        net = onnx_model.load(self.relu(("N", 3, 8, 8)))
        message = r"is \[3, 8, 8\] for each image, here it is \[3, 9, 8\]; --preprocess"
        with self.assertRaisesRegex(ValueError, message):
            net(torch.zeros(1, 3, 9, 8))

    def test_a_file_of_features_reads_the_values_of_the_image_in_order(self):
        w = np.random.RandomState(0).randn(12, 5).astype("f4")
        node = helper.make_node("MatMul", ["x", "w"], ["y"])
        for shape in (("N", 12), ("N", "features")):
            net = onnx_model.load(self.network([node], {"w": w}, shape))
            x = torch.randn(2, 3, 2, 2)
            torch.testing.assert_close(net(x), x.flatten(1) @ torch.from_numpy(w))
        message = r"is \[12\] for each image, here it is \[1, 4, 4\]"
        with self.assertRaisesRegex(ValueError, message):
            onnx_model.load(self.network([node], {"w": w}, ("N", 12)))(torch.zeros(1, 1, 4, 4))

    def test_a_file_of_three_sizes_reads_a_signal_or_a_grey_image(self):
        w = np.random.RandomState(0).randn(4, 3, 5).astype("f4")
        node = helper.make_node("Conv", ["x", "w"], ["y"])
        for shape in (("N", 3, 9), ("N", 3, "L")):
            net = onnx_model.load(self.network([node], {"w": w}, shape))
            x = torch.randn(2, 3, 9)
            for images in (x[:, :, None], x[:, None]):  # [3, 1, 9] and [1, 3, 9]
                torch.testing.assert_close(net(images), F.conv1d(x, torch.from_numpy(w)))
            with self.assertRaisesRegex((ValueError, ExtractError), r"here it is \[3, 2, 9\]"):
                net(torch.zeros(1, 3, 2, 9))

    def test_channels_that_are_last_in_the_file_are_first_in_the_image(self):
        w = np.random.RandomState(0).randn(4, 3, 3, 3).astype("f4")
        conv = helper.make_node("Conv", ["first", "w"], ["y"])
        scale = helper.make_node("Mul", ["x", "c"], ["scaled"])
        moved = helper.make_node("Transpose", ["scaled"], ["first"], perm=[0, 3, 1, 2])
        c = np.array([1, 2, 3], "f4")
        x, last = torch.randn(2, 3, 6, 8), torch.from_numpy(c).reshape(3, 1, 1)
        for shape in (("N", 6, 8, 3), ("N", "height", "width", 3)):
            net = onnx_model.load(self.network([TO_FIRST, conv], {"w": w}, shape))
            torch.testing.assert_close(net(x), F.conv2d(x, torch.from_numpy(w)))
            net = onnx_model.load(self.network([scale, moved, conv], {"w": w, "c": c}, shape))
            torch.testing.assert_close(net(x), F.conv2d(x * last, torch.from_numpy(w)))
        with self.assertRaisesRegex(
            ExtractError, r"is \[any, any, 3\] \(height, width, channels\) .* is \[1, 6, 8\]"
        ):
            net(torch.zeros(1, 1, 6, 8))

    def test_a_map_as_wide_as_colours_whose_channels_are_first_stays_so(self):
        w = np.random.RandomState(0).randn(4, 8, 3, 3).astype("f4")
        self.network([helper.make_node("Conv", ["x", "w"], ["y"])], {"w": w}, ("N", 8, 8, 3))
        self.assert_gives(lambda x: F.conv2d(x, torch.from_numpy(w)), (8, 8, 3))

    def test_whole_numbers_are_given_as_such(self):
        cast = helper.make_node("Cast", ["x"], ["floats"], to=TensorProto.FLOAT)
        half = helper.make_node("Mul", ["floats", "c"], ["y"])
        c = {"c": np.float32(0.5)}
        net = onnx_model.load(self.network([cast, half], c, kind=TensorProto.UINT8))
        x = torch.randint(0, 256, (2, 3, 8, 8)).float()
        torch.testing.assert_close(net(x), x / 2)
        for wrong in (x + 0.5, x - 300):
            with self.assertRaisesRegex(ValueError, "whole numbers from 0 to 255: give such"):
                net(wrong)

    def test_inputs_that_no_image_can_be(self):
        self.relu(("N", 3))
        for shape, shown in ((("N", 3, 4, 5, 6), "N, 3, 4, 5, 6"), (("N",), "N"), ((), "")):
            self.relu(shape)
            self.refused_onnx(r"'x' has the shape \[%s\]; it needs \[N, C, H, W\]" % shown)
        self.relu(("N", 9), TensorProto.INT64)
        self.refused_onnx("'x' is of type INT64, an image's is floating point, UINT8 or INT8")

    def test_a_fixed_number_of_images_is_no_limit(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 4, 3)

            def forward(self, x):
                return self.conv(x).reshape(4, -1).relu()

        net = shake(Net())
        shape = torch.zeros(4, 3, 8, 8)
        torch.onnx.export(net, shape, self.home)
        found, x = onnx_model.load(self.home), torch.randn(4, 3, 8, 8)
        torch.testing.assert_close(found(x), net(x))
        torch.testing.assert_close(found(x[:1]), net(x)[:1])


if __name__ == "__main__":
    unittest.main()
