"""QuantizeLinear and DequantizeLinear of ONNX, and what becomes of constants that they decode.

In the graph integers are floating-point tensors: see codes.py.
"""
from collections import namedtuple

import torch

from . import codes
from .onnx_graph import Refusal, fixed

RANGES = {"uint8": (0, 255), "int8": (-128, 127)}
TYPES = {2: "uint8", 3: "int8"}  # TensorProto's
# What a dequantised constant was. integers: int64, zero point subtracted; scale: [1] or [K]; axis:
# that of K, or None; type: "int8", "uint8" or "int32".
Stored = namedtuple("Stored", "integers scale axis type")


def quantize_linear(build, node, x, scale, zero=None):
    kind = TYPES.get(node.get("output_dtype"), "uint8") if zero is None else zero.stored
    return quantized(build, x, scale, zero, kind, _axis(node))


def dequantize_linear(build, node, x, scale, zero=None):
    return dequantized(build, x, scale, zero, _axis(node))


def _axis(node):
    if node.get("block_size", 0):
        raise Refusal("it has a scale for each block")
    return node.get("axis", 1)


def quantized(build, x, scale, zero, kind, axis=0):
    """The integers of x, of the type `kind`; axis: that of scales, where there are several."""
    if kind not in RANGES:
        raise Refusal("it gives integers of type %s, expected uint8 or int8" % kind)
    scale, zero, _ = _terms(x, scale, zero, axis)
    y = build.call(codes.quantize, x, scale, zero, *RANGES[kind])
    y.stored = kind
    return y


def dequantized(build, x, scale, zero, axis=0):
    """The values of integers x."""
    scale, zero, axis = _terms(x, scale, zero, axis)
    y = build.call(codes.dequantize, x, scale, zero)
    if x.fixed:
        integers = (x.tensor - zero).long()
        y.was = Stored(integers, torch.as_tensor(scale).float().flatten(), axis, x.stored)
    return y


def _terms(x, scale, zero, axis):
    """(scale, zero, axis): two numbers and None, or two tensors along an axis of a constant."""
    scale = fixed(scale, "scale")
    zero = torch.zeros_like(scale) if zero is None else fixed(zero, "zero point")
    if scale.numel() == 1:
        return float(scale), int(zero.flatten()[0]), None
    if not x.fixed:
        raise Refusal("it has a scale for each channel of values that depend on the image")
    axis = axis % x.tensor.dim()
    shape = [-1] + [1] * (x.tensor.dim() - 1 - axis)
    return scale.reshape(shape), zero.expand_as(scale).reshape(shape), axis


def permuted(was, order):
    """The Stored of a constant whose axes are permuted, or None as it is."""
    if was is None:
        return None
    axis = None if was.axis is None else list(order).index(was.axis)
    return was._replace(integers=was.integers.permute(*order), axis=axis)


def coded(x, weight, bias):
    """A layer's codes.Coded, or None where its weight is no constant of integers of 8 bits.

    x, weight [K, ...], bias: the Values that it reads; bias may be None.
    """
    was = weight.was
    if was is None or was.axis not in (None, 0):
        return None
    if not -128 <= int(was.integers.min()) <= int(was.integers.max()) <= 127:
        return None
    return codes.Coded(was.integers, was.scale, _coded_bias(x, was, bias and bias.was))


def _coded_bias(x, weight, bias):
    """The integers of a bias in steps of the layer's products, or None; weight, bias: Stored."""
    known = x.node is not None and x.node.target is codes.dequantize
    if not known or bias is None or bias.type != "int32":
        return None
    if bias.integers.numel() != len(weight.integers):
        return None
    if not torch.allclose(bias.scale, weight.scale * x.node.args[1], rtol=1e-5, atol=0):
        return None
    return bias.integers.flatten()
