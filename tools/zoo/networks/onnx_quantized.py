"""ONNX files of networks that are quantised already: the clocked engine computes their integers.

The hooks watch the network as it is read from the file. That it computes what integers compute is
shown by tests/tools/test_onnx_codes.py and test_coded.py, in NumPy.
"""
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from onnx import TensorProto, helper
from torch import nn
from torch.nn import functional as F

from ..entry import onnx_file
from .onnx_exported import export
from .onnx_written import write

FAMILY = "quantised ONNX files"


class Quantised:
    """A file in the making: `nodes`, and the constants that they read.

    kind, zero: the type and zero point of activations, `low` that of what a ReLU gives.
    """

    def __init__(self, kind: str, zero: int, low: int) -> None:
        self.kind, self.zero, self.low = np.dtype(kind).type, zero, low
        self.random = np.random.RandomState(3)
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def node(self, kind: str, inputs: list[str], output: str, **more: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **more))
        return output

    def terms(self, name: str, scale: Any, zero: Any) -> list[str]:
        """The names of a scale and a zero point."""
        self.constants.update({name + "_scale": np.float32(scale), name + "_zero": zero})
        return [name + "_scale", name + "_zero"]

    def activation_terms(self, name: str, scale: float, clipped: bool = False) -> list[str]:
        return self.terms(name, scale, self.kind(self.low if clipped else self.zero))

    def pair(self, x: str, scale: float, clipped: bool = False) -> str:
        """x as integers and back; clipped: their lowest is zero, so that this is a ReLU."""
        terms = self.activation_terms(x, scale, clipped)
        self.node("QuantizeLinear", [x] + terms, x + "_q")
        return self.node("DequantizeLinear", [x + "_q"] + terms, x + "_d")

    def weights(self, *shape: int) -> npt.NDArray[np.int8]:
        return self.random.randint(-127, 128, shape).astype("i1")

    def decoded(self, name: str, integers: npt.NDArray[Any], scale: Any, **more: Any) -> str:
        """A constant that was quantised, symmetric; one scale, or one for each channel."""
        zero = np.zeros(np.shape(scale), integers.dtype)
        self.constants[name + "_q"] = integers
        inputs = [name + "_q"] + self.terms(name, scale, zero)
        return self.node("DequantizeLinear", inputs, name, **more)

    def conv(self, x: str, name: str, shape: tuple[int, ...], step: float, **more: Any) -> str:
        """A Conv between pairs, with a scale for each channel. step: the scale of what it reads."""
        scale = self.random.rand(shape[0]).astype("f4") * 0.005 + 0.002
        bias = self.random.randint(-900, 900, shape[0]).astype("i4")
        inputs = [x, self.decoded(name + "_w", self.weights(*shape), scale, axis=0)]
        inputs.append(self.decoded(name + "_b", bias, scale * np.float32(step), axis=0))
        return self.node("Conv", inputs, name, **more)

    def write(self, path: str, y: str, **more: Any) -> None:
        self.node("Identity", [y], "y")
        write(path, self.nodes, self.constants, **more)


def residual_of_pairs(kind: str, zero: int, low: int) -> tuple[Quantised, str]:
    """A convolution, a block with a shortcut, pooling, a fully connected layer."""
    net = Quantised(kind, zero, low)
    x = net.pair("x", 0.03)
    x = net.pair(net.conv(x, "one", (4, 3, 3, 3), 0.03, pads=[1] * 4), 0.06, True)
    y = net.conv(x, "two", (4, 4, 3, 3), 0.06, pads=[1] * 4)
    y = net.pair(net.node("Relu", [y], "relu"), 0.1, True)
    y = net.pair(net.conv(y, "three", (4, 4, 1, 1), 0.1), 0.1)
    x = net.pair(net.node("Add", [y, x], "sum"), 0.1)
    x = net.node("GlobalAveragePool", [x], "mean")
    x = net.pair(net.node("Flatten", [x], "flat"), 0.05)
    matrix = net.decoded("dense_w", net.weights(4, 5), 0.01)
    return net, net.pair(net.node("MatMul", [x, matrix], "dense"), 0.3)


@onnx_file(
    "quantised-uint8",
    "pairs of QuantizeLinear and DequantizeLinear, uint8 with zero points, whose lowest is a ReLU",
    layers=4,
    relus=2,
)
def pairs_uint8(path: str) -> None:
    net, y = residual_of_pairs("u1", 119, 0)
    net.write(path, y)


@onnx_file("quantised-int8", "the same in symmetric int8: only Relu is one", layers=4, relus=1)
def pairs_int8(path: str) -> None:
    net, y = residual_of_pairs("i1", 0, 0)
    net.write(path, y)


def qlinear_conv(
    net: Quantised,
    x: str,
    terms: list[str],
    name: str,
    shape: tuple[int, ...],
    scale: float,
    **more: Any,
) -> tuple[str, list[str]]:
    """A QLinearConv of integers x; -> its output's name and its terms."""
    weight = name + "_w"
    net.constants[weight] = net.weights(*shape)
    given = net.activation_terms(name, scale, more.pop("clipped", False))
    inputs = [x] + terms + [weight] + net.terms(weight, 0.004, np.int8(0)) + given
    return net.node("QLinearConv", inputs, name, **more), given


@onnx_file(
    "quantised-operators",
    "QLinearConv and QLinearAdd, on an image of whole numbers",
    layers=3,
    relus=1,
    whole=True,
)
def operators(path: str) -> None:
    net = Quantised("u1", 128, 0)
    terms = net.activation_terms("x", 0.02)
    x, first = qlinear_conv(net, "x", terms, "one", (4, 3, 3, 3), 0.05, pads=[1] * 4, clipped=True)
    y, second = qlinear_conv(net, x, first, "two", (4, 4, 3, 3), 0.08, pads=[1] * 4)
    third = net.activation_terms("sum", 0.1)
    operands = [x] + first + [y] + second + third
    y = net.node("QLinearAdd", operands, "sum", domain="com.microsoft")
    y, last = qlinear_conv(net, y, third, "last", (2, 4, 1, 1), 0.2)
    y = net.node("DequantizeLinear", [y] + last, "values")
    net.write(path, y, kind=TensorProto.UINT8)


@onnx_file(
    "quantised-dynamically",
    "scales that are found while the network runs",
    refused=r"DynamicQuantizeLinear.*dynamic quantisation.*quantise the network statically",
)
def dynamically(path: str) -> None:
    net = Quantised("u1", 128, 0)
    outputs = ["q", "scale", "zero"]
    net.nodes.append(helper.make_node("DynamicQuantizeLinear", ["x"], outputs, name="dynamic"))
    net.constants["w"] = net.weights(4, 3, 3, 3)
    net.write(path, net.node("ConvInteger", ["q", "w", "zero"], "conv"))


class FakeQuantised(nn.Module):
    """What torch trains for integers, and exports as pairs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        fake = torch.fake_quantize_per_tensor_affine
        channels = torch.fake_quantize_per_channel_affine
        scales, zeros = torch.full((4,), 0.01), torch.zeros(4, dtype=torch.int32)
        weight = channels(self.conv.weight, scales, zeros, 0, -128, 127)
        y = F.conv2d(fake(x, 0.03, 120, 0, 255), weight, self.conv.bias)
        return fake(F.relu(y), 0.05, 0, 0, 255)


@onnx_file("quantised-by-training", "torch's fake quantisation, exported", layers=1, relus=1)
def by_training(path: str) -> None:
    export(FakeQuantised(), path, (3, 12, 12))
