"""Extracts a trace: every image runs through the network twice, one at a time.

The first run finds each tensor's largest value (the i8 scale), the second records, in integer
arithmetic when the network is quantised. With prediction in the loop both runs gate; the second
decides on the values as they are stored, so that the simulator decides the same. Both are done in
float64, so that the recorded bytes do not depend on the order in which a CPU or a number of threads
adds up.
"""
from collections import namedtuple

import numpy as np
import torch

from . import coded, quantize, weights
from .analyse import analyse, ifmap_shape, ofmap_shape
from ..errors import USAGE, ExtractError
from .recording import Key, Recording, Run
from .store import Rounded, TraceWriter

Options = namedtuple(
    "Options",
    "network origin synthetic type ifmap weights force precision quantize calibration loop compression",
    # type: None is i8, or f32 where a network that is quantised already computes in floats; quantize
    # implies i8, ifmap and weights; calibration: samples, or None; loop: a function of the layers
    # and the Analysis that gives a Loop, or None for the open loop; compression: gzip's level
    defaults=(False, None, None, 2),
)
# unrecorded: an Unrecorded; macs: of the network, per image; stored: type and arithmetic, for people
Summary = namedtuple(
    "Summary", "layers images notes outputs zeros gated unrecorded macs stored"
)
# Zero prediction in the network's loop. label: the attribute @prediction; gates: by the node whose
# value they gate, PeekActivations: gate(value, stored) -> value, with stored as in the trace.
Loop = namedtuple("Loop", "label gates notes")


def extract(net, samples, path, options):
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


def _extract(net, dtype, samples, writer, options):
    first = next(iter(samples())).tensor.to(dtype)[None]
    module, analysis = analyse(net, first)
    layers = analysis.find()
    options = _settled(options, layers, analysis)
    tensors = _tensors(layers, analysis, options)
    recording = Recording(dtype, dict.fromkeys(map(tuple, tensors.values())), samples)
    loop = options.loop(layers, analysis) if options.loop else Loop("", {}, [])
    network = _coded_network(module, layers, analysis, tensors)
    # A quantised network's scales are measured without prediction, like its weights.
    gates = {} if options.quantize or network else loop.gates
    plain = network.runner if network else lambda gate: lambda show: Run(module, show, gate)
    names, labels, calibrated = _measure(recording, plain(_gating(gates, _single)), options)
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
    ofmaps = {l.value: tuple(tensors[l.name, "ofmap"]) for l in layers}

    def stored(node, value):
        storage = storages[ofmaps[node]]
        return torch.from_numpy(storage.decode(storage.encode(value)))

    def runner(show):
        gate = _gating(loop.gates, stored)
        return network.runner(gate)(show) if network else Run(module, show, gate)

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
    predicted = {tuple(tensors[l.name, "ofmap"]) for l in layers if l.activation != "none"}
    count = {"outputs": 0, "zeros": 0}

    def record(image, key, values, _):
        coded = storages[key].encode(values)
        writer.put(key, image, coded)
        if key in predicted:
            count["outputs"] += coded.size
            count["zeros"] += int((coded <= 0).sum())

    for gate in loop.gates.values():
        gate.reset()
    recording.run("recording", runner, record)
    gated = sum(gate.totals()["gated"] for gate in loop.gates.values())
    return Summary(
        layers,
        len(names),
        analysis.notes + loop.notes,
        count["outputs"],
        count["zeros"],
        gated,
        analysis.unrecorded,
        analysis.total_macs,
        _stored(network, layers, options.type),
    )


def _stored(network, layers, kind):
    integers = len(network.by_name) if network else 0
    if integers == len(layers):
        return "i8, in int8 arithmetic"
    return "%s, %d layers in int8 arithmetic" % (kind, integers) if integers else kind


def _settled(options, layers, analysis):
    """The Options with what the kind of network decides. Throws ExtractError."""
    if options.quantize:
        if coded.is_coded(analysis):
            raise ExtractError(USAGE, "the network is quantised already: drop --quantize")
        quantize.require_foldable(layers, analysis)
        return options._replace(type="i8", ifmap=True, weights=True)
    if coded.is_coded(analysis):
        if not options.ifmap:
            raise ExtractError(USAGE, "a quantised network is recorded with ifmaps: drop --no-ifmap")
        return options._replace(type=options.type or "f32", weights=True)
    return options._replace(type=options.type or "i8")


def _tensors(layers, analysis, options):
    """(layer, dataset name) -> Keys whose sum is recorded."""
    tensors = {}
    for layer in layers:
        tensors[layer.name, "ofmap"] = [Key(analysis.plain(layer.value), layer.form)]
        if options.ifmap:
            tensors[layer.name, "ifmap"] = [Key(layer.ifmap, layer.ifmap_form)]
        if options.weights and layer.residual and layer.foldable:
            tensors[layer.name, "residual"] = [
                Key(analysis.plain(r), layer.form) for r in layer.residual
            ]
    return tensors


def _keys_of(layer, tensors):
    """The layer's Keys by dataset name."""
    names = ("ofmap", "ifmap", "residual")
    return {n: tuple(tensors[layer.name, n]) for n in names if (layer.name, n) in tensors}


def _coded_network(module, layers, analysis, tensors):
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


def _storages(layers, analysis, tensors, network, largest, kind):
    """Key -> how it is stored."""
    found = {}
    for layer in layers:
        integer = network.by_name.get(layer.name) if network else None
        for name, key in _keys_of(layer, tensors).items():
            codes = integer.codes[name] if integer else None
            if codes is None and name != "ofmap" and len(key) == 1:
                codes = coded.codes_read(key[0].node, analysis)
            found[key] = codes or found.get(key) or Rounded(kind, largest[key])
    return found


def _describe_trace(writer, options, origin, loop, analysis, names, labels, storages):
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


def _gating(gates, stored):
    """What a Run does with a node's value; stored(node, value): what the trace holds of it."""

    def gate(node, value):
        return gates[node](value, stored(node, value)) if node in gates else value

    return gate


def _single(_, value):
    return value.float()


def _measure(recording, runner, options):
    """Fills recording.largest and .shapes; -> the images' names and labels, images measured."""
    if not options.calibration:
        count, names, labels = recording.run("measuring", runner, recording.measure)
        return names, labels, count
    calibration = Recording(recording.dtype, recording.wanted, options.calibration)
    count, _, _ = calibration.run("calibrating", runner, calibration.measure)
    recording.largest, recording.shapes = calibration.largest, calibration.shapes
    _, names, labels = recording.run("reading", None, None)
    return names, labels, count


def _describe_layer(writer, group, layer, analysis):
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
