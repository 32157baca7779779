"""Checks a network's trace: against what is expected, what hooks see, and the clocked engine.

A trace and the hooks' calls are compared by their sorted values, whatever order of axes they have.
Zeros do not count in what a layer reads, as padding may be in front of it or inside.
"""
import os
import re
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import torch
from peeksim.accuracy.settings import run_peeksim
from peeksim.errors import ExtractError
from peeksim.trace import extract, loading

from . import recorded
from .capture import Call, Capture, captured
from .entry import Entry
from .folders import temporary_folder
from .recorded import Doubles

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MACHINE = os.path.join(ROOT, "configs", "peek-16x16-balanced.yaml")
IMAGES = 2
TOLERANCE = 1e-5  # of values that were rounded to single precision
NOTHING = 1e-12  # what rounding leaves of a zero; both as shares of the largest value


@dataclass
class Result:
    """values: outputs that the clocked engine computed and compared; faults: a line each."""

    entry: Entry
    layers: int = 0
    relus: int = 0
    macs: int = 0  # of the layers, per image
    left_out: int = 0
    values: int = 0
    seconds: float = 0
    faults: list[str] = field(default_factory=list)

    def expect(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.faults.append("%s: expected %s, found %s" % (what, expected, found))


def check(entry: Entry) -> Result:
    """The Result of an Entry."""
    result, start = Result(entry), time.monotonic()
    with temporary_folder() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, about what is checked here
        try:
            _check(entry, folder, result)
            refusal = ""
        except ExtractError as error:
            refusal = str(error)
    if not re.search(entry.refused or "^$", refusal):
        expected = "/%s/" % entry.refused if entry.refused else "none"
        result.expect("refusal", refusal or "none", expected)
    result.seconds = time.monotonic() - start
    return result


def _check(entry: Entry, folder: str, result: Result) -> None:
    path, images = os.path.join(folder, "trace.h5"), entry.images(IMAGES)
    model, reference = entry.model(folder)
    net = loading.load_model(model)[0]
    _extract(net, images, path)
    run_peeksim("trace", "check", path)
    words = ("--trace", path, "--engine", "clocked", "--check-values", "--quiet")
    run_peeksim("run", MACHINE, *words, "--out", os.path.join(folder, "out"))
    layers, result.left_out = recorded.read(path)
    result.layers, result.macs = len(layers), sum(layer.macs() for layer in layers)
    result.relus = sum(layer.activation != "none" for layer in layers)
    result.values = IMAGES * sum(l.outputs for l in layers if "weight" in l.values)
    for what in ("layers", "relus", "left_out"):
        result.expect(what, getattr(result, what), getattr(entry, what))
    for i, image in enumerate(images):
        _compare(layers, i, captured(reference or net, image), result)


def _extract(net: torch.nn.Module, images: Sequence[torch.Tensor], path: str) -> None:
    samples = [loading.Sample("image%d" % i, image, -1) for i, image in enumerate(images)]
    options = extract.Options(
        network="net",
        origin="tools/model_zoo.py",
        synthetic=True,
        type="f32",
        ifmap=True,
        weights=True,
        force=False,
        precision="f64",
    )
    extract.extract(net, lambda: samples, path, options)


def _compare(layers: Sequence[recorded.Layer], image: int, seen: Capture, result: Result) -> None:
    """Whether the Layers are the calls that were seen, and the rest is what the trace lacks."""
    calls, behind = list(seen.calls), []
    total = sum(call.macs() for call in calls)
    quantised = any(layer.integers for layer in layers)  # a quantisation may be the ReLU
    for layer in layers:
        call = next((c for c in calls if _is_layer(c, layer, image)), None)
        if call is None:
            result.faults.append("%s: no layer of the network reads its ifmap" % layer.name)
        else:
            calls.remove(call)
        if layer.activation != "none" and not quantised:
            ofmap = _sorted(layer.values["ofmap"][image])
            clipped = [_sorted(x) for x in seen.clipped]
            if not any(_same(ofmap, x) for x in clipped):
                behind.append(layer.name)
                if not any(_contained(ofmap, x) or _contained(x, ofmap) for x in clipped):
                    result.faults.append("%s: no ReLU reads its ofmap" % layer.name)
    result.expect("layers whose ReLU lies behind something", tuple(behind), result.entry.behind)
    elsewhere = total - result.macs
    if not 0 <= elsewhere <= result.left_out:
        text = "MACs of calls that are no layers: %d, left out: %d"
        result.faults.append(text % (elsewhere, result.left_out))


def _is_layer(call: Call, layer: recorded.Layer, image: int) -> bool:
    return (
        call.weight_shape() == layer.weight_shape
        and call.outputs == layer.outputs
        and _same(_sorted(call.read, False), _sorted(layer.values["ifmap"][image], False))
    )


def _sorted(values: Any, zeros: bool = True) -> Doubles:
    flat: Doubles = np.sort(np.asarray(values, dtype="f8").reshape(-1))
    return flat if zeros else flat[np.abs(flat) > NOTHING * _reach(flat)]


def _same(a: Doubles, b: Doubles) -> bool:
    return a.shape == b.shape and np.allclose(a, b, TOLERANCE, TOLERANCE * _reach(b))


def _contained(a: Doubles, b: Doubles) -> bool:
    """Whether every value of a is one of b's, both sorted."""
    if not 0 < len(a) <= len(b):
        return False
    after = np.searchsorted(b, a).clip(1, len(b) - 1) if len(b) > 1 else np.zeros(len(a), int)
    off = np.minimum(np.abs(b[after] - a), np.abs(b[after - 1] - a))
    return bool((off <= TOLERANCE * _reach(b)).all())


def _reach(values: Doubles) -> float:
    return float(np.abs(values).max()) if len(values) else 0
