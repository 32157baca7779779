"""The ONNX operators with windows that slide over one, two or three axes: WINDOWS, by type.

As in onnx_operators.py. Inputs are [N, C, ...]; `pads` are [begin of each axis, end of each axis].
"""
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from .onnx_codes import coded
from .onnx_graph import Builder, Node, Operator, Refusal, Value, fixed

CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
MAX_POOLS = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE_POOLS = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
GLOBAL_AVERAGES = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
GLOBAL_MAXIMA = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}


def parameters(module: nn.Module, **tensors: torch.Tensor) -> nn.Module:
    """The module, made on the "meta" device, with these as its parameters and buffers."""
    for name, tensor in tensors.items():
        setattr(module, name, tensor if name.startswith("running") else nn.Parameter(tensor))
    return module


def axes_of(x: Value, kernel: Sequence[int] | None = None) -> int:
    """The number of axes of a map, and of a kernel over it."""
    axes = int(x.tensor.dim()) - 2
    if axes not in CONVOLUTIONS or kernel is not None and len(kernel) != axes:
        raise Refusal(
            "its input has the shape %s: only maps [N, C, L], [N, C, H, W] and [N, C, D, H, W], "
            "with a kernel of as many sizes" % list(x.tensor.shape)
        )
    return axes


def steps(node: Node, axes: int) -> tuple[list[int], list[int]]:
    """(stride, dilation) of a window."""
    return list(node.get("strides", [1] * axes)), list(node.get("dilations", [1] * axes))


def halves(node: Node, total: Sequence[int]) -> list[int]:
    """Begins and ends of the pads for auto_pad, which differ by one where a total is odd."""
    less, more = [t // 2 for t in total], [t - t // 2 for t in total]
    return less + more if node.get("auto_pad") == "SAME_UPPER" else more + less


def automatic(node: Node) -> bool:
    """Whether the pads follow from the sizes."""
    mode: str = node.get("auto_pad", "NOTSET")
    if mode not in ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"):
        raise Refusal("auto_pad is %s" % mode)
    return mode.startswith("SAME")


def given_pads(node: Node, axes: int) -> list[int]:
    given = node.get("pads") if node.get("auto_pad", "NOTSET") == "NOTSET" else None
    return list(given or [0] * 2 * axes)


def window(node: Node, x: Value, kernel: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """(stride, dilation, pads) of a window that slides over the map."""
    axes = axes_of(x, kernel)
    stride, dilation = steps(node, axes)
    if not automatic(node):
        return stride, dilation, given_pads(node, axes)
    total = [
        max(0, (math.ceil(n / s) - 1) * s + d * (k - 1) + 1 - n)
        for n, k, s, d in zip(x.tensor.shape[2:], kernel, stride, dilation)
    ]
    return stride, dilation, halves(node, total)


def around(
    build: Builder, x: Value, begins: Sequence[int], ends: Sequence[int], value: float = 0.0
) -> Value:
    """x with as many values more at the sides of each axis, or fewer."""
    amounts = [a for pair in zip(begins[::-1], ends[::-1]) for a in pair]
    return build.call(F.pad, x, amounts, "constant", value) if any(amounts) else x


def padded(
    build: Builder, x: Value, pads: list[int], value: float, widest: float = math.inf
) -> tuple[Value, list[int]]:
    """(x, padding that torch's windows have on both sides); one that is uneven, or larger than
    `widest`, is put around x."""
    axes = len(pads) // 2
    begins, ends = pads[:axes], pads[axes:]
    if begins == ends and max(pads) <= widest:
        return x, begins
    return around(build, x, begins, ends, value), [0] * axes


def conv(build: Builder, node: Node, x: Value, weight: Value, bias: Value | None = None) -> Value:
    kernel = list(fixed(weight, "weight").shape[2:])
    stride, dilation, pads = window(node, x, kernel)
    source, padding = padded(build, x, pads, 0.0)
    groups = node.get("group", 1)
    module = CONVOLUTIONS[len(kernel)](
        weight.tensor.shape[1] * groups,
        weight.tensor.shape[0],
        tuple(kernel),
        tuple(stride),
        tuple(padding),
        tuple(dilation),
        groups,
        bias is not None,
        device="meta",
    )
    return weighted_layer(build, node.name, module, source, x, weight, bias)


def weighted_layer(
    build: Builder,
    name: str,
    module: nn.Module,
    source: Value,
    x: Value,
    weight: Value,
    bias: Value | None,
) -> Value:
    """The Value of a convolution or nn.Linear on `source`, which is x with its pads around it."""
    terms = {} if bias is None else {"bias": fixed(bias, "bias")}
    codes = coded(x, weight, bias)
    if codes:
        module.coded = codes
    return build.layer(name, parameters(module, weight=weight.tensor, **terms), source)


def conv_transpose(
    build: Builder, node: Node, x: Value, weight: Value, bias: Value | None = None
) -> Value:
    axes, kernel = axes_of(x), list(fixed(weight, "weight").shape[2:])
    stride, dilation = steps(node, axes)
    more, groups = node.get("output_padding", [0] * axes), node.get("group", 1)
    whole = [
        s * (n - 1) + d * (k - 1) + 1
        for n, k, s, d in zip(x.tensor.shape[2:], kernel, stride, dilation)
    ]
    shape = node.get("output_shape")
    if shape is None and automatic(node):
        shape = [n * s for n, s in zip(x.tensor.shape[2:], stride)]
    if shape is None:
        pads = given_pads(node, axes)
    else:
        total = [w + m - n for w, m, n in zip(whole, more, shape[-axes:])]
        pads = halves(node, [max(0, t) for t in total])
        more = [m + max(0, -t) for m, t in zip(more, total)]
    # What is cut off, at both sides by the module and then at either.
    begins, ends = pads[:axes], [e - m for e, m in zip(pads[axes:], more)]
    both, extra = zip(*map(_cut, begins, ends, stride, dilation))
    module = TRANSPOSED[axes](
        weight.tensor.shape[0],
        weight.tensor.shape[1] * groups,
        tuple(kernel),
        tuple(stride),
        both,
        extra,
        groups,
        bias is not None,
        tuple(dilation),
        device="meta",
    )
    terms = {} if bias is None else {"bias": fixed(bias, "bias")}
    y = build.layer(node.name, parameters(module, weight=weight.tensor, **terms), x)
    before = [p - b for p, b in zip(both, begins)]
    behind = [p - o - e for p, o, e in zip(both, extra, ends)]
    return around(build, y, before, behind)


def _cut(begin: int, end: int, stride: int, dilation: int) -> tuple[int, int]:
    """(padding, output_padding) of torch's module that cut the most of these ends of an axis."""
    if 0 <= begin - end < max(stride, dilation):
        return begin, begin - end
    if min(begin, end) < 0:
        raise Refusal("its output is larger than its windows reach")
    return min(begin, end), 0


def max_pool(build: Builder, node: Node, x: Value) -> Value:
    kernel = list(node.get("kernel_shape"))
    stride, dilation, pads = window(node, x, kernel)
    x, padding = padded(build, x, pads, -math.inf, min(kernel) // 2)
    ceil = bool(node.get("ceil_mode", 0))
    return build.call(MAX_POOLS[len(kernel)], x, kernel, stride, padding, dilation, ceil)


def average_pool(build: Builder, node: Node, x: Value) -> Value:
    kernel = list(node.get("kernel_shape"))
    stride, dilation, pads = window(node, x, kernel)
    if set(dilation) != {1}:
        raise Refusal("its window is dilated")
    pool, axes = AVERAGE_POOLS[len(kernel)], len(kernel)
    ceil, with_pads = bool(node.get("ceil_mode", 0)), bool(node.get("count_include_pad", 0))
    ones = Value(torch.ones([1, 1] + list(x.tensor.shape[2:])))
    bare = x
    x, padding = padded(build, x, pads, 0.0, min(kernel) // 2)
    pooled = build.call(pool, x, kernel, stride, padding, ceil, with_pads)
    if with_pads or x is bare:
        return pooled
    share = around(build, ones, pads[:axes], pads[axes:])
    share = build.call(pool, share, kernel, stride, padding, ceil, False)
    return build.call(torch.div, pooled, share)


def over_all(functions: Mapping[int, Callable[..., Any]]) -> Operator:
    def pool(build: Builder, node: Node, x: Value) -> Value:
        return build.call(functions[axes_of(x)], x, 1)

    return pool


WINDOWS: dict[str, Operator] = {
    "AveragePool": average_pool,
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "GlobalAveragePool": over_all(GLOBAL_AVERAGES),
    "GlobalMaxPool": over_all(GLOBAL_MAXIMA),
    "MaxPool": max_pool,
}
