"""Rewrites a traced network's graph: no in-place operations, ReLUs and linear layers by their
names.

ops.py defines the meaning of its nodes.
"""
import operator
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import torch
from torch import fx
from torch.nn import functional as F

from . import codes
from .ops import torch_name

IN_PLACE_OPERATORS = {
    getattr(operator, "i" + n): getattr(operator, n) for n in ("add", "sub", "mul", "truediv")
}


ABOVE = ("gt", "ge", "greater", "greater_equal")
BELOW = ("lt", "le", "less", "less_equal")
TRANSPOSING = ("t", "transpose")
CASTS = {"float", "double", "half", "int", "long", "to", "type", "type_as"}


def simplify(module: fx.GraphModule) -> None:
    """Rewrites the graph of an fx.GraphModule; what it computes stays the same."""
    _undo_in_place(module.graph, dict(module.named_modules()))
    _name_relus(module)
    _name_linears(module)
    _join_equal_codes(module.graph)
    module.recompile()


def _join_equal_codes(graph: fx.Graph) -> None:
    """One node for all that quantise, or dequantise, the same values alike: a tensor is one tensor,
    however many read it."""
    known: dict[Any, fx.Node] = {}
    for node in list(graph.nodes):
        if node.target in (codes.quantize, codes.dequantize):
            first = known.setdefault((node.target, node.args), node)
            if first is not node:
                node.replace_all_uses_with(first)
                graph.erase_node(node)


def _name_relus(module: fx.GraphModule) -> None:
    """Replaces x * (x > 0), torch.maximum(x, 0) and the like by F.relu(x)."""
    for node in list(module.graph.nodes):
        x = _clipped_at_zero(node, module)
        if x is not None:
            operands = node.all_input_nodes
            node.op, node.target, node.args, node.kwargs = "call_function", F.relu, (x,), {}
            for unread in operands:
                _erase_unread(unread)


def _name_linears(module: fx.GraphModule) -> None:
    """Replaces x @ weight, torch.mm and torch.addmm of a fixed matrix [C, K] by F.linear."""
    for node in list(module.graph.nodes):
        name, args = torch_name(node), list(node.args)
        if node.kwargs or (name, len(args)) not in (("matmul", 2), ("mm", 2), ("addmm", 3)):
            continue
        x, weight, bias = args[-2], args[-1], args[:-2]
        fixed = all(_attribute(a, module) is not None for a in [weight] + bias)
        if not fixed or _attribute(x, module) is not None or _attribute(weight, module).dim() != 2:
            continue
        if bias and _attribute(bias[0], module).dim() != 1:
            continue
        with module.graph.inserting_before(node):
            rows = module.graph.call_method("t", (weight,))
        node.op, node.target, node.args = "call_function", F.linear, (x, rows, *bias)


def _attribute(node: Any, module: fx.GraphModule) -> Any:
    """The network's tensor that the node gives, transposed or not, or None."""
    while isinstance(node, fx.Node) and node.op == "call_method" and node.target in TRANSPOSING:
        node = node.args[0]
    if not isinstance(node, fx.Node) or node.op != "get_attr":
        return None
    return operator.attrgetter(node.target)(module)


def _clipped_at_zero(node: fx.Node, module: fx.GraphModule) -> Any:
    """The x of which the node computes max(x, 0), or None."""
    name, args = torch_name(node), list(node.args)
    if len(args) == 2 and not node.kwargs and name in ("maximum", "max", "mul"):
        for x, other in (args, args[::-1]):
            if isinstance(x, fx.Node) and (
                _is_positive(other, x) if name == "mul" else _is_zero(other, module)
            ):
                return x
    if name == "threshold" and len(args) >= 3 and args[1] == args[2] == 0:
        return args[0]
    if name == "where" and len(args) == 3:
        for x, other, names in ((args[1], args[2], ABOVE), (args[2], args[1], BELOW)):
            if _compares_with_zero(args[0], x, names) and _is_zero(other, module):
                return x
    if name == "masked_fill" and len(args) == 3 and _is_zero(args[2], module):
        return args[0] if _compares_with_zero(args[1], args[0], BELOW) else None
    return None


def _is_positive(mask: Any, x: Any) -> bool:
    """Whether `mask` is x > 0, as truth values or as numbers."""
    while isinstance(mask, fx.Node) and torch_name(mask) in CASTS:
        mask = mask.args[0]
    return _compares_with_zero(mask, x, ABOVE)


def _compares_with_zero(mask: Any, x: Any, names: Sequence[str]) -> bool:
    return (
        isinstance(mask, fx.Node)
        and torch_name(mask) in names
        and mask.args[:1] == (x,)
        and mask.args[1:] in ((0,), (0.0,))
    )


def _is_zero(value: Any, module: fx.GraphModule) -> bool:
    if isinstance(value, (int, float)):
        return value == 0
    if not isinstance(value, fx.Node):
        return False
    if value.op == "get_attr":
        tensor = operator.attrgetter(value.target)(module)
        return isinstance(tensor, torch.Tensor) and not tensor.requires_grad and not tensor.any()
    return torch_name(value) == "zeros_like"


def _erase_unread(node: fx.Node) -> None:
    """The node, if nobody reads it, and what only it read."""
    if node.users or not node.op.startswith("call_"):
        return
    inputs = node.all_input_nodes
    node.graph.erase_node(node)
    for one in inputs:
        _erase_unread(one)


def _undo_in_place(graph: fx.Graph, modules: Mapping[str, Any]) -> None:
    """Replaces x.relu_() by y = x.relu() and x by y in every later node.

    So each edge of the graph carries one value that never changes.
    An in-place change through a view is not seen here; extract.py finds it by comparing outputs.
    """
    in_place_modules = {m for m in modules.values() if getattr(m, "inplace", False) is True}
    for m in in_place_modules:
        m.inplace = False
    order = {n: i for i, n in enumerate(graph.nodes)}
    for node in graph.nodes:
        if not _make_out_of_place(node, modules, in_place_modules):
            continue
        changed = node.args[0] if node.args else node.kwargs.get("input")
        if isinstance(changed, fx.Node):
            for user in list(changed.users):
                if order[user] > order[node]:
                    user.replace_input_with(changed, node)


def _make_out_of_place(
    node: fx.Node, modules: Mapping[str, Any], in_place_modules: Collection[Any]
) -> bool:
    """True when the node changed its input in place; it no longer does."""
    if node.op == "call_module":
        return modules.get(node.target) in in_place_modules
    if node.op == "call_function" and node.target in IN_PLACE_OPERATORS:
        node.target = IN_PLACE_OPERATORS[node.target]
        return True
    name = torch_name(node)
    if node.kwargs.get("inplace"):
        node.kwargs = dict(node.kwargs, inplace=False)
        return True
    if not name.endswith("_") or name.endswith("__"):
        return False
    homes = [torch.Tensor] if node.op == "call_method" else [torch, F]
    for home in homes:
        if hasattr(home, name[:-1]):
            node.target = name[:-1] if node.op == "call_method" else getattr(home, name[:-1])
            return True
    return False


def constants(graph: fx.Graph) -> set[fx.Node]:
    """The nodes whose values do not depend on the image."""
    found = set()
    for node in graph.nodes:
        if node.op == "get_attr" or (
            node.op.startswith("call_")
            and node.all_input_nodes
            and all(n in found for n in node.all_input_nodes)
        ):
            found.add(node)
    return found
