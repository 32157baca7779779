"""The ONNX operators that onnx_model.py supports: OPERATORS, by operator type.

Each is a function of the Builder, the Node and its inputs' Values that returns a Value or a list of
them; it throws Refusal, whose text ends a message, for what it cannot build. Opset 7 and later:
where arguments moved from attributes to inputs, both are read.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from .onnx_graph import Refusal, Value, fixed, numbers
from .onnx_moves import MOVES


def parameters(module, **tensors):
    """The module, made on the "meta" device, with these as its parameters and buffers."""
    for name, tensor in tensors.items():
        setattr(module, name, tensor if name.startswith("running") else nn.Parameter(tensor))
    return module


def window(node, x, kernel):
    """(stride, dilation, [top, left, bottom, right]) of a window that slides over the map."""
    if x.tensor.dim() != 4 or len(kernel) != 2:
        raise Refusal("its input has the shape %s: only maps [N, C, H, W]" % list(x.tensor.shape))
    stride, dilation = node.get("strides", [1, 1]), node.get("dilations", [1, 1])
    mode = node.get("auto_pad", "NOTSET")
    if mode in ("NOTSET", "VALID"):
        pads = node.get("pads", [0] * 4) if mode == "NOTSET" else [0] * 4
    elif mode in ("SAME_UPPER", "SAME_LOWER"):
        total = [
            max(0, (math.ceil(n / s) - 1) * s + d * (k - 1) + 1 - n)
            for n, k, s, d in zip(x.tensor.shape[2:], kernel, stride, dilation)
        ]
        less, more = [t // 2 for t in total], [t - t // 2 for t in total]
        pads = less + more if mode == "SAME_UPPER" else more + less
    else:
        raise Refusal("auto_pad is %s" % mode)
    return list(stride), list(dilation), list(pads)


def padded(build, x, pads, value):
    """(x, padding that torch's windows have on both sides); an uneven one is put around x."""
    top, left, bottom, right = pads
    if (top, left) == (bottom, right):
        return x, [top, left]
    return build.call(F.pad, x, [left, right, top, bottom], "constant", value), [0, 0]


def conv(build, node, x, weight, bias=None):
    weight, groups = fixed(weight, "weight"), node.get("group", 1)
    stride, dilation, pads = window(node, x, list(weight.shape[2:]))
    x, padding = padded(build, x, pads, 0.0)
    module = nn.Conv2d(
        weight.shape[1] * groups,
        weight.shape[0],
        tuple(weight.shape[2:]),
        tuple(stride),
        tuple(padding),
        tuple(dilation),
        groups,
        bias is not None,
        device="meta",
    )
    terms = {} if bias is None else {"bias": fixed(bias, "bias")}
    return build.layer(node.name, parameters(module, weight=weight, **terms), x)


def linear(build, node, x, weight, bias=None):
    """weight: [K, C]"""
    module = nn.Linear(weight.shape[1], weight.shape[0], bias is not None, device="meta")
    terms = {} if bias is None else {"bias": bias}
    return build.layer(node.name, parameters(module, weight=weight.contiguous(), **terms), x)


def gemm(build, node, x, weight, bias=None):
    if node.get("transA", 0) or x.tensor.dim() != 2:
        raise Refusal("its first operand is transposed")
    weight = fixed(weight, "second operand") * node.get("alpha", 1.0)
    weight = weight if node.get("transB", 0) else weight.t()
    if bias is not None:
        bias = fixed(bias, "third operand") * node.get("beta", 1.0)
        if bias.numel() not in (1, len(weight)):
            raise Refusal("its third operand is no bias: it has the shape %s" % list(bias.shape))
        bias = bias.flatten().expand(len(weight)).clone()
    return linear(build, node, x, weight, bias)


def matmul(build, node, x, y):
    if x.fixed or not y.fixed or y.tensor.dim() != 2:
        return build.call(torch.matmul, x, y)
    value = linear(build, node, x, y.tensor.t())
    value.linear = build.parts[value.node.target]
    return value


def add(build, node, x, y):
    # A MatMul and the addition of its bias are one layer.
    for a, b, alone in ((x, y, node.only_reader[0]), (y, x, node.only_reader[1])):
        if a.linear is not None and alone and b.fixed and b.tensor.dim() <= a.tensor.dim():
            if list(b.tensor.shape[-1:]) == [b.tensor.numel()] == [a.linear.out_features]:
                a.linear.bias = nn.Parameter(b.tensor.flatten())
                a.tensor, a.linear = a.tensor + b.tensor, None
                return a
    return build.call(torch.add, x, y)


def subtract(build, node, x, y):
    if y.fixed and not x.fixed:  # a per-channel constant, which the extractor folds when added
        return build.call(torch.add, x, build.call(torch.neg, y))
    return build.call(torch.sub, x, y)


def divide(build, node, x, y):
    if not x.tensor.is_floating_point():
        return build.call(lambda a, b: torch.div(a, b, rounding_mode="trunc"), x, y)
    if y.fixed and not x.fixed:
        return build.call(torch.mul, x, build.call(torch.reciprocal, y))
    return build.call(torch.div, x, y)


def sum_of_all(build, node, *terms):
    total = terms[0]
    for term in terms[1:]:
        total = build.call(torch.add, total, term)
    return total


def batch_norm(build, node, x, weight, bias, mean, variance):
    if node.get("training_mode", 0) or not node.get("spatial", 1):
        raise Refusal("it is in training mode, or not per channel")
    kind = nn.BatchNorm2d if x.tensor.dim() == 4 else nn.BatchNorm1d
    module = kind(x.tensor.shape[1], eps=node.get("epsilon", 1e-5), device="meta")
    module.num_batches_tracked = torch.tensor(0)
    terms = parameters(
        module,
        weight=fixed(weight, "scale"),
        bias=fixed(bias, "bias"),
        running_mean=fixed(mean, "mean"),
        running_var=fixed(variance, "variance"),
    )
    return build.layer(node.name, terms, x)


def max_pool(build, node, x):
    kernel = list(node.get("kernel_shape"))
    stride, dilation, pads = window(node, x, kernel)
    x, padding = padded(build, x, pads, -math.inf)
    ceil = bool(node.get("ceil_mode", 0))
    return build.call(F.max_pool2d, x, kernel, stride, padding, dilation, ceil)


def average_pool(build, node, x):
    kernel = list(node.get("kernel_shape"))
    stride, dilation, pads = window(node, x, kernel)
    if dilation != [1, 1]:
        raise Refusal("its window is dilated")
    ceil, with_pads = bool(node.get("ceil_mode", 0)), bool(node.get("count_include_pad", 0))
    ones = Value(torch.ones([1, 1] + list(x.tensor.shape[2:])))
    uneven = pads[:2] != pads[2:]
    x, padding = padded(build, x, pads, 0.0)
    pooled = build.call(F.avg_pool2d, x, kernel, stride, padding, ceil, with_pads)
    if with_pads or not uneven:
        return pooled
    share = padded(build, ones, pads, 0.0)[0]
    share = build.call(F.avg_pool2d, share, kernel, stride, padding, ceil, False)
    return build.call(torch.div, pooled, share)


def global_average(build, node, x):
    return build.call(F.adaptive_avg_pool2d, x, 1)


def global_max(build, node, x):
    return build.call(F.adaptive_max_pool2d, x, 1)


def reduce_with(function):
    def reduce(build, node, x, *_):
        axes = numbers(node, 1, "axes", [])
        if not axes and node.get("noop_with_empty_axes", 0):
            return x
        axes = axes or list(range(x.tensor.dim()))
        return build.call(function, x, axes, bool(node.get("keepdims", 1)))

    return reduce


def clip(build, node, x, *_):
    limits = [node.get("min"), node.get("max")]
    for i, limit in enumerate(node.inputs[1:3]):
        if limit is not None:
            limits[i] = float(fixed(limit, "limit"))
    low, high = (None if v is None or abs(v) > 3e38 else v for v in limits)
    return x if low is high is None else build.call(torch.clamp, x, low, high)


def hard_sigmoid(build, node, x):
    alpha, beta = node.get("alpha", 0.2), node.get("beta", 0.5)
    if abs(alpha - 1 / 6) < 1e-6 and beta == 0.5:
        return build.call(F.hardsigmoid, x)
    scaled = build.call(torch.add, build.call(torch.mul, x, alpha), beta)
    return build.call(torch.clamp, scaled, 0.0, 1.0)


def prelu(build, node, x, slope):
    return build.call(F.prelu, x, Value(fixed(slope, "slope").flatten()))


def softmax_with(function):
    def softmax(build, node, x):
        sizes = list(x.tensor.shape)
        axis = node.get("axis", 1 if node.opset < 13 else -1) % len(sizes)
        if node.opset >= 13 or math.prod(sizes[axis + 1 :]) == 1:
            return build.call(function, x, axis)
        rows = build.call(torch.flatten, x, axis)  # older ones are over all axes from this one on
        return build.reshape(build.call(function, rows, axis), sizes)

    return softmax


def response_norm(build, node, x):
    size = node.get("size")
    if size % 2 == 0:
        raise Refusal("its size, %d, is even: torch's has another centre" % size)
    return build.call(
        F.local_response_norm,
        x,
        size,
        node.get("alpha", 1e-4),
        node.get("beta", 0.75),
        node.get("bias", 1.0),
    )


def plain(function):
    """An operator that is a torch function of the same inputs."""
    return lambda build, node, *inputs: build.call(function, *inputs)


def with_alpha(function, default):
    return lambda build, node, x: build.call(function, x, node.get("alpha", default))


OPERATORS = {
    **MOVES,
    "Abs": plain(torch.abs),
    "Add": add,
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "Clip": clip,
    "Conv": conv,
    "Div": divide,
    "Elu": with_alpha(F.elu, 1.0),
    "Erf": plain(torch.erf),
    "Exp": plain(torch.exp),
    "Gemm": gemm,
    "GlobalAveragePool": global_average,
    "GlobalMaxPool": global_max,
    "HardSigmoid": hard_sigmoid,
    "HardSwish": plain(F.hardswish),
    "LRN": response_norm,
    "LeakyRelu": with_alpha(F.leaky_relu, 0.01),
    "LogSoftmax": softmax_with(F.log_softmax),
    "MatMul": matmul,
    "MaxPool": max_pool,
    "Mul": plain(torch.mul),
    "Neg": plain(torch.neg),
    "PRelu": prelu,
    "Pow": plain(torch.pow),
    "ReduceMax": reduce_with(torch.amax),
    "ReduceMean": reduce_with(torch.mean),
    "ReduceSum": reduce_with(torch.sum),
    "Relu": plain(F.relu),
    "Sigmoid": plain(torch.sigmoid),
    "Softmax": softmax_with(F.softmax),
    "Softplus": plain(F.softplus),
    "Sqrt": plain(torch.sqrt),
    "Sub": subtract,
    "Sum": sum_of_all,
    "Tanh": plain(torch.tanh),
}
