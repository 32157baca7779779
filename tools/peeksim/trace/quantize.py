"""Runs a network in int8 arithmetic, bit for bit as in docs/trace-format.md.

Of a float network, symmetric: a scale per activation tensor, from its largest magnitude over the
calibration images, and a scale per output channel of the weights; of one that is quantised already,
coded.py. Every layer reads integers and gives integers; operations between layers work on their
float values.
"""
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import fx

from ..errors import MODEL, ExtractError
from .layers import Analysis, Layer
from .recording import Gate, Keys, Run, Runner, Show, form_of, value_of_form
from .store import Codes, TraceWriter, scale_of
from .weights import folded, why_not_foldable

Doubles = npt.NDArray[np.float64]
# (integers [K, C/groups, R, S], scales [1 or K], integer bias [K]) of a layer's weights
IntegerWeights = tuple[Doubles, npt.NDArray[np.float32], Doubles]
MAX_BIAS = 2.0**30  # leaves the same range of an int32 to the products
MAX_SUM = 2**31 - 1


def integers(values: Doubles, scale: Any) -> Doubles:
    """float64 values as float64 integers of one scale, or of one that broadcasts."""
    coded: Doubles = np.clip(np.rint(values / np.float64(scale)), -127, 127)
    return coded


def quantized_weights(
    name: str, weight: Doubles, bias: Doubles, ifmap_scale: np.float32
) -> IntegerWeights:
    """(integer weight, its scales [K] as f4, integer bias) of float weights, for an ifmap's scale.

    A channel's scale is that of its largest weight; where the bias would then exceed its share of
    an int32, the weights are negligible and their scale grows until the bias fits.
    """
    step = np.float64(ifmap_scale)
    largest = np.abs(weight).reshape(len(weight), -1).max(1)
    scales = np.maximum(largest / 127, np.abs(bias) / (step * MAX_BIAS))
    scales = np.where(scales > 0, np.maximum(scales, np.finfo(np.float32).tiny), 1).astype("<f4")
    coded = integers(weight, scales.reshape(-1, 1, 1, 1))
    coded_bias = np.rint(bias / (step * scales.astype(np.float64)))
    require_int32_sums(name, coded, coded_bias, 128)
    return coded, scales, coded_bias


def require_int32_sums(name: str, weight: Doubles, bias: Doubles, largest: float) -> None:
    """Throws ExtractError(MODEL) unless the sums fit, whatever the ifmap's integers up to
    `largest`."""
    reach = np.abs(bias) + largest * np.abs(weight).reshape(len(weight), -1).sum(1)
    if not (reach <= MAX_SUM).all():
        raise ExtractError(
            MODEL,
            "%s: its sums may reach %g, which no 32-bit accumulator holds: it cannot be quantised"
            % (name, reach.max()),
        )


def requantized(
    sums: Doubles, residual: Doubles | None, scales: Mapping[str, Any], limit: int = 127
) -> Doubles:
    """int32 sums (and residual integers or None) [K, P, Q] as ofmap integers, all in float64.

    scales: by dataset name; limit: the largest magnitude. The order of the operations is the
    format's: do not rearrange.
    """
    exact = {name: scale.astype(np.float64) for name, scale in scales.items()}
    factor = (exact["ifmap"] * exact["weight"]) / exact["ofmap"]
    values = sums * factor.reshape(-1, 1, 1)
    if residual is not None:
        values = values + residual * (exact["residual"] / exact["ofmap"])
    coded: Doubles = np.clip(np.rint(values), -limit, limit)
    return coded


class IntegerLayer:
    """One layer in integers, without zero points."""

    def __init__(
        self,
        layer: Layer,
        analysis: Analysis,
        keys: Mapping[str, Keys],
        codes: Mapping[str, Codes],
        weights: IntegerWeights,
    ) -> None:
        """keys, codes: its Keys and Codes by dataset name; weights: (integers [K, C/groups, R, S],
        scales [1 or K] as f4, integer bias [K])."""
        self.layer, self.keys, self.codes = layer, keys, codes
        self.node = keys["ofmap"][0].node
        self.shape = analysis.shapes[self.node]
        self.weight, weight_scale, self.bias = weights
        self.scales: dict[str, Any] = {name: code.scale for name, code in codes.items()}
        self.scales["weight"] = weight_scale

    def reads(self) -> list[fx.Node]:
        """The nodes whose values it reads."""
        return [k.node for name in ("ifmap", "residual") for k in self.keys.get(name, ())]

    def run(self, values: Mapping[fx.Node, torch.Tensor]) -> torch.Tensor:
        """The value of self.node; `values`: those of the nodes that it reads."""
        ifmap, weight, bias = (
            torch.from_numpy(v) for v in (self._integers("ifmap", values), self.weight, self.bias)
        )
        # Of integers below 2^31 in float64: exact in any order.
        sums = self.layer.geometry.sums(ifmap[None], weight, bias)[0].numpy()
        residual = self._integers("residual", values) if "residual" in self.keys else None
        coded = requantized(sums, residual, self.scales, self.codes["ofmap"].high)
        value = torch.from_numpy(coded * np.float64(self.scales["ofmap"]))
        return value_of_form(value, self.keys["ofmap"][0].form, self.shape)

    def _integers(self, name: str, values: Mapping[fx.Node, torch.Tensor]) -> Doubles:
        total = sum(form_of(values[k.node], k.form).double() for k in self.keys[name])
        return self.codes[name].integers(total.numpy())

    def write(self, writer: TraceWriter, group: Any) -> None:
        """Writes what the format requires besides ofmap, ifmap and residual."""
        writer.attributes(group, arithmetic="i8")
        dataset = writer.array(group, "weight", self.weight.astype("i1"))
        dataset.attrs["scale"] = self.scales["weight"]
        writer.array(group, "bias", self.bias.astype("<i4"))


def measured(
    layer: Layer, analysis: Analysis, keys: Mapping[str, Keys], largest: Mapping[Keys, float]
) -> IntegerLayer:
    """The IntegerLayer of a float layer. largest: of a Recording. Throws ExtractError(MODEL)."""
    codes = {name: Codes(scale_of(largest[key])) for name, key in keys.items()}
    weight, bias = folded(layer, analysis)
    weights = quantized_weights(layer.name, weight, bias, codes["ifmap"].scale)
    return IntegerLayer(layer, analysis, keys, codes, weights)


class IntegerNetwork:
    """Every layer's integers, by the node whose value they replace. Other layers stay as they
    are."""

    def __init__(self, module: fx.GraphModule, integer_layers: Iterable[IntegerLayer]) -> None:
        self.module = module
        self.layers = {m.node: m for m in integer_layers}
        self.by_name = {m.layer.name: m for m in integer_layers}
        self.needed: set[fx.Node] = set()
        todo = [n for n in module.graph.nodes if n.op == "output"]
        todo += list(self.layers)
        while todo:  # the float convolutions that were replaced need not run
            node = todo.pop()
            if node not in self.needed:
                self.needed.add(node)
                replaced = self.layers.get(node)
                todo += replaced.reads() if replaced else node.all_input_nodes

    def runner(self, gate: Gate | None = None) -> Runner:
        """A function of show that gives a Run; gate: see there."""
        return lambda show: IntegerRun(self, show, gate)


class IntegerRun(Run):
    """Runs the graph with its layers replaced, in the network's own float type between them."""

    def __init__(self, network: IntegerNetwork, show: Show, gate: Gate | None) -> None:
        super().__init__(network.module, show, gate, keep=True)
        self.network = network

    def compute(self, n: fx.Node) -> Any:
        if n not in self.network.needed:
            return None
        layer = self.network.layers.get(n)
        if layer is None:
            return super().compute(n)
        return layer.run(self.env).to(torch.get_default_dtype())


def require_foldable(layers: Iterable[Layer], analysis: Analysis) -> None:
    """Throws ExtractError(MODEL) for a layer whose weights are no constants."""
    for layer in layers:
        why_not = why_not_foldable(layer, analysis)
        if why_not:
            raise ExtractError(
                MODEL,
                "%s: cannot be quantised, its weights %s; trace the network without --quantize"
                % (layer.name, why_not),
            )
