"""Builds a torch.fx graph node by node from an ONNX graph, running each node on zeros."""
import keyword
import operator
import re

import torch
from torch import fx, nn
from torch.fx.node import map_aggregate

RESERVED = set(keyword.kwlist) | set(dir(nn.Module())) | {"graph", "code", "weight", "bias", "meta"}


class Refusal(Exception):
    """Why a node cannot be built."""


class Value:
    """A tensor of the graph: its value on zeros, and its fx.Node; fixed: no image changes it."""

    def __init__(self, tensor, node=None, stored=None):
        self.tensor, self.node, self.fixed = tensor, node, node is None
        self.stored = stored  # a constant's type in the file, in NumPy's words ("uint8")
        self.was = None  # the integers that this constant was made of: a Stored of onnx_codes.py
        self.linear = None  # the nn.Linear without bias that computed it


class Node:
    """An ONNX node: its inputs' Values (None: left out) and its attributes."""

    def __init__(self, proto, opset, values, constant, readers):
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
        self.inputs = [values[name] if name else None for name in proto.input]
        if self.get("broadcast", 0) and "axis" in self.attributes:  # opset 6
            self.inputs[1] = self._aligned(*self.inputs)

    def input(self, position):
        """The Value of an optional input, or None."""
        return self.inputs[position] if len(self.inputs) > position else None

    def _aligned(self, x, y):
        """A constant y whose first axis is that axis of x, in a shape that broadcasts."""
        ones = x.tensor.dim() - self.get("axis") % x.tensor.dim() - fixed(y, "operand").dim()
        return Value(y.tensor.reshape(list(y.tensor.shape) + [1] * ones))

    def get(self, name, default=None):
        value = self.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value


class Builder:
    """The fx.Graph so far, for the functions of onnx_operators.py."""

    def __init__(self, batch):
        """batch: how many images the graph is built with; it works for any number."""
        self.graph, self.parts = fx.Graph(), {}  # parts: modules and tensors by their names
        self.batch = batch

    def call(self, function, *arguments):
        """The Value, or the list of them, of a function of Values and plain arguments."""
        values = []
        map_aggregate(arguments, lambda a: values.append(a) if isinstance(a, Value) else None)
        result = function(*_each(arguments, lambda v: v.tensor))
        if all(v.fixed for v in values):
            return [Value(r) for r in result] if isinstance(result, tuple) else Value(result)
        node = self.graph.call_function(function, _each(arguments, self._node))
        if not isinstance(result, tuple):
            return Value(result, node)
        take = operator.getitem
        return [Value(r, self.graph.call_function(take, (node, i))) for i, r in enumerate(result)]

    def layer(self, name, module, x):
        """The Value of a module, which gets the name, applied to a Value."""
        name = self._unique(name)
        self.parts[name] = module.eval()
        node = self.graph.call_module(name, (self._node(x),))
        return Value(module(x.tensor), node)

    def reshape(self, x, shape):
        """x in the given sizes; where images come first in x, their number stays free."""
        shape = list(x.tensor.reshape(shape).shape)
        if list(x.tensor.shape[:1]) == [self.batch]:
            shape[:1] = [-1]
        return self.call(torch.reshape, x, shape)

    def _node(self, value):
        if value.node is None:
            name = self._unique("constant%d" % len(self.parts))
            self.parts[name] = value.tensor
            value.node = self.graph.get_attr(name)
        return value.node

    def _unique(self, name):
        """A path of modules like `name`: fx writes it into code, and each dot opens a module."""
        words = re.sub(r"[^\w/:.+-]", "_", name).strip("/").split(".")
        name = ".".join(w + "_" if w in RESERVED else w for w in words if w) or "node"
        while name in self.parts:
            name += "_"
        return name


def _each(arguments, function):
    return map_aggregate(arguments, lambda a: function(a) if isinstance(a, Value) else a)


def fixed(value, what):
    if value is None or not value.fixed:
        raise Refusal("its %s is missing or depends on the image" % what)
    return value.tensor


def numbers(node, position, name, default=None):
    """A list of whole numbers that is an attribute, or an input in later opsets; or the default."""
    if name in node.attributes:
        return [int(v) for v in node.attributes[name]]
    if node.input(position) is not None:
        return [int(v) for v in fixed(node.input(position), name).flatten()]
    return default
