"""Loads an ONNX file as a torch.nn.Module: a torch.fx.GraphModule with one call per ONNX node.

The graph is built in the file's order, and each node is run on zeros of the images' shape, so that
every shape is known when the next node is built, and whatever does not depend on the image is
computed at once. A file that leaves its images' size open is built when that is known.
onnx_operators.py implements the operators, onnx_input.py the input. The module's layers have the
names of their ONNX nodes, or of their first outputs where nodes have none.
"""
import contextlib
import os
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import torch
from torch import fx, nn

from ..errors import MODEL, USAGE, ExtractError
from .onnx_graph import Builder, Node, Refusal, Value
from .onnx_input import Input, OpenSizes
from .onnx_operators import OPERATORS

MIN_OPSET = 6  # before it, operators changed their inputs in place
ROOT_DOMAINS = ("", "ai.onnx")


def load(path: str) -> nn.Module:
    """The file's network. Throws ExtractError: USAGE or MODEL."""
    try:
        import onnx  # noqa: F401
    except ImportError as e:
        raise ExtractError(
            USAGE, "%s: ONNX files need Debian's python3-onnx, which is missing (%s)" % (path, e)
        ) from e
    model = _read(path)
    opsets = [o.version for o in model.opset_import if o.domain in ROOT_DOMAINS]
    opset = max(opsets, default=1)
    if opset < MIN_OPSET:
        _fail(
            path,
            "its operators are those of opset %d, %d is the oldest that is read; "
            "onnx.version_converter makes it newer" % (opset, MIN_OPSET),
        )
    _check_operators(path, model.graph, opset)
    entry = _input_of(path, model.graph)

    def make(image: list[int]) -> fx.GraphModule:
        return _build(path, model.graph, opset, entry, image)

    size = entry.image()
    return make(size) if size else OpenSizes(make)


def _fail(path: str, why: object, cause: BaseException | None = None) -> NoReturn:
    raise ExtractError(MODEL, "cannot build %s: %s" % (path, why)) from cause


def _read(path: str) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    if not os.path.isfile(path):
        raise ExtractError(USAGE, "%s: no such file" % path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bytes that are no ONNX: an error is enough
            model = onnx.load(path, load_external_data=False)
    except (DecodeError, ValueError) as e:
        raise ExtractError(MODEL, "%s is not an ONNX file: %s" % (path, e)) from e
    except OSError as e:
        raise ExtractError(USAGE, "%s cannot be read: %s" % (path, e)) from e
    if not model.graph.node:
        raise ExtractError(MODEL, "%s is not an ONNX file, or one of a graph without nodes" % path)
    for tensor in model.graph.initializer:
        where = {e.key: e.value for e in tensor.external_data}.get("location")
        if where and not os.path.isfile(os.path.join(os.path.dirname(path), where)):
            _fail(path, "'%s' lies in the file %s, which is not beside it" % (tensor.name, where))
    try:
        onnx.load_external_data_for_model(model, os.path.dirname(os.path.abspath(path)))
    except Exception as e:
        _fail(path, "its weights in other files cannot be read: %s" % e, e)
    return model


def _constant(proto: Any) -> Value:
    """Its Value: floats as float32, whole numbers as int64, as torch's own layers expect them."""
    from onnx import numpy_helper

    array = numpy_helper.to_array(proto)
    types = {"f": "f4", "i": "i8", "u": "i8", "b": bool}
    if array.dtype.kind not in types:
        raise Refusal("it has a constant of type %s, expected numbers" % array.dtype)
    return Value(torch.tensor(array.astype(types[array.dtype.kind])), stored=array.dtype.name)


def _check_operators(path: str, onnx_graph: Any, opset: int) -> None:
    for proto in onnx_graph.node:
        if proto.op_type not in OPERATORS.get(proto.domain, ()):
            domain = "" if proto.domain in ROOT_DOMAINS else " of %s" % proto.domain
            _fail(
                path,
                "%s is a %s%s (opset %d), which is not among the operators that are built; those "
                "are listed in traces/README.md" % (_where(proto), proto.op_type, domain, opset),
            )


def _where(proto: Any) -> str:
    return "node '%s'" % (proto.name or ", ".join(proto.output))


def _input_of(path: str, onnx_graph: Any) -> Input:
    constants = {i.name for i in onnx_graph.initializer}
    free = [i for i in onnx_graph.input if i.name not in constants]
    if len(free) != 1:
        _fail(
            path,
            "it has %d inputs (%s), a network of one image has one"
            % (len(free), ", ".join(i.name for i in free)),
        )
    try:
        return Input(free[0], onnx_graph.node)
    except ValueError as e:
        _fail(path, e)


def _constants(path: str, onnx_graph: Any) -> dict[str, Value]:
    """The Values of the file's constants by name."""
    values = {}
    for proto in onnx_graph.initializer:
        try:
            values[proto.name] = _constant(proto)
        except Exception as e:
            _fail(path, "its constant '%s' cannot be read: %s" % (proto.name, e), e)
    return values


@contextlib.contextmanager
def _single_precision() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_default_dtype(before)


@_single_precision()
def _build(
    path: str, onnx_graph: Any, opset: int, entry: Input, image: list[int]
) -> fx.GraphModule:
    """The GraphModule for images of the size `image`, [C, H, W]."""
    values, build = _constants(path, onnx_graph), Builder(entry.batch)
    x = Value(torch.zeros([entry.batch] + image), build.graph.placeholder("image"))
    values[entry.name] = entry.arrange(build, x, entry.sizes_for(image))
    readers = Counter(name for proto in onnx_graph.node for name in proto.input)
    readers.update(o.name for o in onnx_graph.output)
    for proto in onnx_graph.node:
        for name, value in zip(proto.output, _run(path, build, proto, opset, values, readers)):
            values[name] = value
    outputs = [_output(path, values, o) for o in onnx_graph.output]
    build.graph.output(outputs[0] if len(outputs) == 1 else tuple(outputs))
    net = fx.GraphModule(build.parts, build.graph, "OnnxModel")
    net.register_forward_pre_hook(lambda _, given: entry.check(given[0]))
    return net


def _run(
    path: str,
    build: Builder,
    proto: Any,
    opset: int,
    values: Mapping[str, Value],
    readers: Mapping[str, int],
) -> list[Value]:
    """The Values of a node's outputs."""
    try:
        node = Node(proto, opset, values, _constant, readers)
        made = OPERATORS[proto.domain][proto.op_type](build, node, *node.inputs)
        return made if isinstance(made, list) else [made]
    except Exception as e:
        why = str(e) if isinstance(e, Refusal) else "%s: %s" % (type(e).__name__, e)
        _fail(path, "%s, a %s (opset %d): %s" % (_where(proto), proto.op_type, opset, why), e)


def _output(path: str, values: Mapping[str, Value], entry: Any) -> fx.Node:
    if entry.name not in values or values[entry.name].fixed:
        _fail(path, "its output '%s' does not depend on the image" % entry.name)
    value = values[entry.name]
    declared = [d.dim_value for d in entry.type.tensor_type.shape.dim]
    found = list(value.tensor.shape)
    same = len(declared) == len(found) and all(d in (0, f) for d, f in zip(declared, found))
    if declared and not same:
        _fail(
            path,
            "it says that '%s' is of shape %s, its nodes give %s" % (entry.name, declared, found),
        )
    return value.node
