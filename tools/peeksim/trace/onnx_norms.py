"""The ONNX operators that normalise: NORMS, by operator type. As in onnx_operators.py."""
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from .onnx_graph import Builder, Node, Operator, Refusal, Value, fixed
from .onnx_windows import parameters

BATCH_NORMS = {4: nn.BatchNorm2d, 5: nn.BatchNorm3d}


def batch_norm(
    build: Builder, node: Node, x: Value, weight: Value, bias: Value, mean: Value, variance: Value
) -> Value:
    if node.get("training_mode", 0) or not node.get("spatial", 1):
        raise Refusal("it is in training mode, or not per channel")
    kind = BATCH_NORMS.get(x.tensor.dim(), nn.BatchNorm1d)
    module: nn.Module = kind(x.tensor.shape[1], eps=node.get("epsilon", 1e-5), device="meta")
    module.num_batches_tracked = torch.tensor(0)
    terms = parameters(
        module,
        weight=fixed(weight, "scale"),
        bias=fixed(bias, "bias"),
        running_mean=fixed(mean, "mean"),
        running_var=fixed(variance, "variance"),
    )
    return build.layer(node.name, terms, x)


def instance_norm(build: Builder, node: Node, x: Value, weight: Value, bias: Value) -> Value:
    eps = node.get("epsilon", 1e-5)
    return build.call(F.instance_norm, x, None, None, weight, bias, True, 0.1, eps)


def layer_norm(
    build: Builder, node: Node, x: Value, weight: Value, bias: Value | None = None
) -> Value:
    sizes = list(x.tensor.shape[node.get("axis", -1) % x.tensor.dim() :])
    terms = [v and build.call(torch.broadcast_to, v, sizes) for v in (weight, bias)]
    return build.call(F.layer_norm, x, sizes, *terms, node.get("epsilon", 1e-5))


def response_norm(build: Builder, node: Node, x: Value) -> Value:
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


def unit_length(build: Builder, node: Node, x: Value) -> Value:
    return build.call(F.normalize, x, float(node.get("p", 2)), node.get("axis", -1), 0.0)


def softmax_with(function: Callable[..., Any]) -> Operator:
    def softmax(build: Builder, node: Node, x: Value) -> Value:
        sizes = list(x.tensor.shape)
        axis = node.get("axis", 1 if node.opset < 13 else -1) % len(sizes)
        if node.opset >= 13 or math.prod(sizes[axis + 1 :]) == 1:
            return build.call(function, x, axis)
        rows = build.call(torch.flatten, x, axis)  # older ones are over all axes from this one on
        return build.reshape(build.call(function, rows, axis), sizes)

    return softmax


NORMS: dict[str, Operator] = {
    "BatchNormalization": batch_norm,
    "InstanceNormalization": instance_norm,
    "LRN": response_norm,
    "LayerNormalization": layer_norm,
    "LogSoftmax": softmax_with(F.log_softmax),
    "LpNormalization": unit_length,
    "Softmax": softmax_with(F.softmax),
}
