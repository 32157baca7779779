"""Runs a machine on the first image of a network's trace, with prediction and without, and splits
the difference by cause."""
import collections
import dataclasses
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import peeksim

from . import losses, machines

# Energies over that of the dense machine, by (label of the machine, network).
WireSweep = dict[tuple[str, str], list[float]]
FREE_PORTS = {
    "buffers.ifmap_read_width": 0,
    "buffers.ifmap_banks": 0,
    "buffers.weight_read_width": 0,
}


@dataclasses.dataclass
class Layer:
    """A layer of one run."""

    predicted: bool
    height: int  # of the ofmap
    counters: losses.Counters
    parts: losses.Parts


class Scope:
    """Sums over some layers, `layers` in number: `macs`, of which a share is `saved`, `cycles`, and
    `dense_cycles` without prediction; the `bound`, the cycles `lost` by cause, and the share of the
    bound's gain that was `kept`."""

    def __init__(self, run_layers: Sequence[Layer], dense_layers: Sequence[Layer]) -> None:
        self.layers = len(run_layers)
        self.macs = _sum(run_layers, "macs_total")
        self.saved = Fraction(_sum(run_layers, "macs_predicted"), self.macs)
        self.cycles = _sum(run_layers, "cycles")
        self.dense_cycles = _sum(dense_layers, "cycles")
        run, dense = (losses.total(l.parts for l in some) for some in (run_layers, dense_layers))
        self.lost, self.bound = losses.losses(run, dense, self.saved)
        self.kept = losses.kept(run, dense, self.saved)
        assert sum(dense.values()) == self.dense_cycles
        assert self.bound + sum(self.lost.values()) == self.cycles


def _sum(layers: Sequence[Layer], counter: str) -> int:
    return sum(layer.counters[counter] for layer in layers)


class Run:
    def __init__(self, machine: machines.Machine, network: str) -> None:
        self.machine = machine
        file, overrides = machine.point(network)
        results, run = _simulate(file, network, overrides)
        _, dense = _simulate(file, network, dict(overrides, **{"prediction.policy": "none"}))
        self._run, self._dense = run, dense
        self.total = Scope(list(run.values()), [dense[name] for name in run])
        self.energy = results["totals"]["network"]["machine"]["energy"]

    def sizes(self) -> dict[int | None, Scope]:
        """{height of the ofmap: Scope} of the predicted layers, the largest first, then None: the
        layers that are not predicted."""
        names = collections.defaultdict(list)
        for name, layer in self._run.items():
            names[layer.height if layer.predicted else None].append(name)
        return {
            height: Scope(*([of[n] for n in names[height]] for of in (self._run, self._dense)))
            for height in sorted(names, key=lambda height: -height if height else 0)
        }


def _simulate(
    file: str, network: str, overrides: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Layer]]:
    """(results.json, {name: Layer})"""
    trace = machines.trace(network)
    with tempfile.TemporaryDirectory() as folder:
        out, events = os.path.join(folder, "out"), os.path.join(folder, "events.jsonl")
        words = [peeksim.find_program(), "run", file, "--trace", trace, "--images", "1", "--quiet"]
        words += ["--out", out, "--events", events]
        for key, value in overrides.items():
            words += ["--set", "%s=%s" % (key, json.dumps(value))]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(out, "results.json"), encoding="utf-8") as f:
            results = json.load(f)
        with open(events, encoding="utf-8") as f:
            next(f)  # the header
            passes = losses.passes(map(json.loads, f), _taps(results))
    free = peeksim.run(file, trace, dict(overrides, **FREE_PORTS), images=1, detail=True).detail
    assert free
    array = results["machine"]["array"]
    found = {}
    for layer, without in zip(results["layers"], free["layers"]):
        name, counters = layer["name"], layer["machine"]["counters"]
        parts = losses.layer_parts(
            counters, without["machine"]["counters"], passes[name], array["rows"] * array["cols"]
        )
        found[name] = Layer(layer["policy"] != "none", layer["shape"]["P"], counters, parts)
    return results, found


def _taps(results: Mapping[str, Any]) -> dict[str, int]:
    """{layer: MACs of one output}"""
    shapes = {l["name"]: l["shape"] for l in results["layers"]}
    return {n: s["C"] // s["groups"] * s["R"] * s["S"] for n, s in shapes.items()}


def wire_sweep(
    networks: Sequence[str], lengths: Sequence[float], dense: Mapping[str, float]
) -> WireSweep:
    """{(label, network): [energy over that of the dense machine, ...]}, for lengths in mm of the
    wire that brings an activation to any PE. dense: {network: energy}."""
    return {
        (machine.label, network): [
            peeksim.run(
                *(file, machines.trace(network), dict(overrides, **{"array.multicast_mm": mm})),
                images=1
            )["energy"]
            / dense[network]
            for mm in lengths
        ]
        for network in networks
        for machine in (machines.FILL, machines.BOTH)
        for file, overrides in [machine.point(network)]
    }
