"""What the network computes and its trace does not hold: MACs of no layer, ReLUs behind no
layer."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import fx

from .ops import Op, own_name, torch_name

if TYPE_CHECKING:
    from .layers import Analysis, Layer

MAX_PLACES = 5  # that are named


class Unrecorded(NamedTuple):
    """MACs of no layer."""

    macs: int  # per image
    text: str  # where they are done, one line


def macs(analysis: Analysis, layers: Iterable[Layer]) -> Unrecorded:
    """The Unrecorded of a network's layers.

    What the reference pass counted and no node of the graph did is done somewhere else in it. What
    does not depend on the image counts nowhere: hardware has it computed beforehand.
    """
    of_layers = {layer.node for layer in layers}
    places: dict[str, int] = {}
    for node, count in analysis.macs.items():
        if node not in of_layers and node not in analysis.constant:
            place = _place(node, analysis.modules)
            places[place] = places.get(place, 0) + count
    elsewhere = analysis.total_macs - sum(analysis.macs.values())
    if elsewhere > 0:
        places["elsewhere"] = elsewhere
    largest = sorted(places.items(), key=lambda item: -item[1])
    named = ["%s: %s" % (place, "{:,}".format(count)) for place, count in largest[:MAX_PLACES]]
    if len(largest) > MAX_PLACES:
        named.append("and %d more" % (len(largest) - MAX_PLACES))
    return Unrecorded(sum(places.values()), "; ".join(named))


def _place(node: fx.Node, modules: Mapping[str, Any]) -> str:
    if node.op == "call_module":
        return "%s (%s)" % (own_name(node.target), type(modules[node.target]).__name__)
    name = torch_name(node) or getattr(node.target, "__name__", str(node.target))
    path = own_name(node.meta.get("path", ""))
    return "%s (%s)" % (path, name) if path and path != "net" else name


def relus(analysis: Analysis, reached: Collection[fx.Node]) -> str | None:
    """A note on the ReLUs that no layer's value reaches, or None."""
    found = [
        node
        for node, op in analysis.ops.items()
        if (op.kind in ("relu", "relu6") or _clips_a_sum(op, analysis))
        and node not in reached
        and node not in analysis.constant
        and not _rectified(op.inputs[0], analysis)
    ]
    if not found:
        return None
    what = "1 ReLU follows" if len(found) == 1 else "%d ReLUs follow" % len(found)
    return "%s no layer directly (%s reads %s): zeros before it are not predicted" % (
        what,
        own_name(found[0].target) if found[0].op == "call_module" else found[0].name,
        _place(analysis.plain(analysis.ops[found[0]].inputs[0]), analysis.modules),
    )


def _clips_a_sum(op: Op, analysis: Analysis) -> bool:
    """A quantisation whose lowest integer is its zero, of an addition that no layer owns."""
    if op.kind != "quantize" or op.params["zero"] != op.params["low"]:
        return False
    read = analysis.ops.get(analysis.plain(op.inputs[0]))
    return read is not None and read.kind == "add"


def _rectified(node: fx.Node, analysis: Analysis) -> bool:
    """Whether a ReLU has clipped the values already."""
    while node in analysis.ops and analysis.ops[node].kind in ("identity", "move"):
        node = analysis.ops[node].inputs[0]
    return node in analysis.ops and analysis.ops[node].kind in ("relu", "relu6")
