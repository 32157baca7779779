"""Turns a network into a torch.fx graph without in-place operations.

ops.py defines the meaning of its nodes.
"""
import dis
import inspect
import operator
import os
import traceback

import torch
from torch import fx, nn
from torch.nn import functional as F

from .errors import MODEL, ExtractError
from .ops import torch_name

IN_PLACE_OPERATORS = {
    getattr(operator, "i" + n): getattr(operator, n) for n in ("add", "sub", "mul", "truediv")
}


class Unpacking:
    """Allows `b, c, h, w = x.shape`, which torch 1.13 does not recognise under Python 3.11."""

    def __iter__(self):
        frame = inspect.currentframe().f_back
        for step in dis.get_instructions(frame.f_code):
            if step.offset == frame.f_lasti and step.opname == "UNPACK_SEQUENCE":
                return iter([self[i] for i in range(step.argval)])
        return self.tracer.iter(self)


class UnpackingAttribute(Unpacking, fx.proxy.Attribute):
    pass


class UnpackingProxy(Unpacking, fx.Proxy):
    def __getattr__(self, name):
        return UnpackingAttribute(self, name)


class OneInput(nn.Module):
    """The network as it is called with an image alone: optional arguments have their defaults."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        return self.net(image)


class PathTracer(fx.Tracer):
    """Notes on every node the path of the module that it came from."""

    def __init__(self):
        super().__init__()
        self.paths = [""]
        self.modules = None  # of the network

    def call_module(self, m, forward, args, kwargs):
        if self.modules is None:
            self.modules = set(self.root.modules())
        if m not in self.modules:
            return self._call_made_inside(m, forward, args, kwargs)
        self.paths.append(self.path_of_module(m))
        try:
            return super().call_module(m, forward, args, kwargs)
        finally:
            self.paths.pop()

    @staticmethod
    def _call_made_inside(m, forward, args, kwargs):
        """A module that forward() has just made, as nn.ReLU()(x), is what it computes."""
        if any(True for _ in m.parameters()) or any(True for _ in m.buffers()):
            raise ExtractError(
                MODEL,
                "%s is made inside a forward(), with new weights at every call: make it in "
                "__init__()%s" % (type(m).__name__, _own_line()),
            )
        return forward(*args, **kwargs)

    def proxy(self, node):
        return UnpackingProxy(node, self)

    def create_node(self, *args, **kwargs):
        node = super().create_node(*args, **kwargs)
        node.meta["path"] = self.paths[-1]
        return node


def _where(error):
    return _line_of_user(traceback.extract_tb(error.__traceback__))


def _own_line():
    return _line_of_user(traceback.extract_stack())


def _line_of_user(stack):
    """The last line of the user's own code, for a message."""
    torch_folder = os.path.dirname(torch.__file__)
    own = os.path.dirname(os.path.abspath(__file__))
    frames = [
        f
        for f in stack
        if not f.filename.startswith((torch_folder + os.sep, own)) and os.path.exists(f.filename)
    ]
    if not frames:
        return ""
    f = frames[-1]
    return " (met at %s:%d in %s: `%s`)" % (f.filename, f.lineno, f.name, f.line)


def trace(net):
    """The network as an fx.GraphModule without in-place operations. Throws ExtractError(MODEL)."""
    tracer = PathTracer()
    try:
        graph = tracer.trace(OneInput(net))
    except ExtractError:
        raise
    except Exception as e:
        raise ExtractError(
            MODEL,
            "torch.fx cannot trace %s: %s%s; make the control flow independent "
            "of the values (torch.where, fixed sizes), or wrap the part that can be "
            "traced in a module of its own"
            % (type(net).__name__, str(e) or type(e).__name__, _where(e)),
        ) from e
    _undo_in_place(graph, dict(tracer.root.named_modules()))
    return fx.GraphModule(tracer.root, graph)


def _undo_in_place(graph, modules):
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
