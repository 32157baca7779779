"""The ONNX operators that onnx_model.py supports: OPERATORS, by domain and type.

Each is a function of the Builder, the Node and its inputs' Values that returns a Value or a list of
them; it throws Refusal, whose text ends a message, for what it cannot build. Opset 6 and later:
where arguments moved from attributes to inputs, both are read. Here are the ones that work value by
value or reduce an axis.
"""
import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional as F

from .onnx_graph import Builder, Node, Operator, Refusal, Value, fixed, numbers
from .onnx_moves import MOVES
from .onnx_norms import NORMS
from .onnx_products import PRODUCTS
from .onnx_quantized import MICROSOFT, QUANTIZED
from .onnx_resize import RESIZES
from .onnx_windows import WINDOWS


def subtract(build: Builder, node: Node, x: Value, y: Value) -> Value:
    if y.fixed and not x.fixed:  # a per-channel constant, which the extractor folds when added
        return build.call(torch.add, x, build.call(torch.neg, y))
    return build.call(torch.sub, x, y)


def quotient(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Of whole numbers."""
    return torch.div(x, y, rounding_mode="trunc")


def divide(build: Builder, node: Node, x: Value, y: Value) -> Value:
    if not x.tensor.is_floating_point():
        return build.call(quotient, x, y)
    if y.fixed and not x.fixed:
        return build.call(torch.mul, x, build.call(torch.reciprocal, y))
    return build.call(torch.div, x, y)


def modulo(build: Builder, node: Node, x: Value, y: Value) -> Value:
    return build.call(torch.fmod if node.get("fmod", 0) else torch.remainder, x, y)


def of_all(function: Callable[..., Any]) -> Operator:
    """An operator of any number of inputs that is a function of two."""

    def combine(build: Builder, node: Node, *values: Value) -> Value:
        return functools.reduce(lambda a, b: build.call(function, a, b), values)

    return combine


def maximum(build: Builder, node: Node, *values: Value) -> Value:
    """max(x, 0), as some exporters write it, is a ReLU."""
    if len(values) == 2:
        for x, y in (values, values[::-1]):
            if y.fixed and not x.fixed and not y.tensor.any() and y.tensor.numel() == 1:
                return build.call(F.relu, x)
    return of_all(torch.maximum)(build, node, *values)


def mean(build: Builder, node: Node, *values: Value) -> Value:
    return build.call(torch.div, of_all(torch.add)(build, node, *values), len(values))


def exclusive_or(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x != y


def reduce_with(function: Callable[..., Any]) -> Operator:
    def reduce(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
        axes = numbers(node, 1, "axes", [])
        if not axes and node.get("noop_with_empty_axes", 0):
            return x
        axes = axes or list(range(x.tensor.dim()))
        if function in (torch.amax, torch.amin) and 0 in [x.tensor.shape[a] for a in axes]:
            raise Refusal("it reduces an empty set of values")
        return build.call(function, x, axes, bool(node.get("keepdims", 1)))

    return reduce


def product(x: torch.Tensor, axes: Sequence[int], keep: bool) -> torch.Tensor:
    for axis in sorted((a % x.dim() for a in axes), reverse=True):
        x = torch.prod(x, axis, keep)
    return x


def sum_of_magnitudes(x: torch.Tensor, axes: Sequence[int], keep: bool) -> torch.Tensor:
    return torch.sum(torch.abs(x), axes, keep)


def sum_of_squares(x: torch.Tensor, axes: Sequence[int], keep: bool) -> torch.Tensor:
    return torch.sum(x * x, axes, keep)


def length(x: torch.Tensor, axes: Sequence[int], keep: bool) -> torch.Tensor:
    return torch.sqrt(sum_of_squares(x, axes, keep))


def log_of_sum(x: torch.Tensor, axes: Sequence[int], keep: bool) -> torch.Tensor:
    return torch.log(torch.sum(x, axes, keep))


def place_with(function: Callable[..., Any]) -> Operator:
    def place(build: Builder, node: Node, x: Value) -> Value:
        if node.get("select_last_index", 0):
            raise Refusal("it asks for the last of equal values")
        return build.call(function, x, node.get("axis", 0), bool(node.get("keepdims", 1)))

    return place


def running_sum(build: Builder, node: Node, x: Value, axis: Value) -> Value:
    if node.get("exclusive", 0) or node.get("reverse", 0):
        raise Refusal("it is exclusive or in reverse")
    return build.call(torch.cumsum, x, int(fixed(axis, "axis")))


def clip(build: Builder, node: Node, x: Value, *_: Value | None) -> Value:
    limits = [node.get("min"), node.get("max")]
    for i in (0, 1):
        if node.input(i + 1) is not None:
            limits[i] = float(fixed(node.input(i + 1), "limit"))
    low, high = (None if v is None or abs(v) > 3e38 else v for v in limits)
    return x if low is high is None else build.call(torch.clamp, x, low, high)


def hard_sigmoid(build: Builder, node: Node, x: Value) -> Value:
    alpha, beta = node.get("alpha", 0.2), node.get("beta", 0.5)
    if abs(alpha - 1 / 6) < 1e-6 and beta == 0.5:
        return build.call(F.hardsigmoid, x)
    scaled = build.call(torch.add, build.call(torch.mul, x, alpha), beta)
    return build.call(torch.clamp, scaled, 0.0, 1.0)


def sloped(x: torch.Tensor, slope: torch.Tensor) -> torch.Tensor:
    return torch.where(x > 0, x, x * slope)


def prelu(build: Builder, node: Node, x: Value, slope: Value) -> Value:
    sizes = list(fixed(slope, "slope").shape)
    channels = [x.tensor.shape[1]] + [1] * (x.tensor.dim() - 2)
    if slope.tensor.numel() == 1 or sizes[-len(channels) :] == channels or node.opset < 7:
        return build.call(F.prelu, x, build.call(torch.flatten, slope))
    return build.call(sloped, x, slope)


def gelu(build: Builder, node: Node, x: Value) -> Value:
    function: Any = approximate_gelu if node.get("approximate") == "tanh" else F.gelu
    return build.call(function, x)


def approximate_gelu(x: torch.Tensor) -> torch.Tensor:
    return F.gelu(x, approximate="tanh")


def scaled_elu(x: torch.Tensor, alpha: float, gamma: float) -> torch.Tensor:
    return gamma * F.elu(x, alpha)


def selu(build: Builder, node: Node, x: Value) -> Value:
    alpha, gamma = node.get("alpha", 1.6732632), node.get("gamma", 1.0507010)
    return build.call(scaled_elu, x, alpha, gamma)


def threshold(build: Builder, node: Node, x: Value) -> Value:
    return build.call(F.threshold, x, node.get("alpha", 1.0), 0.0)


def plain(function: Callable[..., Any]) -> Operator:
    """An operator that is a torch function of the same inputs."""
    def operator(build: Builder, node: Node, *inputs: Value) -> Value:
        return build.call(function, *inputs)

    return operator


def with_alpha(function: Callable[..., Any], default: float) -> Operator:
    def operator(build: Builder, node: Node, x: Value) -> Value:
        return build.call(function, x, node.get("alpha", default))

    return operator


VALUES: dict[str, Operator] = {
    "Abs": plain(torch.abs),
    "And": plain(torch.logical_and),
    "ArgMax": place_with(torch.argmax),
    "ArgMin": place_with(torch.argmin),
    "Atan": plain(torch.atan),
    "Ceil": plain(torch.ceil),
    "Celu": with_alpha(F.celu, 1.0),
    "Clip": clip,
    "Cos": plain(torch.cos),
    "CumSum": running_sum,
    "Div": divide,
    "Elu": with_alpha(F.elu, 1.0),
    "Equal": plain(torch.eq),
    "Erf": plain(torch.erf),
    "Exp": plain(torch.exp),
    "Floor": plain(torch.floor),
    "Gelu": gelu,
    "Greater": plain(torch.gt),
    "GreaterOrEqual": plain(torch.ge),
    "HardSigmoid": hard_sigmoid,
    "HardSwish": plain(F.hardswish),
    "LeakyRelu": with_alpha(F.leaky_relu, 0.01),
    "Less": plain(torch.lt),
    "LessOrEqual": plain(torch.le),
    "Log": plain(torch.log),
    "Max": maximum,
    "Mean": mean,
    "Min": of_all(torch.minimum),
    "Mish": plain(F.mish),
    "Mod": modulo,
    "Mul": plain(torch.mul),
    "Neg": plain(torch.neg),
    "Not": plain(torch.logical_not),
    "Or": plain(torch.logical_or),
    "PRelu": prelu,
    "Pow": plain(torch.pow),
    "Reciprocal": plain(torch.reciprocal),
    "ReduceL1": reduce_with(sum_of_magnitudes),
    "ReduceL2": reduce_with(length),
    "ReduceLogSum": reduce_with(log_of_sum),
    "ReduceLogSumExp": reduce_with(torch.logsumexp),
    "ReduceMax": reduce_with(torch.amax),
    "ReduceMean": reduce_with(torch.mean),
    "ReduceMin": reduce_with(torch.amin),
    "ReduceProd": reduce_with(product),
    "ReduceSum": reduce_with(torch.sum),
    "ReduceSumSquare": reduce_with(sum_of_squares),
    "Relu": plain(F.relu),
    "Round": plain(torch.round),
    "Selu": selu,
    "Sigmoid": plain(torch.sigmoid),
    "Sign": plain(torch.sign),
    "Sin": plain(torch.sin),
    "Softplus": plain(F.softplus),
    "Softsign": plain(F.softsign),
    "Sqrt": plain(torch.sqrt),
    "Sub": subtract,
    "Sum": of_all(torch.add),
    "Tan": plain(torch.tan),
    "Tanh": plain(torch.tanh),
    "ThresholdedRelu": threshold,
    "Where": plain(torch.where),
    "Xor": plain(exclusive_or),
}
Operators = dict[str, Callable[..., Value | list[Value]]]
ROOT: Operators = {**MOVES, **NORMS, **PRODUCTS, **QUANTIZED, **RESIZES, **VALUES, **WINDOWS}
OPERATORS: dict[str, Operators] = {
    "": ROOT,
    "ai.onnx": ROOT,
    "com.microsoft": {**MICROSOFT, "Gelu": gelu},
}
