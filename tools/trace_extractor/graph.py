"""Rewrites a traced network's graph: no in-place operations.

ops.py defines the meaning of its nodes.
"""
import operator

import torch
from torch import fx
from torch.nn import functional as F

from .ops import torch_name

IN_PLACE_OPERATORS = {
    getattr(operator, "i" + n): getattr(operator, n) for n in ("add", "sub", "mul", "truediv")
}


def undo_in_place(graph, modules):
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


def _make_out_of_place(node, modules, in_place_modules):
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


def constants(graph):
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
