"""Loads an ONNX file as a torch.nn.Module: a torch.fx.GraphModule with one call per ONNX node.

The graph is built in the file's order, and each node is run on zeros of the declared input's shape,
so that every shape is known when the next node is built, and whatever does not depend on the image is
computed at once. onnx_operators.py implements the operators. The module's layers have the
names of their ONNX nodes, or of their first outputs where nodes have none.
"""
import os
import warnings
from collections import Counter

import torch
from torch import fx

from .errors import MODEL, USAGE, ExtractError
from .onnx_graph import Builder, Node, Refusal, Value
from .onnx_operators import OPERATORS

MIN_OPSET = 7  # before it, operators broadcast by attributes
ROOT_DOMAINS = ("", "ai.onnx")


def load(path):
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
    with torch.no_grad():
        return _build(path, model.graph, opset)


def _fail(path, why, cause=None):
    raise ExtractError(MODEL, "cannot build %s: %s" % (path, why)) from cause


def _read(path):
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


def _constant(proto):
    """Floats as float32 and whole numbers as int64, as torch's own layers expect them."""
    from onnx import numpy_helper

    tensor = torch.tensor(numpy_helper.to_array(proto))
    if tensor.is_complex():
        raise Refusal("it has a constant of complex numbers")
    return tensor if tensor.dtype == torch.bool else _plain(tensor)


def _plain(tensor):
    return tensor.float() if tensor.is_floating_point() else tensor.long()


def _build(path, onnx_graph, opset):
    from onnx import TensorProto

    values = {}
    for proto in onnx_graph.initializer:
        try:
            values[proto.name] = Value(_constant(proto))
        except Exception as e:
            _fail(path, "its constant '%s' cannot be read: %s" % (proto.name, e), e)
    free = [i for i in onnx_graph.input if i.name not in values]
    if len(free) != 1:
        _fail(
            path,
            "it has %d inputs (%s), a network of one image has one"
            % (len(free), ", ".join(i.name for i in free)),
        )
    kind = free[0].type.tensor_type.elem_type
    if kind not in (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE):
        _fail(
            path,
            "its input '%s' is of type %s, expected floating point"
            % (free[0].name, TensorProto.DataType.Name(kind)),
        )
    shape = _input_shape(path, free[0])
    build = Builder()
    build.batch = shape[0]
    values[free[0].name] = Value(torch.zeros(shape), build.graph.placeholder("image"))
    readers = Counter(name for proto in onnx_graph.node for name in proto.input)
    readers.update(o.name for o in onnx_graph.output)
    for proto in onnx_graph.node:
        for name, value in zip(proto.output, _run(path, build, proto, opset, values, readers)):
            values[name] = value
    outputs = [_output(path, values, o, build.batch) for o in onnx_graph.output]
    build.graph.output(outputs[0] if len(outputs) == 1 else tuple(outputs))
    net = fx.GraphModule(build.parts, build.graph, "OnnxModel")
    net.register_forward_pre_hook(_check_of(shape, free[0].name))
    return net


def _run(path, build, proto, opset, values, readers):
    """The Values of a node's outputs."""
    where = "node '%s'" % (proto.name or ", ".join(proto.output))
    if proto.domain not in ROOT_DOMAINS or proto.op_type not in OPERATORS:
        domain = "" if proto.domain in ROOT_DOMAINS else " of %s" % proto.domain
        _fail(
            path,
            "%s is a %s%s (opset %d), which is not among the operators that are built; those "
            "are listed in traces/README.md" % (where, proto.op_type, domain, opset),
        )
    try:
        node = Node(proto, opset, values, _constant, readers)
        made = OPERATORS[proto.op_type](build, node, *node.inputs)
        return made if isinstance(made, list) else [made]
    except Exception as e:
        why = str(e) if isinstance(e, Refusal) else "%s: %s" % (type(e).__name__, e)
        _fail(path, "%s, a %s (opset %d): %s" % (where, proto.op_type, opset, why), e)


def _input_shape(path, entry):
    """[N, C, H, W]; N is 1 where it is left open."""
    dimensions = entry.type.tensor_type.shape.dim
    known = [d.dim_value for d in dimensions]
    if len(known) != 4 or not all(d > 0 for d in known[1:]):
        shown = ["%d" % d.dim_value if d.dim_value > 0 else d.dim_param or "?" for d in dimensions]
        _fail(
            path,
            "its input '%s' has the shape [%s]; it needs four sizes, and only the first may be "
            "left open: export it with the images' size" % (entry.name, ", ".join(shown)),
        )
    return [max(1, known[0])] + known[1:]


def _output(path, values, entry, batch):
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


def _check_of(shape, name):
    wanted = shape[1:]

    def check(_, given):
        if isinstance(given[0], torch.Tensor) and list(given[0].shape[1:]) != wanted:
            raise ValueError(
                "the ONNX file's input '%s' is %s for each image, here it is %s"
                % (name, wanted, list(given[0].shape[1:]))
            )

    return check
