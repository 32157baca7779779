"""Finds the layers of a network, and for each the value that enters its activation.

A layer's value is followed from its convolution through batch-norm, dropout and shortcut additions
as long as nothing else reads it. The readers of the last such value decide: if they are only ReLUs
(also after a max-pooling, a concatenation or a reshape, which commute with a ReLU), the layer's
zeros may be predicted; otherwise it is recorded with activation "none".
"""
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import fx
from torch.nn import functional as F

from ..errors import MODEL, ExtractError
from . import unrecorded
from .ops import Op, conv_padding, describe, own_name
from .recording import Form, Key, Keys
from .unrecorded import Unrecorded


class Geometry(NamedTuple):
    """How a layer's kernel moves over its ifmap."""

    pad: list[int]  # [top, left, bottom, right]
    stride: list[int]
    dilation: list[int]
    groups: int

    def sums(
        self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Sums of products [N, K, P, Q] of ifmaps [N, C, H, W] and weights [K, C/groups, R, S]."""
        top, left, bottom, right = self.pad
        x = F.pad(x, (left, right, top, bottom))
        return F.conv2d(x, weight, bias, self.stride, 0, self.dilation, self.groups)


@dataclass
class Layer:
    """A convolution or fully connected layer, and what enters its activation."""

    node: fx.Node  # the convolution
    op: Op
    name: str
    kind: str  # "conv" or "fc"
    value: fx.Node  # what enters the activation
    ifmap: fx.Node  # what the convolution reads, before folded zero padding
    ifmap_form: Form  # see form_of in recording.py
    pad: list[int]  # [top, left, bottom, right]
    kernel: list[int]  # [R, S]
    groups: int
    stride: list[int]
    dilation: list[int]
    K: int
    order: int  # position in the order of execution
    depth: int  # layers on the longest path from the image to here, this one included
    products: fx.Node  # its value before any addition: the sums of products, with bias
    activation: str = "none"
    # The other operands of the additions that it owns.
    residual: list[fx.Node] = field(default_factory=list)
    # (scale, shift) per channel, in order.
    affine: list[tuple[torch.Tensor, torch.Tensor]] = field(default_factory=list)
    foldable: bool = True  # the affine terms come before every addition

    @property
    def form(self) -> Form:
        """How `value` is to be read as [K, P, Q]: see form_of in recording.py."""
        return self.ifmap_form if self.op.kind == "fc" else ("map",)

    @property
    def geometry(self) -> Geometry:
        """Its Geometry."""
        return Geometry(self.pad, self.stride, self.dilation, self.groups)


@dataclass
class Seen:
    """What was seen when the graph ran on one image, by node."""

    total_macs: int  # of the network, whatever did them
    macs: dict[fx.Node, int] = field(default_factory=dict)  # where there are any
    shapes: dict[fx.Node, Any] = field(default_factory=dict)
    # The values that do not depend on the image.
    constant: dict[fx.Node, Any] = field(default_factory=dict)


class Analysis:
    """find() returns the layers in order of execution.

    notes: what a user should know; unrecorded: the Unrecorded MACs. Both are known after find().
    """

    def __init__(self, module: fx.GraphModule, seen: Seen, any_count: bool) -> None:
        self.graph, self.modules = module.graph, dict(module.named_modules())
        self.any_count = any_count  # the module takes any number of images, else one
        self.shapes, self.constant = seen.shapes, seen.constant
        self.macs, self.total_macs = seen.macs, seen.total_macs
        self.ops = {
            n: describe(n, self.modules, self.constant)
            for n in self.graph.nodes
            if n.op.startswith("call_")
        }
        self.notes: list[str] = []
        self.unrecorded = Unrecorded(0, "")
        self.relus_reached: set[fx.Node] = set()

    def find(self) -> list[Layer]:
        """The Layers. Throws ExtractError(MODEL): there are none."""
        layers: list[Layer] = []
        current: dict[fx.Node, Layer] = {}
        depth: dict[fx.Node, int] = {}
        for position, node in enumerate(self.graph.nodes):
            op = self.ops.get(node)
            depth[node] = max([depth[n] for n in node.all_input_nodes], default=0)
            if op is None or node in self.constant:
                continue
            if op.kind in ("conv", "fc"):
                depth[node] += 1
                layer = self._layer(node, op, position, depth[node])
                if layer:
                    current[node] = layer
                    layers.append(layer)
            elif op.kind in ("affine", "identity"):
                layer = self._only_reader(op.inputs[0], node, current)
                if layer and self._affine_fits(layer, op, node):
                    layer.value, current[node] = node, layer
                    layer.products = layer.products if layer.residual else node
            elif op.kind == "add":
                layer = self._add(op, node, current)
                if layer:
                    layer.order, current[node] = position, layer
        self.unrecorded = unrecorded.macs(self, layers)
        if not layers:
            raise ExtractError(
                MODEL,
                "the network has no 1-D or 2-D convolution and no fully connected layer: "
                "there is nothing to record" + _but(self.unrecorded),
            )
        for layer in layers:
            layer.activation = self._activation(layer)
        note = unrecorded.relus(self, self.relus_reached)
        self.notes += [note] if note else []
        layers.sort(key=lambda l: l.order)
        _make_names_unique(layers)
        return layers

    def readers(self, node: fx.Node) -> list[fx.Node]:
        """The nodes that read the values of this one, and not only its shape."""
        return [u for u in node.users if u not in self.ops or self.ops[u].kind != "shape"]

    def keys(self, layer: Layer) -> dict[str, Keys]:
        """The Keys of what belongs to a layer: "ofmap", "ifmap", "products" and, where it has one,
        "residual"."""
        found: dict[str, Keys] = {
            "ofmap": (Key(self.plain(layer.value), layer.form),),
            "ifmap": (Key(layer.ifmap, layer.ifmap_form),),
            "products": (Key(layer.products, layer.form),),
        }
        if layer.residual:
            found["residual"] = tuple(Key(self.plain(r), layer.form) for r in layer.residual)
        return found

    def plain(self, node: fx.Node) -> fx.Node:
        """The node whose values this one repeats unchanged."""
        while node in self.ops and self.ops[node].kind == "identity":
            node = self.ops[node].inputs[0]
        return node

    def _only_reader(
        self, value: fx.Node, reader: fx.Node, current: dict[fx.Node, Layer]
    ) -> Layer | None:
        return current.get(value) if self.readers(value) == [reader] else None

    def _layer(self, node: fx.Node, op: Op, position: int, depth: int) -> Layer | None:
        """The Layer, or None where a trace cannot hold it."""
        p = op.params
        shape_in, shape_out = self.shapes[op.inputs[0]], self.shapes[node]
        if op.kind == "conv" and (len(shape_in) < 3 or shape_in[0] != 1):
            return None  # over parts of the image as if they were several: no one map
        name = self._name(node, p["weight"])
        common = dict(
            node=node,
            op=op,
            name=name,
            kind=op.kind,
            value=node,
            products=node,
            order=position,
            depth=depth,
        )
        if op.kind == "fc":
            # Over a map (attention, ConvNeXt) a fully connected layer is a 1x1 convolution.
            common["kind"] = "fc" if len(shape_in) == 2 and shape_in[0] == 1 else "conv"
            features = len(shape_in) > 1 and shape_in[0] == 1
            return Layer(
                ifmap=self.plain(op.inputs[0]),
                ifmap_form=("features",) if features else ("rows",),
                pad=[0] * 4,
                kernel=[1, 1],
                groups=1,
                stride=[1, 1],
                dilation=[1, 1],
                K=shape_out[-1],
                **common
            )
        weight = p["weight"]
        kernel = list((self.shapes[weight] if isinstance(weight, fx.Node) else weight.shape)[2:])
        kernel = [1] * (2 - len(kernel)) + kernel  # a 1-D convolution is over a map of height 1
        own = conv_padding(p["padding"], kernel, p["dilation"])
        form: Form = ("map",)
        source = self.plain(op.inputs[0])
        if p["padding_mode"] != "zeros" and any(own):  # the ifmap then is the padded one
            form, own = ("padded", tuple(own), p["padding_mode"]), [0] * 4
        else:
            while self._pads_map(source):
                own = [a + b for a, b in zip(own, self.ops[source].params["pad"])]
                source = self.plain(self.ops[source].inputs[0])
        left, right, top, bottom = own
        return Layer(
            ifmap=source,
            ifmap_form=form,
            pad=[top, left, bottom, right],
            kernel=kernel,
            groups=p["groups"],
            stride=p["stride"],
            dilation=p["dilation"],
            K=shape_out[1],
            **common
        )

    def _pads_map(self, node: fx.Node) -> bool:
        """Whether it pads nothing but rows and columns, of which a 1-D map has no rows."""
        if node not in self.ops or self.ops[node].kind != "pad":
            return False
        dims = len(self.shapes[node])
        return dims == 4 or dims == 3 and not any(self.ops[node].params["pad"][2:])

    def _name(self, node: fx.Node, weight: Any) -> str:
        if node.op == "call_module":
            return own_name(node.target)
        while isinstance(weight, fx.Node) and weight.target in ("t", "transpose"):
            weight = weight.args[0]
        if isinstance(weight, fx.Node) and weight.op == "get_attr":
            name = own_name(weight.target)
            return name[: -len(".weight")] if name.endswith(".weight") else name
        return own_name(node.meta["path"])

    def _affine_fits(self, layer: Layer, op: Op, node: fx.Node) -> bool:
        """Whether the layer's value goes on through this node; notes its terms for the weights."""
        if op.kind == "identity":
            return True
        if self.shapes[node] != self.shapes[layer.value]:
            return False
        terms = op.params["terms"]()
        if len(terms[0]) != 1 and not self._per_channel(layer, op, len(terms[0])):
            return False
        layer.affine.append(terms)
        layer.foldable = layer.foldable and not layer.residual
        return True

    def _per_channel(self, layer: Layer, op: Op, count: int) -> bool:
        """Whether terms of a last axis, or else of the channels of a map, are those of the
        layer."""
        if count != layer.K:
            return False
        if op.params.get("last"):
            return layer.op.kind == "fc"
        return len(self.shapes[layer.value]) >= 2 and (layer.op.kind != "fc" or layer.kind == "fc")

    def _add(self, op: Op, node: fx.Node, current: dict[fx.Node, Layer]) -> Layer | None:
        """The layer that owns this addition, or None. The other operand is its residual.

        Of two convolutions the one with more layers before it owns the addition (at equal depth the
        later one): the other is the shortcut, and is executed first.
        """
        a, b = op.inputs
        if (
            a is b
            or self.shapes.get(a) != self.shapes[node]
            or self.shapes.get(b) != self.shapes[node]
        ):
            return None
        candidates = [
            (l.depth, l.order, x, other)
            for x, other in ((a, b), (b, a))
            for l in [self._only_reader(x, node, current)]
            if l
        ]
        if not candidates:
            return None
        _, _, mine, other = max(candidates, key=lambda c: c[:2])
        owner = current[mine]
        owner.residual.append(other)
        owner.foldable = owner.foldable and op.params["alpha"] == 1
        owner.value = node
        if len(owner.residual) == 2:
            self.notes.append(
                "%s: several tensors are added to it; they count as one residual" % owner.name
            )
        return owner

    def _activation(self, layer: Layer) -> str:
        activation = self._activation_behind(layer)
        if activation == "none" or layer.form[0] != "rows":
            return activation
        self.notes.append(
            "%s: its rows are parts of the image in an order of the network's own, not a map: its "
            "zeros cannot be predicted, recorded with activation none" % layer.name
        )
        return "none"

    def _activation_behind(self, layer: Layer) -> str:
        ends: dict[str, list[fx.Node]] = {}
        seen: set[fx.Node] = set()
        todo = [layer.value]
        while todo:
            for user in self.readers(todo.pop()):
                kind = self._clips_as(self.ops[user]) if user in self.ops else "other"
                if kind in ("move", "identity", "pad"):
                    if user not in seen:
                        seen.add(user)
                        todo.append(user)
                else:
                    self.relus_reached.add(user)
                    ends.setdefault(kind if kind in ("relu", "relu6") else "other", []).append(user)
        if "other" not in ends:
            return "none" if not ends else "relu" if "relu" in ends else "relu6"
        if len(ends) > 1:
            self.notes.append(
                "%s: the value that enters its ReLU is also read by %s: its zeros cannot be "
                "predicted, recorded with activation none"
                % (layer.name, ", ".join(u.name for u in ends["other"]))
            )
            return "none"
        behind = self._clipped_behind(layer.value) if len(layer.value.users) > 1 else []
        if behind:
            self.relus_reached.update(behind)
            self.notes.append(
                "%s: its value is clipped behind another operation and also read elsewhere: "
                "its zeros cannot be predicted, recorded with activation none" % layer.name
            )
        return "none"

    @staticmethod
    def _clips_as(op: Op) -> str:
        """The op's kind; a quantisation whose lowest integer is its zero is a ReLU."""
        if op.kind == "quantize" and op.params["zero"] == op.params["low"]:
            return "relu"
        return op.kind

    def _clipped_behind(self, value: fx.Node) -> list[fx.Node]:
        """The ReLUs of a pre-activation network: one reader is a batch-norm before a ReLU."""
        norms = [u for u in value.users if u in self.ops and self.ops[u].kind == "affine"]
        behind = [v for u in norms for v in u.users if v in self.ops]
        return [v for v in behind if self.ops[v].kind in ("relu", "relu6")]


def _but(unrecorded: Unrecorded) -> str:
    return " (its MACs are those of %s)" % unrecorded.text if unrecorded.macs else ""


def _make_names_unique(layers: Sequence[Layer]) -> None:
    """A convolution called several times gets #1, #2 ... in order of execution."""
    total = Counter(l.name for l in layers)
    seen: Counter[str] = Counter()
    for layer in layers:
        name = layer.name
        if total[name] > 1:
            seen[name] += 1
            layer.name = "%s#%d" % (name, seen[name])
