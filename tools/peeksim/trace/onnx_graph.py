"""Builds a torch.fx graph node by node from an ONNX graph, running each node on zeros."""
import keyword
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import fx, nn
from torch.fx.node import map_aggregate

RESERVED = set(keyword.kwlist) | set(dir(nn.Module())) | {"graph", "code", "weight", "bias", "meta"}


class Refusal(Exception):
    """Why a node cannot be built."""


class Value:
    """A tensor of the graph: its value on zeros, and its fx.Node; fixed: no image changes it."""

    def __init__(
        self, tensor: torch.Tensor, node: fx.Node | None = None, stored: str | None = None
    ) -> None:
        self.tensor, self.node, self.fixed = tensor, node, node is None
        self.stored = stored  # a constant's type in the file, in NumPy's words ("uint8")
        self.was: Any = None  # the integers that this constant was made of: onnx_codes.Stored
        self.linear: nn.Linear | None = None  # the one without bias that computed it


Operator = Callable[..., Value]  # of the Builder, the Node and its inputs' Values


class Node:
    """An ONNX node: its inputs' Values (None: left out) and its attributes."""

    def __init__(
        self,
        proto: Any,
        opset: int,
        values: Mapping[str, Value],
        constant: Callable[[Any], Value],
        readers: Mapping[str, int],
    ) -> None:
        """constant: a function from a TensorProto to a Value."""
        from onnx import helper

        self.kind, self.opset, self.outputs = proto.op_type, opset, len(proto.output)
        self.name = proto.name or proto.output[0]
        self.attributes = {a.name: helper.get_attribute_value(a) for a in proto.attribute}
        self.constant = constant
        self.only_reader = [readers[name] == 1 for name in proto.input]
        unknown = [name for name in proto.input if name and name not in values]
        if unknown:
            raise Refusal("nothing before it computes its input '%s'" % unknown[0])
        self.inputs: list[Value | None] = [
            values[name] if name else None for name in proto.input
        ]
        if self.get("broadcast", 0) and "axis" in self.attributes:  # opset 6
            self.inputs[1] = self._aligned(values[proto.input[0]], values[proto.input[1]])

    def input(self, position: int) -> Value | None:
        """The Value of an optional input, or None."""
        return self.inputs[position] if len(self.inputs) > position else None

    def _aligned(self, x: Value, y: Value) -> Value:
        """A constant y whose first axis is that axis of x, in a shape that broadcasts."""
        ones = x.tensor.dim() - self.get("axis") % x.tensor.dim() - fixed(y, "operand").dim()
        return Value(y.tensor.reshape(list(y.tensor.shape) + [1] * ones))

    def get(self, name: str, default: Any = None) -> Any:
        """The attribute of that name, text decoded, or the default."""
        value = self.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value


class Builder:
    """The fx.Graph so far, for the functions of onnx_operators.py."""

    def __init__(self, batch: int) -> None:
        """batch: how many images the graph is built with; it works for any number."""
        self.graph = fx.Graph()
        self.parts: dict[str, Any] = {}  # modules and tensors by their names
        self.batch = batch

    def call(self, function: Callable[..., Any], *arguments: Any) -> Value:
        """The Value of a function of Values and plain arguments."""
        return Value(*self._called(function, arguments))

    def call_all(self, function: Callable[..., Any], *arguments: Any) -> list[Value]:
        """The Values of a function that gives several tensors."""
        results, node = self._called(function, arguments)
        if node is None:
            return [Value(r) for r in results]
        take = operator.getitem
        return [Value(r, self.graph.call_function(take, (node, i))) for i, r in enumerate(results)]

    def _called(
        self, function: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> tuple[Any, fx.Node | None]:
        """(what the function gives, its node; None where no image changes it)"""
        values: list[Value] = []
        map_aggregate(arguments, lambda a: values.append(a) if isinstance(a, Value) else None)
        result = function(*_each(arguments, lambda v: v.tensor))
        if all(v.fixed for v in values):
            return result, None
        return result, self.graph.call_function(function, _each(arguments, self._node))

    def layer(self, name: str, module: nn.Module, x: Value) -> Value:
        """The Value of a module, which gets the name, applied to a Value."""
        name = self._unique(name)
        self.parts[name] = module.eval()
        node = self.graph.call_module(name, (self._node(x),))
        return Value(module(x.tensor), node)

    def reshape(self, x: Value, shape: Sequence[int]) -> Value:
        """x in the given sizes; where images come first in x, their number stays free."""
        shape = list(x.tensor.reshape(shape).shape)
        if list(x.tensor.shape[:1]) == [self.batch]:
            shape[:1] = [-1]
        return self.call(torch.reshape, x, shape)

    def _node(self, value: Value) -> fx.Node:
        if value.node is None:
            name = self._unique("constant%d" % len(self.parts))
            self.parts[name] = value.tensor
            value.node = self.graph.get_attr(name)
        return value.node

    def _unique(self, name: str) -> str:
        """A path of modules like `name`: fx writes it into code, and each dot opens a module."""
        words = re.sub(r"[^\w/:.+-]", "_", name).strip("/").split(".")
        name = ".".join(w + "_" if w in RESERVED else w for w in words if w) or "node"
        while name in self.parts:
            name += "_"
        return name


def _each(arguments: Any, function: Callable[[Value], Any]) -> Any:
    return map_aggregate(arguments, lambda a: function(a) if isinstance(a, Value) else a)


def fixed(value: Value | None, what: str) -> torch.Tensor:
    """The tensor of a Value that no image changes. Throws Refusal, which names it as `what`."""
    if value is None or not value.fixed:
        raise Refusal("its %s is missing or depends on the image" % what)
    return value.tensor


def numbers(node: Node, position: int, name: str, default: Any = None) -> Any:
    """A list of whole numbers that is an attribute, or an input in later opsets; or the default."""
    if name in node.attributes:
        return [int(v) for v in node.attributes[name]]
    if node.input(position) is not None:
        return [int(v) for v in fixed(node.input(position), name).flatten()]
    return default
