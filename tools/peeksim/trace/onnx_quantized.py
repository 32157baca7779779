"""The ONNX operators on 8-bit integers: QUANTIZED, and MICROSOFT, those of com.microsoft.

An operator on integers is built as codes.dequantize, the operator on values, codes.quantize. Every
operand comes as three inputs: its integers, their scale and their zero point.
"""
from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

from .onnx_codes import dequantize_linear, dequantized, quantize_linear, quantized
from .onnx_graph import Builder, Node, Operator, Refusal, Value, fixed
from .onnx_products import gemm, matmul
from .onnx_windows import GLOBAL_AVERAGES, average_pool, conv, over_all


def requantized(build: Builder, y: Value, scale: Value, zero: Value | None = None) -> Value:
    return quantized(build, y, scale, zero, "uint8" if zero is None else zero.stored)


def bias_of(
    build: Builder, integers: Value | None, x_scale: Value, weight_scale: Value
) -> Value | None:
    """The values of a layer's bias, whose scale is not stored."""
    if integers is None:
        return None
    scale = Value(fixed(x_scale, "scale") * fixed(weight_scale, "weight's scale"))
    return dequantized(build, integers, scale, None)


def quantized_conv(
    build: Builder,
    node: Node,
    x: Value,
    xs: Value,
    xz: Value | None,
    w: Value,
    ws: Value,
    wz: Value | None,
    ys: Value,
    yz: Value | None,
    bias: Value | None = None,
) -> Value:
    x, weight = dequantized(build, x, xs, xz), dequantized(build, w, ws, wz)
    y = conv(build, node, x, weight, bias_of(build, bias, xs, ws))
    return requantized(build, y, ys, yz)


def quantized_matmul(
    build: Builder,
    node: Node,
    a: Value,
    a_scale: Value,
    az: Value | None,
    b: Value,
    b_scale: Value,
    bz: Value | None,
    ys: Value,
    yz: Value | None,
) -> Value:
    x, y = dequantized(build, a, a_scale, az), dequantized(build, b, b_scale, bz, -1)
    return requantized(build, matmul(build, node, x, y), ys, yz)


def quantized_gemm(
    build: Builder,
    node: Node,
    a: Value,
    a_scale: Value,
    az: Value | None,
    b: Value,
    b_scale: Value,
    bz: Value | None,
    bias: Value | None = None,
    ys: Value | None = None,
    yz: Value | None = None,
) -> Value:
    weight = dequantized(build, b, b_scale, bz, 0 if node.get("transB", 0) else 1)
    x, terms = dequantized(build, a, a_scale, az), bias_of(build, bias, a_scale, b_scale)
    y = gemm(build, node, x, weight, terms)
    return y if ys is None else requantized(build, y, ys, yz)


def quantized_concat(
    build: Builder, node: Node, ys: Value, yz: Value | None, *parts: Value
) -> Value:
    operands = zip(parts[0::3], parts[1::3], parts[2::3])
    values = [dequantized(build, *operand) for operand in operands]
    return requantized(build, build.call(torch.cat, values, node.get("axis")), ys, yz)


def of_two(function: Callable[..., Any]) -> Operator:
    def run(
        build: Builder,
        node: Node,
        a: Value,
        a_scale: Value,
        az: Value | None,
        b: Value,
        b_scale: Value,
        bz: Value | None,
        ys: Value,
        yz: Value | None = None,
    ) -> Value:
        values = dequantized(build, a, a_scale, az), dequantized(build, b, b_scale, bz)
        return requantized(build, build.call(function, *values), ys, yz)

    return run


def of_one(function: Operator) -> Operator:
    def run(
        build: Builder,
        node: Node,
        x: Value,
        xs: Value,
        xz: Value | None,
        ys: Value,
        yz: Value | None = None,
    ) -> Value:
        if node.get("channels_last", 0):
            raise Refusal("its channels are last")
        return requantized(build, function(build, node, dequantized(build, x, xs, xz)), ys, yz)

    return run


def leaky_relu(build: Builder, node: Node, x: Value) -> Value:
    return build.call(F.leaky_relu, x, node.get("alpha", 0.01))


def sigmoid(build: Builder, node: Node, x: Value) -> Value:
    return build.call(torch.sigmoid, x)


def dynamic(build: Builder, node: Node, *inputs: Value | None) -> Value:
    raise Refusal(
        "its scales follow from each image (dynamic quantisation): quantise the network "
        "statically, with scales from calibration images"
    )


QUANTIZED: dict[str, Operator] = {
    "ConvInteger": dynamic,
    "DequantizeLinear": dequantize_linear,
    "DynamicQuantizeLinear": dynamic,
    "MatMulInteger": dynamic,
    "QLinearConv": quantized_conv,
    "QLinearMatMul": quantized_matmul,
    "QuantizeLinear": quantize_linear,
}
MICROSOFT: dict[str, Operator] = {
    "DequantizeLinear": dequantize_linear,
    "DynamicQuantizeMatMul": dynamic,
    "MatMulIntegerToFloat": dynamic,
    "QGemm": quantized_gemm,
    "QLinearAdd": of_two(torch.add),
    "QLinearAveragePool": of_one(average_pool),
    "QLinearConcat": quantized_concat,
    "QLinearGlobalAveragePool": of_one(over_all(GLOBAL_AVERAGES)),
    "QLinearLeakyRelu": of_one(leaky_relu),
    "QLinearMul": of_two(torch.mul),
    "QLinearSigmoid": of_one(sigmoid),
    "QuantizeLinear": quantize_linear,
}
