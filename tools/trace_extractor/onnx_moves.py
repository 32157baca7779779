"""The ONNX operators that move, pick or reshape values: MOVES, by operator type.

As in onnx_operators.py. What they compute from constants and shapes is a constant again.
"""
import math

import torch
from torch.nn import functional as F

from .onnx_graph import Refusal, Value, fixed, numbers


def concat(build, node, *parts):
    return build.call(torch.cat, list(parts), node.get("axis"))


def flatten(build, node, x):
    axis = node.get("axis", 1)
    if axis == 1:
        return build.call(torch.flatten, x, 1)
    sizes = list(x.tensor.shape)
    return build.reshape(x, [math.prod(sizes[:axis]), math.prod(sizes[axis:])])


def reshape(build, node, x, *_):
    sizes = numbers(node, 1, "shape")
    if node.get("allowzero", 0) == 0:
        sizes = [x.tensor.shape[i] if s == 0 else s for i, s in enumerate(sizes)]
    return build.reshape(x, sizes)


def transpose(build, node, x):
    order = node.get("perm", list(range(x.tensor.dim()))[::-1])
    return build.call(torch.permute, x, list(order))


def squeeze(build, node, x, *_):
    dims = x.tensor.dim()
    ones = [i for i, n in enumerate(x.tensor.shape) if n == 1]
    for axis in sorted((a % dims for a in numbers(node, 1, "axes", ones)), reverse=True):
        x = build.call(torch.squeeze, x, axis)
    return x


def unsqueeze(build, node, x, *_):
    axes = numbers(node, 1, "axes")
    dims = x.tensor.dim() + len(axes)
    for axis in sorted(a % dims for a in axes):
        x = build.call(torch.unsqueeze, x, axis)
    return x


def pad(build, node, x, *_):
    sizes, mode = numbers(node, 1, "pads"), node.get("mode", "constant")
    if len(node.inputs) > 3 and node.inputs[3] is not None:
        raise Refusal("it names axes; give it the pads of all")
    value = node.get("value", 0.0)
    if len(node.inputs) > 2 and node.inputs[2] is not None:
        value = float(fixed(node.inputs[2], "value"))
    dims = x.tensor.dim()
    amounts = [a for i in range(dims)[::-1] for a in (sizes[i], sizes[dims + i])]
    while len(amounts) > 4 and amounts[-2:] == [0, 0]:
        del amounts[-2:]
    if mode == "constant":
        return build.call(F.pad, x, amounts, "constant", value)
    return build.call(F.pad, x, amounts, {"edge": "replicate"}.get(mode, mode))


def split(build, node, x, *_):
    axis = node.get("axis", 0)
    length = x.tensor.shape[axis]
    even = math.ceil(length / node.outputs)
    sizes = [min(even, length - even * i) for i in range(node.outputs)]
    return build.call(torch.split, x, numbers(node, 1, "split", sizes), axis)


def take(x, index):
    return x[index]


def slices(build, node, x, *_):
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


def gather(build, node, x, index):
    axis, index = node.get("axis", 0), fixed(index, "index")
    index = torch.where(index < 0, index + x.tensor.shape[axis], index)
    if index.dim() == 0:
        return build.call(torch.select, x, axis, int(index))
    if index.dim() != 1:
        raise Refusal("its index has %d dimensions" % index.dim())
    return build.call(torch.index_select, x, axis, Value(index))


def cast(build, node, x):
    to_float = node.get("to") in (1, 10, 11, 16)  # TensorProto's float, float16, double, bfloat16
    if to_float == x.tensor.is_floating_point():
        return x
    return build.call(torch.Tensor.float if to_float else torch.Tensor.long, x)


def shape(build, node, x):
    return Value(torch.tensor(x.tensor.shape[node.get("start", 0) : node.get("end")]))


def constant(build, node):
    (name, value), *_ = node.attributes.items()
    if name == "value":
        value = node.constant(value)
    elif name not in ("value_float", "value_floats", "value_int", "value_ints"):
        raise Refusal("its value is given as %s" % name)
    return build.call(torch.as_tensor, value)


def constant_of_shape(build, node, sizes):
    value = node.constant(node.get("value")) if node.get("value") else torch.zeros(1)
    return Value(value.expand(numbers(node, 0, "shape")))


def same(build, node, x, *_):
    return x


def dropout(build, node, x, *more):
    if len(more) > 1 and more[1] is not None and bool(fixed(more[1], "mode").any()):
        raise Refusal("it is in training mode")
    return x


MOVES = {
    "Cast": cast,
    "Concat": concat,
    "Constant": constant,
    "ConstantOfShape": constant_of_shape,
    "Dropout": dropout,
    "Flatten": flatten,
    "Gather": gather,
    "Identity": same,
    "Pad": pad,
    "Reshape": reshape,
    "Shape": shape,
    "Slice": slices,
    "Split": split,
    "Squeeze": squeeze,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
