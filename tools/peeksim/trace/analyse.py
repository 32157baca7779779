"""Traces a network with torch.fx, runs it once and finds its layers."""
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import fx, nn

from ..errors import MODEL, ExtractError
from . import graph, tracing
from .counting import MacCounter
from .layers import Analysis, Layer, Seen
from .onnx_input import OpenSizes
from .recording import Form, Run, Show, form_of


class CountingRun(Run):
    """Notes the MACs of each node."""

    def __init__(self, module: fx.GraphModule, show: Show, macs: dict[fx.Node, int]) -> None:
        super().__init__(module, show)
        self.macs = macs

    def compute(self, n: fx.Node) -> Any:
        """The node's value."""
        with MacCounter() as counter:
            value = super().compute(n)
        if counter.macs:
            self.macs[n] = counter.macs
        return value


def analyse(net: nn.Module, first: torch.Tensor) -> tuple[fx.GraphModule, Analysis]:
    """(fx.GraphModule without in-place operations, Analysis) of `net` for images like `first`.

    first: [1, C, H, W], of the network's own floating-point type. The module shares the network's
    parameters. Throws ExtractError(MODEL): it cannot be traced, or not faithfully.
    """
    if isinstance(net, OpenSizes):
        net = net.for_images(first)
    expected, total_macs = _counted(net, first)
    module, any_count = tracing.trace(net, first)
    graph.simplify(module)
    fixed, seen = graph.constants(module.graph), Seen(total_macs)

    def show(node: fx.Node, value: Any) -> None:
        seen.shapes[node] = tuple(value.shape) if isinstance(value, torch.Tensor) else None
        if node in fixed:
            seen.constant[node] = value

    output = _guarded(lambda: CountingRun(module, show, seen.macs).run(first.clone()), first.dtype)
    if seen.total_macs != sum(seen.macs.values()):
        # The first call may have imported a module, which computes too: checkpoints of torch 2 do.
        seen.total_macs = _counted(net, first)[1]
    tolerance = 1e-9 if first.dtype == torch.float64 else 1e-3
    for a, b in zip(tracing.tensors(expected), tracing.tensors(output)):
        if not a.is_floating_point() or not a.numel():
            continue
        if a.shape != b.shape or not float((a - b).abs().max()) <= tolerance * float(a.abs().max()):
            raise ExtractError(
                MODEL,
                "the traced network does not compute what the network computes "
                "(a random operation, or one that changes a view of a tensor in place?); "
                "call .eval(), and replace in-place operations on views",
            )
    return module, Analysis(module, seen, any_count)


def _counted(net: nn.Module, first: torch.Tensor) -> tuple[Any, int]:
    """The network's output for an image, and the MACs that it took."""
    with MacCounter() as counter:
        output = _guarded(lambda: net(first.clone()), first.dtype)
    return output, counter.macs


def ifmap_shape(layer: Layer, analysis: Analysis) -> list[int]:
    """[C, H, W]"""
    return _shape(analysis.shapes[layer.ifmap], layer.ifmap_form)


def ofmap_shape(layer: Layer, analysis: Analysis) -> list[int]:
    """[K, P, Q]. Throws ExtractError(MODEL) unless it is what the layer's geometry gives."""
    computed = _shape(analysis.shapes[layer.value], layer.form)
    top, left, bottom, right = layer.pad
    size = [
        (n + p - d * (k - 1) - 1) // s + 1
        for n, p, d, k, s in zip(
            ifmap_shape(layer, analysis)[1:],
            (top + bottom, left + right),
            layer.dilation,
            layer.kernel,
            layer.stride,
        )
    ]
    if [layer.K] + size != computed:
        raise ExtractError(
            MODEL,
            "%s: its geometry gives an ofmap of %s, the network computes %s"
            % (layer.name, [layer.K] + size, computed),
        )
    return computed


def _shape(shape: Sequence[int], form: Form) -> list[int]:
    return list(form_of(torch.empty(shape, device="meta"), form).shape)


def _guarded(run: Callable[[], Any], dtype: torch.dtype) -> Any:
    try:
        return run()
    except Exception as e:
        hint = (
            "; --float32 runs it in single precision"
            if dtype == torch.float64
            and any(word in str(e) for word in ("dtype", "Double", "Float", "float", "double"))
            else "; check --preprocess and the images' size"
        )
        raise ExtractError(
            MODEL, "the network failed on the first image: %s: %s%s" % (type(e).__name__, e, hint)
        ) from e
