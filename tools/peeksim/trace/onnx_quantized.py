"""The ONNX operators on 8-bit integers: QUANTIZED, and MICROSOFT, those of com.microsoft.

An operator on integers is built as codes.dequantize, the operator on values, codes.quantize. Every
operand comes as three inputs: its integers, their scale and their zero point.
"""
import torch
from torch.nn import functional as F

from .onnx_codes import dequantize_linear, dequantized, quantize_linear, quantized
from .onnx_graph import Refusal, Value, fixed
from .onnx_products import gemm, matmul
from .onnx_windows import GLOBAL_AVERAGES, average_pool, conv, over_all


def requantized(build, y, scale, zero=None):
    return quantized(build, y, scale, zero, "uint8" if zero is None else zero.stored)


def bias_of(build, integers, x_scale, weight_scale):
    """The values of a layer's bias, whose scale is not stored."""
    if integers is None:
        return None
    scale = Value(fixed(x_scale, "scale") * fixed(weight_scale, "weight's scale"))
    return dequantized(build, integers, scale, None)


def quantized_conv(build, node, x, xs, xz, w, ws, wz, ys, yz, bias=None):
    x, weight = dequantized(build, x, xs, xz), dequantized(build, w, ws, wz)
    y = conv(build, node, x, weight, bias_of(build, bias, xs, ws))
    return requantized(build, y, ys, yz)


def quantized_matmul(build, node, a, a_scale, az, b, b_scale, bz, ys, yz):
    x, y = dequantized(build, a, a_scale, az), dequantized(build, b, b_scale, bz, -1)
    return requantized(build, matmul(build, node, x, y), ys, yz)


def quantized_gemm(build, node, a, a_scale, az, b, b_scale, bz, bias=None, ys=None, yz=None):
    weight = dequantized(build, b, b_scale, bz, 0 if node.get("transB", 0) else 1)
    x, terms = dequantized(build, a, a_scale, az), bias_of(build, bias, a_scale, b_scale)
    y = gemm(build, node, x, weight, terms)
    return y if ys is None else requantized(build, y, ys, yz)


def quantized_concat(build, node, ys, yz, *parts):
    values = [dequantized(build, *parts[i : i + 3]) for i in range(0, len(parts), 3)]
    return requantized(build, build.call(torch.cat, values, node.get("axis")), ys, yz)


def of_two(function):
    def run(build, node, a, a_scale, az, b, b_scale, bz, ys, yz=None):
        values = dequantized(build, a, a_scale, az), dequantized(build, b, b_scale, bz)
        return requantized(build, build.call(function, *values), ys, yz)

    return run


def of_one(function):
    def run(build, node, x, xs, xz, ys, yz=None):
        if node.get("channels_last", 0):
            raise Refusal("its channels are last")
        return requantized(build, function(build, node, dequantized(build, x, xs, xz)), ys, yz)

    return run


def leaky_relu(build, node, x):
    return build.call(F.leaky_relu, x, node.get("alpha", 0.01))


def sigmoid(build, node, x):
    return build.call(torch.sigmoid, x)


def dynamic(build, node, *inputs):
    raise Refusal(
        "its scales follow from each image (dynamic quantisation): quantise the network "
        "statically, with scales from calibration images"
    )


QUANTIZED = {
    "ConvInteger": dynamic,
    "DequantizeLinear": dequantize_linear,
    "DynamicQuantizeLinear": dynamic,
    "MatMulInteger": dynamic,
    "QLinearConv": quantized_conv,
    "QLinearMatMul": quantized_matmul,
    "QuantizeLinear": quantize_linear,
}
MICROSOFT = {
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
