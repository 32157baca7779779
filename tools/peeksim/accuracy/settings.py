"""Resolves the prediction settings of a machine file for every layer of a torch network.

The rules (patterns, exclusions, overlays, thresholds files) are those of peeksim alone: the layers
are written as a workload, and `peeksim config layers` prints the settings of each.
"""
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .. import client
from ..errors import USAGE, ExtractError
from ..trace.analyse import ifmap_shape, ofmap_shape
from ..trace.layers import Analysis, Layer


class LayerSettings(NamedTuple):
    """How a layer is predicted."""

    name: str
    kind: str  # "conv" or "fc"
    activation: str
    policy: str  # a predictor's name; "none": dense
    window: tuple[int, int]  # height, width
    peeks: tuple[tuple[int, int], ...]  # (row, column) in the window
    thresholds: tuple[float | None, ...]  # float32, of each channel; None: it is never predicted
    why_not: str  # why the machine's predictor does not run here, or ""
    shape: tuple[int, int, int]  # [K, P, Q] of the ofmap
    macs_per_output: int
    # What the decisions on an image cost, of policy zap or an own predictor: multiplications, and
    # bits that are kept until the decisions are used. Of other policies they have none.
    decision_macs: int = 0
    decision_bits: int = 0
    # Keys of the machine file that only this policy has, such as prediction.lookahead_bits.
    parameters: Mapping[str, float] = {}
    networks: str = ""  # the path of policy zap's networks file


class MachineSettings(NamedTuple):
    """How a machine predicts each layer of a network."""

    path: str  # of the machine file
    name: str
    unmatched: tuple[str, ...]  # entries of the machine file that name none of the layers
    layers: tuple[LayerSettings, ...]
    digest: str = ""  # peeksim's, of all that decides what is gated; "" when unknown
    predictor: Any = None  # the Predictor that decides; None: peeksim's rule


def find_peeksim() -> str:
    """The program's path. Throws ExtractError(USAGE)."""
    try:
        return client.find_program()
    except client.PeeksimError as error:
        raise ExtractError(USAGE, error.message)


def run_peeksim(*words: str) -> str:
    """What it prints. Throws ExtractError with its own exit code and message."""
    done = subprocess.run([find_peeksim()] + list(words), capture_output=True, text=True)
    if done.returncode != 0:
        message = done.stderr.strip() or "peeksim ended with exit code %d" % done.returncode
        raise ExtractError(done.returncode if done.returncode > 0 else 1, message)
    return done.stdout


def workload(layers: Sequence[Layer], analysis: Analysis, name: str = "net") -> str:
    """The layers as a workload file's text: JSON, which is YAML."""
    return json.dumps(
        {"name": name, "layers": [_describe(l, analysis) for l in layers]}, ensure_ascii=False
    )


def resolve(
    layers: Sequence[Layer], analysis: Analysis, machine: str, overrides: Sequence[str] = ()
) -> MachineSettings:
    """MachineSettings of the file `machine`. Throws ExtractError with peeksim's message."""
    words = ["config", "layers", machine]
    for override in overrides:
        words += ["--set", override]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(workload(layers, analysis))
        found = json.loads(run_peeksim(*words, "--workload", path))
    return from_json(machine, found)


def from_json(path: str, found: Mapping[str, Any]) -> MachineSettings:
    """found: what `peeksim config layers` prints of the machine file at `path`."""
    return MachineSettings(
        path,
        found["machine"],
        tuple(found["unmatched"]),
        tuple(_layer_settings(l, found.get("zap_file", "")) for l in found["layers"]),
        found.get("digest", ""),
    )


def _layer_settings(found: Mapping[str, Any], networks: str) -> LayerSettings:
    height, width = found["window"]
    K, P, Q = found["ofmap_shape"]
    return LayerSettings(
        found["name"],
        found["kind"],
        found["activation"],
        found["policy"],
        (height, width),
        tuple((row, col) for row, col in found["peeks"]),
        tuple(found["thresholds"]),
        found["not_predicted_because"],
        (K, P, Q),
        found["macs_per_output"],
        decision_macs=found.get("decision_macs", 0),
        decision_bits=found.get("decisions", 0),
        parameters=found.get("parameters", {}),
        networks=networks if found["policy"] == "zap" else "",
    )


def _describe(layer: Layer, analysis: Analysis) -> dict[str, Any]:
    C, H, W = ifmap_shape(layer, analysis)
    ofmap_shape(layer, analysis)  # raises unless it is the shape that peeksim will compute
    common: dict[str, Any] = {"name": layer.name, "kind": layer.kind, "C": C, "K": layer.K}
    common.update(activation=layer.activation, residual=bool(layer.residual))
    if layer.kind == "fc":
        return common
    R, S = layer.kernel
    return dict(
        common,
        H=H,
        W=W,
        R=R,
        S=S,
        stride=layer.stride,
        pad=layer.pad,
        dilation=layer.dilation,
        groups=layer.groups,
    )
