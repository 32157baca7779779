"""The ONNX operators that move, pick or reshape values: MOVES, by operator type.

As in onnx_operators.py. What they compute from constants and shapes is a constant again.
"""
import math
from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

from .onnx_codes import permuted
from .onnx_graph import Builder, Node, Refusal, Value, fixed, numbers

# TensorProto's float, float16, double, bfloat16; its 8 to 64 bits; bool
FLOAT_TYPES, WHOLE_TYPES, BOOL = (1, 10, 11, 16), (2, 3, 4, 5, 6, 7, 12, 13), 9


def concat(build: Builder, node: Node, *parts: Value) -> Value:
    return build.call(torch.cat, list(parts), node.get("axis"))


def flatten(build: Builder, node: Node, x: Value) -> Value:
    axis = node.get("axis", 1)
    if axis == 1:
        return build.call(torch.flatten, x, 1)
    sizes = list(x.tensor.shape)
    return build.reshape(x, [math.prod(sizes[:axis]), math.prod(sizes[axis:])])


def reshape(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    sizes = numbers(node, 1, "shape")
    if node.get("allowzero", 0) == 0:
        sizes = [x.tensor.shape[i] if s == 0 else s for i, s in enumerate(sizes)]
    return build.reshape(x, sizes)


def transpose(build: Builder, node: Node, x: Value) -> Value:
    order = list(node.get("perm", list(range(x.tensor.dim()))[::-1]))
    y = build.call(torch.permute, x, order)
    y.was = permuted(x.was, order)
    return y


def squeeze(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    dims = x.tensor.dim()
    ones = [i for i, n in enumerate(x.tensor.shape) if n == 1]
    for axis in sorted((a % dims for a in numbers(node, 1, "axes", ones)), reverse=True):
        x = build.call(torch.squeeze, x, axis)
    return x


def unsqueeze(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    axes = numbers(node, 1, "axes")
    dims = x.tensor.dim() + len(axes)
    for axis in sorted(a % dims for a in axes):
        x = build.call(torch.unsqueeze, x, axis)
    return x


def pad(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    sizes, mode = numbers(node, 1, "pads"), node.get("mode", "constant")
    dims = x.tensor.dim()
    axes = [a % dims for a in numbers(node, 3, "axes", list(range(dims)))]
    value = node.get("value", 0.0)
    if node.input(2) is not None:
        value = float(fixed(node.input(2), "value"))
    begins, ends = dict(zip(axes, sizes)), dict(zip(axes, sizes[len(axes) :]))
    amounts = [side.get(i, 0) for i in range(dims)[::-1] for side in (begins, ends)]
    while len(amounts) > 4 and amounts[-2:] == [0, 0]:
        del amounts[-2:]
    if mode == "constant":
        return build.call(F.pad, x, amounts, "constant", value)
    return build.call(F.pad, x, amounts, {"edge": "replicate", "wrap": "circular"}.get(mode, mode))


def split(build: Builder, node: Node, x: Value, *_: Value | None) -> list[Value]:
    axis = node.get("axis", 0)
    length = x.tensor.shape[axis]
    even = math.ceil(length / node.outputs)
    sizes = [min(even, length - even * i) for i in range(node.outputs)]
    return build.call_all(torch.split, x, numbers(node, 1, "split", sizes), axis)


def take(x: torch.Tensor, index: Any) -> torch.Tensor:
    return x[index]


def slices(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    starts, ends = numbers(node, 1, "starts"), numbers(node, 2, "ends")
    axes = numbers(node, 3, "axes", list(range(len(starts))))
    steps = numbers(node, 4, "steps", [1] * len(starts))
    for axis, *bounds in zip(axes, starts, ends, steps):
        index = [slice(None)] * x.tensor.dim()
        index[axis] = slice(*bounds)
        if bounds[2] > 0:
            x = build.call(take, x, tuple(index))
        else:
            picked = torch.tensor(range(x.tensor.shape[axis])[index[axis]])
            x = build.call(torch.index_select, x, axis, Value(picked))
    return x


def places(node: Node, x: Value, index: Value) -> tuple[int, torch.Tensor]:
    """(axis, the constant index along it, counted from the front)"""
    axis, at = node.get("axis", 0) % x.tensor.dim(), fixed(index, "index")
    return axis, torch.where(at < 0, at + x.tensor.shape[axis], at)


def gather(build: Builder, node: Node, x: Value, index: Value) -> Value:
    axis, at = places(node, x, index)
    if at.dim() == 0:
        return build.call(torch.select, x, axis, int(at))
    picked = build.call(torch.index_select, x, axis, Value(at.flatten()))
    if at.dim() == 1:
        return picked
    sizes = list(x.tensor.shape)
    return build.reshape(picked, sizes[:axis] + list(at.shape) + sizes[axis + 1 :])


def gather_elements(build: Builder, node: Node, x: Value, index: Value) -> Value:
    axis, at = places(node, x, index)
    return build.call(torch.gather, x, axis, Value(at))


def gather_nd(build: Builder, node: Node, x: Value, index: Value) -> Value:
    if node.get("batch_dims", 0):
        raise Refusal("batch_dims is %d, expected 0" % node.get("batch_dims"))
    return build.call(take, x, tuple(Value(i) for i in fixed(index, "index").unbind(-1)))


def require_plain(node: Node) -> None:
    if node.get("reduction", "none") != "none":
        raise Refusal("its reduction is %s" % node.get("reduction"))


def scatter_nd(build: Builder, node: Node, x: Value, index: Value, updates: Value) -> Value:
    require_plain(node)
    at = tuple(Value(i) for i in fixed(index, "index").unbind(-1))
    return build.call(torch.index_put, x, at, updates)


def scatter_elements(build: Builder, node: Node, x: Value, index: Value, updates: Value) -> Value:
    require_plain(node)
    axis, at = places(node, x, index)
    return build.call(torch.scatter, x, axis, Value(at), updates)


def nonzero(build: Builder, node: Node, x: Value) -> Value:
    return Value(torch.nonzero(fixed(x, "input")).t())


def to_float(x: torch.Tensor) -> torch.Tensor:
    return x.to(torch.get_default_dtype())


def to_whole(x: torch.Tensor) -> torch.Tensor:
    return x.long()


def to_bool(x: torch.Tensor) -> torch.Tensor:
    return x != 0


def cast(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    to, floating = node.get("to"), x.tensor.is_floating_point()
    if to == BOOL:
        return build.call(to_bool, x)
    if to in FLOAT_TYPES:
        return x if floating else build.call(to_float, x)
    if to not in WHOLE_TYPES:
        raise Refusal("it casts to the type %s of ONNX, expected numbers" % to)
    return build.call(to_whole, x) if floating or x.tensor.dtype == torch.bool else x


def depth_to_space(build: Builder, node: Node, x: Value) -> Value:
    size, (n, c, h, w) = node.get("blocksize"), x.tensor.shape
    if node.get("mode", "DCR") == "CRD":
        return build.call(F.pixel_shuffle, x, size)
    x = build.reshape(x, [n, size, size, c // size**2, h, w])
    x = build.call(torch.permute, x, [0, 3, 4, 1, 5, 2])
    return build.reshape(x, [n, c // size**2, h * size, w * size])


def space_to_depth(build: Builder, node: Node, x: Value) -> Value:
    size, (n, c, h, w) = node.get("blocksize"), x.tensor.shape
    x = build.reshape(x, [n, c, h // size, size, w // size, size])
    x = build.call(torch.permute, x, [0, 3, 5, 1, 2, 4])
    return build.reshape(x, [n, c * size**2, h // size, w // size])


def expand(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    old = list(x.tensor.shape)
    sizes = list(torch.broadcast_shapes(x.tensor.shape, numbers(node, 1, "shape")))
    if len(sizes) == len(old) and sizes[0] == old[0]:
        sizes[0] = -1  # the number of images stays free
    return build.call(torch.broadcast_to, x, sizes)


def tile(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    return build.call(torch.tile, x, numbers(node, 1, "repeats"))


def ranges(build: Builder, node: Node, start: Value, limit: Value, delta: Value) -> Value:
    return Value(torch.arange(*(fixed(v, "bounds").item() for v in (start, limit, delta))))


def triangle(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    diagonal = numbers(node, 1, "k", [0])[0]
    return build.call(torch.triu if node.get("upper", 1) else torch.tril, x, diagonal)


def top(build: Builder, node: Node, x: Value, *_: Value | None) -> list[Value]:
    count = node.get("k") or numbers(node, 1, "k")[0]
    order = (bool(node.get("largest", 1)), bool(node.get("sorted", 1)))
    return build.call_all(torch.topk, x, count, node.get("axis", -1), *order)


def size(build: Builder, node: Node, x: Value) -> Value:
    return Value(torch.tensor(x.tensor.numel()))


def shape(build: Builder, node: Node, x: Value) -> Value:
    return Value(torch.tensor(x.tensor.shape[node.get("start", 0) : node.get("end")]))


def constant(build: Builder, node: Node) -> Value:
    (name, value), *_ = node.attributes.items()
    if name == "value":
        return node.constant(value)
    if name not in ("value_float", "value_floats", "value_int", "value_ints"):
        raise Refusal("its value is given as %s" % name)
    return Value(torch.as_tensor(value))


def constant_of_shape(build: Builder, node: Node, sizes: Value) -> Value:
    value = node.constant(node.get("value")).tensor if node.get("value") else torch.zeros(1)
    return Value(value.expand(numbers(node, 0, "shape")))


def same(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    return x


def dropout(build: Builder, node: Node, x: Value, *more: Value | None) -> Value:
    ratio = node.get("ratio", 0.5) if not more or more[0] is None else fixed(more[0], "ratio")
    if len(more) > 1 and more[1] is not None and bool(fixed(more[1], "mode").any()) and ratio != 0:
        raise Refusal("it is in training mode")
    return x


MOVES: dict[str, Callable[..., Value | list[Value]]] = {
    "Cast": cast,
    "Concat": concat,
    "Constant": constant,
    "ConstantOfShape": constant_of_shape,
    "DepthToSpace": depth_to_space,
    "Dropout": dropout,
    "Expand": expand,
    "Flatten": flatten,
    "Gather": gather,
    "GatherElements": gather_elements,
    "GatherND": gather_nd,
    "Identity": same,
    "NonZero": nonzero,
    "Pad": pad,
    "Range": ranges,
    "Reshape": reshape,
    "ScatterElements": scatter_elements,
    "ScatterND": scatter_nd,
    "Shape": shape,
    "Size": size,
    "Slice": slices,
    "SpaceToDepth": space_to_depth,
    "Split": split,
    "Squeeze": squeeze,
    "Tile": tile,
    "TopK": top,
    "Transpose": transpose,
    "Trilu": triangle,
    "Unsqueeze": unsqueeze,
}
