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

from . import quantize, weights
from .analyse import analyse, ifmap_shape, ofmap_shape
from .recording import Key, Recording, Run
from .store import TraceWriter, decode, encode, scale_of

Options = namedtuple(
    "Options",
    "network origin synthetic type ifmap weights force precision quantize calibration loop",
    # quantize implies i8, ifmap and weights; calibration: samples, or None; loop: a function of the
    # layers and the Analysis that gives a Loop, or None for the open loop
    defaults=(False, None, None),
)
# unrecorded: an Unrecorded; macs: of the network, per image
Summary = namedtuple("Summary", "layers images notes outputs zeros gated unrecorded macs")
# Zero prediction in the network's loop. label: the attribute @prediction; gates: by the node whose
# value they gate, PeekActivations: gate(value, stored) -> value, with stored as in the trace.
Loop = namedtuple("Loop", "label gates notes")


def extract(net, samples, path, options):
    """Writes the trace of `net` over samples() to `path`; returns a Summary."""
    dtype = torch.float64 if options.precision == "f64" else torch.float32
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.no_grad(), TraceWriter(path, options.force) as writer:
            return _extract(net.to(dtype).eval(), dtype, samples, writer, options)
    finally:
        torch.set_default_dtype(before)


def _extract(net, dtype, samples, writer, options):
    first = next(iter(samples())).tensor.to(dtype)[None]
    module, analysis = analyse(net, first)
    layers = analysis.find()
    if options.quantize:
        quantize.require_foldable(layers, analysis)
        options = options._replace(type="i8", ifmap=True, weights=True)
    tensors = {}  # (layer, dataset name) -> Keys whose sum is recorded
    for layer in layers:
        tensors[layer.name, "ofmap"] = [Key(analysis.plain(layer.value), layer.form)]
        if options.ifmap:
            tensors[layer.name, "ifmap"] = [Key(layer.ifmap, layer.ifmap_form)]
        if options.weights and layer.residual and layer.foldable:
            tensors[layer.name, "residual"] = [
                Key(analysis.plain(r), layer.form) for r in layer.residual
            ]
    wanted = dict.fromkeys(map(tuple, tensors.values()))
    recording = Recording(dtype, wanted, samples)
    loop = options.loop(layers, analysis) if options.loop else Loop("", {}, [])
    # A quantised network's scales are measured without prediction, like its weights.
    gates = {} if options.quantize else loop.gates
    names, labels, calibrated = _measure(
        recording, lambda show: Run(module, show, _gating(gates, _single)), options
    )
    ofmaps = {l.value: tuple(tensors[l.name, "ofmap"]) for l in layers}
    network, origin = None, options.origin

    def stored(node, value):
        largest = recording.largest[ofmaps[node]]
        coded = encode(value.double().numpy(), options.type, largest)
        return torch.from_numpy(decode(coded, options.type, largest))

    def runner(show):
        return Run(module, show, _gating(loop.gates, stored))

    if options.quantize:
        network = quantize.IntegerNetwork(module, layers, analysis, tensors, recording.largest)
        runner = network.runner(_gating(loop.gates, _single))
        plural = "" if calibrated == 1 else "s"
        origin += "; in int8 arithmetic, scales from %d image%s" % (calibrated, plural)

    writer.attributes(
        writer.file,
        format="peeksim-trace",
        version=1,
        network=options.network,
        origin=origin,
        synthetic=int(options.synthetic),
        images=len(names),
        **({"prediction": loop.label} if loop.label else {})
    )
    unrecorded = analysis.unrecorded
    if unrecorded.macs:
        writer.attributes(writer.file, unrecorded=unrecorded.text)
        writer.file.attrs["unrecorded_macs"] = np.int64(unrecorded.macs)
    if any(l != -1 for l in labels):
        writer.array(writer.file, "labels", np.array(labels, "<i4"))
    writer.array(writer.file, "image_names", np.array([n.encode() for n in names]))
    writer.group("layers")
    for i, layer in enumerate(layers):
        group = writer.group("layers/%04d" % i)
        _describe_layer(writer, group, layer, analysis)
        if network:
            network.by_name[layer.name].write(writer, group)
        elif options.weights:
            weights.write_floats(writer, group, layer, analysis)
        for name in ("ofmap", "ifmap", "residual"):
            key = tuple(tensors.get((layer.name, name), ()))
            if key:
                writer.values(
                    group,
                    name,
                    key,
                    len(names),
                    recording.shapes[key],
                    options.type,
                    recording.largest[key],
                )
    predicted = {tuple(tensors[l.name, "ofmap"]) for l in layers if l.activation != "none"}
    count = {"outputs": 0, "zeros": 0}

    def record(image, key, values):
        if network:
            coded = quantize.integers(values, scale_of(recording.largest[key])).astype("i1")
        else:
            coded = encode(values, options.type, recording.largest[key])
        writer.put(key, image, coded)
        if key in predicted:
            count["outputs"] += coded.size
            count["zeros"] += int((coded <= 0).sum())

    for gate in loop.gates.values():
        gate.reset()
    recording.run("recording", runner, record)
    gated = sum(gate.totals()["gated"] for gate in loop.gates.values())
    notes = analysis.notes + loop.notes
    left_out = (unrecorded, analysis.total_macs)
    return Summary(layers, len(names), notes, count["outputs"], count["zeros"], gated, *left_out)


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
