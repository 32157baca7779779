"""QuantizeLinear and DequantizeLinear of ONNX, and what becomes of constants that they decode.

In the graph integers are floating-point tensors: see codes.py.
"""
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from . import codes
from .onnx_graph import Builder, Node, Refusal, Value, fixed

RANGES = {"uint8": (0, 255), "int8": (-128, 127)}
TYPES = {2: "uint8", 3: "int8"}  # TensorProto's


class Stored(NamedTuple):
    """What a dequantised constant was."""

    integers: torch.Tensor  # int64, zero point subtracted
    scale: torch.Tensor  # [1] or [K]
    axis: int | None  # that of K
    type: str | None  # "int8", "uint8" or "int32"


def quantize_linear(
    build: Builder, node: Node, x: Value, scale: Value, zero: Value | None = None
) -> Value:
    kind = TYPES.get(node.get("output_dtype"), "uint8") if zero is None else zero.stored
    return quantized(build, x, scale, zero, kind, _axis(node))


def dequantize_linear(
    build: Builder, node: Node, x: Value, scale: Value, zero: Value | None = None
) -> Value:
    return dequantized(build, x, scale, zero, _axis(node))


def _axis(node: Node) -> int:
    if node.get("block_size", 0):
        raise Refusal("it has a scale for each block")
    return int(node.get("axis", 1))


def quantized(
    build: Builder, x: Value, scale: Value, zero: Value | None, kind: str | None, axis: int = 0
) -> Value:
    """The integers of x, of the type `kind`; axis: that of scales, where there are several."""
    if kind not in RANGES:
        raise Refusal("it gives integers of type %s, expected uint8 or int8" % kind)
    scale, zero, _ = _terms(x, scale, zero, axis)
    y = build.call(codes.quantize, x, scale, zero, *RANGES[kind])
    y.stored = kind
    return y


def dequantized(build: Builder, x: Value, scale: Value, zero: Value | None, axis: int = 0) -> Value:
    """The values of integers x."""
    steps, origin, along = _terms(x, scale, zero, axis)
    y = build.call(codes.dequantize, x, steps, origin)
    if x.fixed:
        integers = (x.tensor - origin).long()
        y.was = Stored(integers, torch.as_tensor(steps).float().flatten(), along, x.stored)
    return y


def _terms(x: Value, scale: Value, zero: Value | None, axis: int) -> tuple[Any, Any, int | None]:
    """(scale, zero, axis): two numbers and None, or two tensors along an axis of a constant."""
    step = fixed(scale, "scale")
    origin = torch.zeros_like(step) if zero is None else fixed(zero, "zero point")
    if step.numel() == 1:
        return float(step), int(origin.flatten()[0]), None
    if not x.fixed:
        raise Refusal("it has a scale for each channel of values that depend on the image")
    axis = axis % x.tensor.dim()
    shape = [-1] + [1] * (x.tensor.dim() - 1 - axis)
    return step.reshape(shape), origin.expand_as(step).reshape(shape), axis


def permuted(was: Stored | None, order: Sequence[int]) -> Stored | None:
    """The Stored of a constant whose axes are permuted, or None as it is."""
    if was is None:
        return None
    axis = None if was.axis is None else list(order).index(was.axis)
    return was._replace(integers=was.integers.permute(*order), axis=axis)


def coded(x: Value, weight: Value, bias: Value | None) -> codes.Coded | None:
    """A layer's codes.Coded, or None where its weight is no constant of integers of 8 bits.

    x, weight [K, ...], bias: the Values that it reads; bias may be None.
    """
    was = weight.was
    if was is None or was.axis not in (None, 0):
        return None
    if not -128 <= int(was.integers.min()) <= int(was.integers.max()) <= 127:
        return None
    return codes.Coded(was.integers, was.scale, _coded_bias(x, was, bias.was if bias else None))


def _coded_bias(x: Value, weight: Stored, bias: Stored | None) -> torch.Tensor | None:
    """The integers of a bias in steps of the layer's products, or None; weight, bias: Stored."""
    if x.node is None or x.node.target is not codes.dequantize:
        return None
    if bias is None or bias.type != "int32":
        return None
    if bias.integers.numel() != len(weight.integers):
        return None
    if not torch.allclose(bias.scale, weight.scale * x.node.args[1], rtol=1e-5, atol=0):
        return None
    return bias.integers.flatten()
