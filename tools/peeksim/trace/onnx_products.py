"""The ONNX operators that multiply matrices, and Add, which may be a layer's bias: PRODUCTS.

As in onnx_operators.py.
"""
import torch
from torch import nn

from .onnx_codes import permuted
from .onnx_graph import Builder, Node, Operator, Refusal, Value, fixed
from .onnx_windows import weighted_layer


def linear(build: Builder, node: Node, x: Value, weight: Value, bias: Value | None = None) -> Value:
    """weight: [K, C]"""
    k, c = weight.tensor.shape
    module = nn.Linear(c, k, bias is not None, device="meta")
    return weighted_layer(build, node.name, module, x, x, weight, bias)


def turned(weight: Value) -> Value:
    """The Value of a constant matrix with rows for columns."""
    value = Value(weight.tensor.t().contiguous())
    value.was = permuted(weight.was, (1, 0))
    return value


def scaled(value: Value, factor: float) -> Value:
    return value if factor == 1 else Value(value.tensor * factor)


def row(bias: Value, k: int) -> Value:
    """The Value of a bias [K] that one number or a matrix of one row gives."""
    terms = fixed(bias, "third operand")
    if terms.numel() not in (1, k):
        raise Refusal("its third operand is no bias: it has the shape %s" % list(terms.shape))
    value = Value(terms.flatten().expand(k).clone())
    value.was = bias.was
    return value


def gemm(build: Builder, node: Node, x: Value, weight: Value, bias: Value | None = None) -> Value:
    if node.get("transA", 0) or x.tensor.dim() != 2:
        raise Refusal("its first operand is transposed")
    fixed(weight, "second operand")
    weight = weight if node.get("transB", 0) else turned(weight)
    k = len(weight.tensor)
    if bias is not None:
        bias = row(scaled(bias, node.get("beta", 1.0)), k)
    return linear(build, node, x, scaled(weight, node.get("alpha", 1.0)), bias)


def matmul(build: Builder, node: Node, x: Value, y: Value) -> Value:
    if x.fixed or not y.fixed or y.tensor.dim() != 2:
        return build.call(torch.matmul, x, y)
    value = linear(build, node, x, turned(y))
    assert value.node  # x depends on the image
    value.linear = build.parts[value.node.target]
    return value


def add(build: Builder, node: Node, x: Value, y: Value) -> Value:
    # A MatMul and the addition of its bias are one layer.
    for a, b, alone in ((x, y, node.only_reader[0]), (y, x, node.only_reader[1])):
        if a.linear is not None and alone and b.fixed and b.tensor.dim() <= a.tensor.dim():
            if list(b.tensor.shape[-1:]) == [b.tensor.numel()] == [a.linear.out_features]:
                a.linear.bias = nn.Parameter(b.tensor.flatten())
                a.tensor, a.linear = a.tensor + b.tensor, None
                return a
    return build.call(torch.add, x, y)


def einsum(build: Builder, node: Node, *operands: Value) -> Value:
    return build.call(torch.einsum, node.get("equation"), *operands)


PRODUCTS: dict[str, Operator] = {"Add": add, "Einsum": einsum, "Gemm": gemm, "MatMul": matmul}
