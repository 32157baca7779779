"""Extracts a trace: every image runs through the network twice, one at a time.

The first run finds each tensor's largest value (the i8 scale), the second records, in integer
arithmetic when the network is quantised. With prediction in the loop both runs gate; the second
decides on the values as they are stored, so that the simulator decides the same. Both are done in
float64, so that the recorded bytes do not depend on the order in which a CPU or a number of threads
adds up.
"""
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import fx, nn

from ..errors import USAGE, ExtractError
from . import coded, quantize, weights
from .analyse import analyse, ifmap_shape, ofmap_shape
from .layers import Analysis, Layer
from .loading import Samples
from .recording import Gate, Keys, Recording, Run, Runner, sum_of
from .store import Rounded, Storage, TraceWriter
from .unrecorded import Unrecorded

Tensors = dict[tuple[str, str], Keys]  # by layer and dataset


class Loop(NamedTuple):
    """Zero prediction in the network's loop."""

    label: str  # the attribute @prediction
    gates: Mapping[fx.Node, Any]  # accuracy.activation.Gates, by the node whose value they replace
    notes: list[str]


class Options(NamedTuple):
    """How a trace is recorded."""

    network: str
    origin: str
    synthetic: bool
    type: str | None  # None: i8, or f32 of a network that is quantised and computes in floats too
    ifmap: bool
    weights: bool
    force: bool
    precision: str  # "f32" or "f64"
    quantize: bool = False  # implies i8, ifmap and weights
    calibration: Samples | None = None
    loop: Callable[[list[Layer], Analysis], Loop] | None = None  # None: the open loop
    compression: int = 2  # gzip's level


class Summary(NamedTuple):
    """What was recorded."""

    layers: list[Layer]
    images: int
    notes: list[str]
    outputs: int  # values that enter a ReLU
    zeros: int
    gated: int
    interpolated: int
    unrecorded: Unrecorded
    macs: int  # of the network, per image
    stored: str  # type and arithmetic, for people


def extract(net: nn.Module, samples: Samples, path: str, options: Options) -> Summary:
    """Writes the trace of `net` over samples() to `path`; returns a Summary."""
    dtype = torch.float64 if options.precision == "f64" else torch.float32
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.no_grad(), TraceWriter(
            path, options.force, options.compression
        ) as writer:
            return _extract(net.to(dtype).eval(), dtype, samples, writer, options)
    finally:
        torch.set_default_dtype(before)


def _extract(
    net: nn.Module, dtype: torch.dtype, samples: Samples, writer: TraceWriter, options: Options
) -> Summary:
    first = next(iter(samples())).tensor.to(dtype)[None]
    module, analysis = analyse(net, first)
    layers = analysis.find()
    options = _settled(options, layers, analysis)
    assert options.type
    tensors = _tensors(layers, analysis, options)
    recording = Recording(dtype, dict.fromkeys(tensors.values()), samples)
    loop = options.loop(layers, analysis) if options.loop else Loop("", {}, [])
    network = _coded_network(module, layers, analysis, tensors)
    # A quantised network's scales are measured without prediction, like its weights.
    integers = [l for l in layers if options.quantize or network and l.name in network.by_name]
    _require_values_alone(integers, loop)
    gates = {} if options.quantize or network else loop.gates
    keys = {l.value: analysis.keys(l) for l in layers}
    plain = _runner(module, network, _gating(gates, keys, lambda _, value: value.float()))
    names, labels, calibrated = _measure(recording, plain, options)
    origin = options.origin
    if options.quantize:
        network = quantize.IntegerNetwork(
            module,
            [
                quantize.measured(layer, analysis, _keys_of(layer, tensors), recording.largest)
                for layer in layers
            ],
        )
        plural = "" if calibrated == 1 else "s"
        origin += "; in int8 arithmetic, scales from %d image%s" % (calibrated, plural)
    storages = _storages(layers, analysis, tensors, network, recording.largest, options.type)

    def stored(key: Keys, value: torch.Tensor) -> torch.Tensor:
        storage = storages.get(key)
        return torch.from_numpy(storage.decode(storage.encode(value))) if storage else value.float()

    _describe_trace(writer, options, origin, loop, analysis, names, labels, storages)
    for i, layer in enumerate(layers):
        group = writer.group("layers/%04d" % i)
        _describe_layer(writer, group, layer, analysis)
        if network and layer.name in network.by_name:
            network.by_name[layer.name].write(writer, group)
        elif options.weights:
            weights.write_floats(writer, group, layer, analysis)
        for name, key in _keys_of(layer, tensors).items():
            shape = recording.shapes[key]
            writer.values(group, name, key, len(names), shape, storages[key])
    predicted = {tensors[l.name, "ofmap"] for l in layers if l.activation != "none"}
    count = {"outputs": 0, "zeros": 0}

    def record(image: int, key: Keys, values: torch.Tensor, _: float) -> None:
        coded = storages[key].encode(values)
        writer.put(key, image, coded)
        if key in predicted:
            count["outputs"] += coded.size
            count["zeros"] += int((coded <= 0).sum())

    for gate in loop.gates.values():
        gate.reset()
    gating = _gating(loop.gates, keys, stored)
    recording.run("recording", _runner(module, network, gating), record)
    totals = [gate.totals() for gate in loop.gates.values()]
    return Summary(
        layers,
        len(names),
        analysis.notes + loop.notes,
        count["outputs"],
        count["zeros"],
        sum(t.get("gated", 0) for t in totals),
        sum(t.get("interpolated", 0) for t in totals),
        analysis.unrecorded,
        analysis.total_macs,
        _stored(network, layers, options.type),
    )


def _stored(network: quantize.IntegerNetwork | None, layers: list[Layer], kind: str) -> str:
    integers = len(network.by_name) if network else 0
    if integers == len(layers):
        return "i8, in int8 arithmetic"
    return "%s, %d layers in int8 arithmetic" % (kind, integers) if integers else kind


def _settled(options: Options, layers: list[Layer], analysis: Analysis) -> Options:
    """The Options with what the kind of network decides. Throws ExtractError."""
    if options.quantize:
        if coded.is_coded(analysis):
            raise ExtractError(USAGE, "the network is quantised already: drop --quantize")
        quantize.require_foldable(layers, analysis)
        return options._replace(type="i8", ifmap=True, weights=True)
    if coded.is_coded(analysis):
        if not options.ifmap:
            raise ExtractError(
                USAGE, "a quantised network is recorded with ifmaps: drop --no-ifmap"
            )
        return options._replace(type=options.type or "f32", weights=True)
    return options._replace(type=options.type or "i8")


def _tensors(layers: list[Layer], analysis: Analysis, options: Options) -> Tensors:
    """(layer, dataset name) -> Keys whose sum is recorded."""
    tensors = {}
    for layer in layers:
        keys = analysis.keys(layer)
        tensors[layer.name, "ofmap"] = keys["ofmap"]
        if options.ifmap:
            tensors[layer.name, "ifmap"] = keys["ifmap"]
        if options.weights and layer.residual and layer.foldable:
            tensors[layer.name, "residual"] = keys["residual"]
    return tensors


def _keys_of(layer: Layer, tensors: Tensors) -> dict[str, Keys]:
    """The layer's Keys by dataset name."""
    names = ("ofmap", "ifmap", "residual")
    return {n: tensors[layer.name, n] for n in names if (layer.name, n) in tensors}


def _coded_network(
    module: fx.GraphModule, layers: list[Layer], analysis: Analysis, tensors: Tensors
) -> quantize.IntegerNetwork | None:
    """An IntegerNetwork of the layers that the network's own file has in integers, or None."""
    if not coded.is_coded(analysis):
        return None
    found = [coded.integer_layer(l, analysis, _keys_of(l, tensors)) for l in layers]
    names = [l.name for l, integer in zip(layers, found) if integer is None]
    if names:
        analysis.notes.append(
            "%d of %d layers are not in integers (%s): they are recorded as floats"
            % (len(names), len(layers), ", ".join(names[:3]) + ", ..." * (len(names) > 3))
        )
    return quantize.IntegerNetwork(module, [integer for integer in found if integer])


def _storages(
    layers: list[Layer],
    analysis: Analysis,
    tensors: Tensors,
    network: quantize.IntegerNetwork | None,
    largest: Mapping[Keys, float],
    kind: str,
) -> dict[Keys, Storage]:
    """Key -> how it is stored."""
    found: dict[Keys, Storage] = {}
    for layer in layers:
        integer = network.by_name.get(layer.name) if network else None
        for name, key in _keys_of(layer, tensors).items():
            codes = integer.codes[name] if integer else None
            if codes is None and name != "ofmap" and len(key) == 1:
                codes = coded.codes_read(key[0].node, analysis)
            found[key] = codes or found.get(key) or Rounded(kind, largest[key])
    return found


def _describe_trace(
    writer: TraceWriter,
    options: Options,
    origin: str,
    loop: Loop,
    analysis: Analysis,
    names: list[str],
    labels: list[int],
    storages: Mapping[Keys, Storage],
) -> None:
    newer = any(s.zero or s.dtype.name == "int16" for s in storages.values())
    writer.attributes(
        writer.file,
        format="peeksim-trace",
        version=2 if newer else 1,
        network=options.network,
        origin=origin,
        synthetic=int(options.synthetic),
        images=len(names),
        **({"prediction": loop.label} if loop.label else {})
    )
    if analysis.unrecorded.macs:
        writer.attributes(writer.file, unrecorded=analysis.unrecorded.text)
        writer.file.attrs["unrecorded_macs"] = np.int64(analysis.unrecorded.macs)
    if any(l != -1 for l in labels):
        writer.array(writer.file, "labels", np.array(labels, "<i4"))
    writer.array(writer.file, "image_names", np.array([n.encode() for n in names]))
    writer.group("layers")


def _runner(
    module: fx.GraphModule, network: quantize.IntegerNetwork | None, gate: Gate
) -> Runner:
    return network.runner(gate) if network else lambda show: Run(module, show, gate)


def _gating(
    gates: Mapping[fx.Node, Any],
    keys: Mapping[fx.Node, Mapping[str, Keys]],
    stored: Callable[[Keys, torch.Tensor], torch.Tensor],
) -> Gate:
    """What a Run does with a node's value. keys: of the layers, by the nodes that are gated;
    stored(keys, value): what the trace holds of it."""
    read = {
        node: {name: keys[node].get(name, ()) for name in gate.reads}
        for node, gate in gates.items()
    }
    wanted = {key.node for names in read.values() for some in names.values() for key in some}
    known: dict[fx.Node, torch.Tensor] = {}

    def operand(key: Keys, decides: bool) -> list[torch.Tensor]:
        parts = [known[k.node] for k in key]
        if not decides or not parts:
            return parts
        total = sum_of(parts)
        return [stored(key, total).to(total.device, torch.float64)]

    def gate(node: fx.Node, value: Any) -> Any:
        one = gates.get(node)
        if one is not None:
            operands = {name: operand(key, one.decides) for name, key in read[node].items()}
            value = one(value, stored(keys[node]["ofmap"], value), **operands)
        if node in wanted:
            known[node] = value
        return value

    return gate


def _require_values_alone(integers: Sequence[Layer], loop: Loop) -> None:
    """Throws ExtractError(USAGE) where prediction asks for more than the values of a layer that is
    computed in integers."""
    for layer in integers:
        gate = loop.gates.get(layer.value)
        if gate is not None and gate.reads:
            raise ExtractError(
                USAGE,
                "%s: prediction by %s does not run in the loop of 8-bit arithmetic, only of floats"
                % (layer.name, gate.settings.policy),
            )


def _measure(
    recording: Recording, runner: Runner, options: Options
) -> tuple[list[str], list[int], int]:
    """Fills recording.largest and .shapes; -> the images' names and labels, images measured."""
    if not options.calibration:
        count, names, labels = recording.run("measuring", runner, recording.measure)
        return names, labels, count
    calibration = Recording(recording.dtype, recording.wanted, options.calibration)
    count, _, _ = calibration.run("calibrating", runner, calibration.measure)
    recording.largest, recording.shapes = calibration.largest, calibration.shapes
    _, names, labels = recording.run("reading", None, None)
    return names, labels, count


def _describe_layer(writer: TraceWriter, group: Any, layer: Layer, analysis: Analysis) -> None:
    shape = ifmap_shape(layer, analysis)
    writer.attributes(
        group,
        name=layer.name,
        kind=layer.kind,
        activation=layer.activation,
        ifmap_shape=shape,
        weight_shape=[layer.K, shape[0] // layer.groups] + layer.kernel,
        ofmap_shape=ofmap_shape(layer, analysis),
        stride=layer.stride,
        pad=layer.pad,
        dilation=layer.dilation,
        groups=layer.groups,
        residual=int(bool(layer.residual)),
    )
