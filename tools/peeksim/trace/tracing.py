"""Traces a network with torch.fx, with proxies that know their values on the first image.

What a network computes from shapes, types and devices is then plain Python: torch.fx alone refuses
`F.avg_pool2d(x, x.size(3))` or `if x.shape[2] != y.shape[2]`. The number of images stays open:
every proxy also carries the value for two images, and a number that is not the same for both, such
as x.size(0), remains a node of the graph. What is computed from the values of a tensor (x.item())
remains one too, and torch.fx refuses it where it decides.
"""
import builtins
import contextlib
import dataclasses
import operator
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import fx, nn
from torch.fx.node import map_aggregate

from ..errors import MODEL, ExtractError

# Python values made from the values of a tensor, not from its shape or type.
READS_VALUES = {"item", "tolist", "numpy", "equal", "allclose", "is_nonzero", "__contains__"}


class NeedsOneImage(Exception):
    """The network, or its trace, holds for one image at a time only."""


class ValueProxy(fx.Proxy):
    """values: for one image and, where it is open how many come, for two."""

    values: Sequence[Any] = ()
    from_values = False  # a Python number that was read out of a tensor

    def _first(self) -> Any:
        return self.values[0] if self.values else None

    def __getattr__(self, name: str) -> Any:
        if not self.values:
            return Method(self, name)
        if callable(getattr(self._first(), name)):  # or raises AttributeError, as it should
            return Method(self, name)
        return self.tracer.create_proxy("call_function", getattr, (self, name), {})

    @classmethod
    def __torch_function__(
        cls,
        function: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if function is torch.Tensor.__setitem__:
            raise ExtractError(
                MODEL,
                "what the image decides is assigned to a part of a tensor that does not depend on "
                "it: make that tensor from one that does, as x.new_zeros(...) or "
                "torch.zeros_like(x)%s"
                % _line_of_user(traceback.extract_stack()),
            )
        return super().__torch_function__(function, types, args, kwargs)

    def __setitem__(self, index: Any, value: Any) -> None:
        """From here on `self` stands for what the assignment makes of it."""
        what: tuple[str, Any] = ("call_function", assigned)
        mask = type(index) is ValueProxy and getattr(index._first(), "dtype", None) == torch.bool
        if mask and type(value) in (int, float):
            what = ("call_method", "masked_fill")
        made = self.tracer.create_proxy(*what, (self, index, value), {})
        self.node, self.values = made.node, made.values

    def __len__(self) -> int:
        lengths = {len(value) for value in self.values}
        if len(lengths) != 1:
            raise fx.proxy.TraceError("the number of images is used as a length")
        return lengths.pop()

    def __iter__(self) -> Iterator[Any]:
        return iter([self[i] for i in range(len(self))])


class Method(fx.proxy.Attribute, ValueProxy):
    """x.method, before it is called."""

    def __getattr__(self, name: str) -> Any:
        return fx.Proxy.__getattr__(self, name)


def assigned(x: torch.Tensor, index: Any, value: Any) -> torch.Tensor:
    """x after x[index] = value."""
    x = x.clone()
    x[index] = value
    return x


class OneInput(nn.Module):
    """The network as it is called with an image alone: optional arguments have their defaults."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.given: Any = None  # what it returned last

    def forward(self, image: torch.Tensor) -> Any:
        output = self.net(image)
        named = dataclasses.is_dataclass(output) and not isinstance(output, dict)
        self.given = [vars(output) if named else output]
        return self.given[0]


class ValueTracer(fx.Tracer):
    """Notes on every node, as meta["path"], the path of the module that it came from."""

    def __init__(self, images: list[torch.Tensor]) -> None:
        """images: what the network is called with: [1, C, H, W], or also [2, C, H, W]."""
        super().__init__()
        self.images, self.evaluating = images, False
        self.paths = [""]
        self.modules: set[nn.Module] | None = None  # of the network

    def create_proxy(
        self, kind: str, target: Any, args: Any, kwargs: Any, *more: Any, **named: Any
    ) -> Any:
        """The proxy of a new node, or its value where that is plain Python."""
        values = self._values(kind, target, args, kwargs)
        from_values = getattr(target, "__name__", target) in READS_VALUES or any(
            p.from_values for p in _proxies((args, kwargs))
        )
        if not _has_tensor(values[0]) and not from_values:
            if all(type(v) is type(values[0]) and v == values[0] for v in values):  # noqa: E721
                return values[0]
            if isinstance(values[0], tuple):
                made = self._proxy(values, kind, target, args, kwargs, *more, **named)
                return tuple(made[i] for i in range(len(values[0])))
        made = self._proxy(values, kind, target, args, kwargs, *more, **named)
        made.from_values = from_values and not _has_tensor(values[0])
        return made

    def _proxy(self, values: Sequence[Any], *node: Any, **named: Any) -> ValueProxy:
        made: ValueProxy = super().create_proxy(*node, **named)
        made.values = values
        return made

    def _values(self, kind: str, target: Any, args: Any, kwargs: Any) -> Sequence[Any]:
        before, self.evaluating = self.evaluating, True
        try:
            return self._evaluated(kind, target, args, kwargs)
        finally:
            self.evaluating = before

    def _evaluated(self, kind: str, target: Any, args: Any, kwargs: Any) -> Sequence[Any]:
        if kind == "placeholder":
            return self.images
        if kind == "get_attr":
            return [operator.attrgetter(target)(self.root)] * len(self.images)
        return [self._value(i, kind, target, args, kwargs) for i in range(len(self.images))]

    def _value(self, i: int, kind: str, target: Any, args: Any, kwargs: Any) -> Any:
        def known(a: Any) -> Any:
            return a.values[i] if type(a) is ValueProxy else a

        args, kwargs = map_aggregate(args, known), map_aggregate(kwargs, known)
        try:
            if kind == "call_method":
                return getattr(args[0], target)(*args[1:], **kwargs)
            run = self.root.get_submodule(target) if kind == "call_module" else target
            return run(*args, **kwargs)
        except Exception as e:
            if i > 0:
                raise NeedsOneImage() from e
            raise

    def create_arg(self, a: Any) -> Any:
        if type(a) in (ValueProxy, Method):  # which pass for tensors
            return a.node
        return super().create_arg(a)

    def getattr(self, attr: str, value: Any, cache: Any) -> Any:
        return value if self.evaluating else super().getattr(attr, value, cache)

    def call_module(self, m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        if self.evaluating:
            return forward(*args, **kwargs)
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
    def _call_made_inside(m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """A module that forward() has just made, as nn.ReLU()(x), is what it computes."""
        if any(True for _ in m.parameters()) or any(True for _ in m.buffers()):
            raise ExtractError(
                MODEL,
                "%s is made inside a forward(), with new weights at every call: make it in "
                "__init__()%s" % (type(m).__name__, _line_of_user(traceback.extract_stack())),
            )
        return forward(*args, **kwargs)

    def proxy(self, node: fx.Node) -> ValueProxy:
        return ValueProxy(node, self)

    def create_node(self, *args: Any, **kwargs: Any) -> fx.Node:
        node = super().create_node(*args, **kwargs)
        node.meta["path"] = self.paths[-1]
        return node


def _proxies(arguments: Any) -> list[ValueProxy]:
    found = []
    map_aggregate(arguments, lambda a: found.append(a) if type(a) is ValueProxy else None)
    return found


def _has_tensor(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return any(map(_has_tensor, value))
    return isinstance(value, torch.Tensor)


def trace(net: nn.Module, first: torch.Tensor) -> tuple[fx.GraphModule, bool]:
    """(fx.GraphModule, whether it holds for any number of images) of the network.

    first: one image, [1, C, H, W]. Throws ExtractError(MODEL).
    """
    both = [first, torch.cat([first, first.flip(-1)])]
    try:
        return _traced(net, both), True
    except Exception:
        pass  # it may hold for one image alone
    try:
        return _traced(net, both[:1]), False
    except Exception as e:
        raise _refusal(net, e) from e


def _traced(net: nn.Module, images: list[torch.Tensor]) -> fx.GraphModule:
    tracer, root = ValueTracer([image.clone() for image in images]), OneInput(net)
    with torch.no_grad(), _proxies_pass_for_tensors(), _scripted_functions_are_nodes(tracer):
        graph = tracer.trace(root)
    _require_images_apart(_proxies(root.given))
    root.given = None
    _drop_unused(graph)
    return fx.GraphModule(tracer.root, graph)


@contextlib.contextmanager
def _proxies_pass_for_tensors() -> Iterator[None]:
    """isinstance(x, torch.Tensor) is in Python what it is in the network.

    A __class__ of the proxies would do that too, and in C++ as well, where they are taken for
    tensors and the process crashes.
    """
    known = builtins.isinstance

    def passes_for(x: Any, kinds: Any) -> bool:
        first = x._first() if type(x) is ValueProxy else None
        return known(x, kinds) or known(first, torch.Tensor) and known(first, kinds)

    builtins.isinstance = passes_for
    try:
        with _autograd_functions_take_proxies():
            yield
    finally:
        builtins.isinstance = known


@contextlib.contextmanager
def _autograd_functions_take_proxies() -> Iterator[None]:
    """Where torch 2 applies an autograd.Function, it unwraps in C++ what passes for a tensor."""
    utils: Any = getattr(getattr(torch, "_functorch", None), "utils", None)
    unwrap = getattr(utils, "unwrap_dead_wrappers", None)
    if unwrap is None:
        yield
        return
    utils.unwrap_dead_wrappers = lambda args: args if _proxies(args) else unwrap(args)
    try:
        yield
    finally:
        utils.unwrap_dead_wrappers = unwrap


@contextlib.contextmanager
def _scripted_functions_are_nodes(tracer: ValueTracer) -> Iterator[None]:
    """A function of torch.jit.script is one operation of the graph, as its inside cannot be
    seen."""
    call = torch.jit.ScriptFunction.__call__

    def call_or_node(function: Any, *args: Any, **kwargs: Any) -> Any:
        if not _proxies((args, kwargs)):
            return call(function, *args, **kwargs)

        def scripted(*args: Any, **kwargs: Any) -> Any:
            return call(function, *args, **kwargs)

        return tracer.create_proxy("call_function", scripted, args, kwargs)

    torch.jit.ScriptFunction.__call__ = call_or_node
    try:
        yield
    finally:
        torch.jit.ScriptFunction.__call__ = call


def _require_images_apart(outputs: Iterable[ValueProxy]) -> None:
    """Throws NeedsOneImage unless the first of two images gives what it gives alone."""
    for one, *two in (output.values for output in outputs if _has_tensor(output.values[0])):
        for both in two:
            pairs = zip(tensors(one), tensors(both))
            if not all(a.shape == b[:1].shape or torch.equal(a, b) for a, b in pairs):
                raise NeedsOneImage()


def tensors(value: Any) -> list[torch.Tensor]:
    """All that an output holds, however nested."""
    if isinstance(value, dict):
        value = value.values()
    elif dataclasses.is_dataclass(value):
        value = vars(value).values()
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return []
    return [t for v in value for t in tensors(v)]


def _refusal(net: nn.Module, e: Exception) -> ExtractError:
    if isinstance(e, ExtractError):
        return e
    return ExtractError(
        MODEL,
        "torch.fx cannot trace %s: %s%s; make the control flow independent "
        "of the values (torch.where, fixed sizes), or wrap the part that can be "
        "traced in a module of its own"
        % (
            type(net).__name__,
            str(e) or type(e).__name__,
            _line_of_user(traceback.extract_tb(e.__traceback__)),
        ),
    )


def _line_of_user(stack: traceback.StackSummary) -> str:
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
    return " (met at %s:%d in %s: `%s`)" % (f.filename, f.lineno or 0, f.name, f.line)


def _drop_unused(graph: fx.Graph) -> None:
    """Removes the sizes that nobody reads: those of images that are open."""
    for node in reversed(list(graph.nodes)):
        if not node.users and (
            node.op == "call_method" and node.target in ("size", "stride")
            or node.op == "call_function" and node.target is getattr
            or node.op == "call_function" and node.target.__name__ == "getitem"
        ):
            graph.erase_node(node)
