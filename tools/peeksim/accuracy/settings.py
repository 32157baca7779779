"""Resolves the prediction settings of a machine file for every layer of a torch network.

The rules (patterns, exclusions, overlays, thresholds files) are those of peeksim alone: the layers
are written as a workload, and `peeksim config layers` prints the settings of each.
"""
import json
import os
import subprocess
import tempfile
from collections import namedtuple

from .. import client
from ..errors import USAGE, ExtractError
from ..trace.analyse import ifmap_shape, ofmap_shape

# policy: a predictor's name ("none": dense); window: (h, w); peeks: ((row, col), ...);
# thresholds: a float32 value per channel, None where the channel is never predicted;
# why_not: why the machine's predictor does not run here, or ""; shape: (K, P, Q) of the ofmap.
LayerSettings = namedtuple(
    "LayerSettings",
    "name kind activation policy window peeks thresholds why_not shape macs_per_output",
)
# unmatched: entries of the machine file that name none of the layers; digest: peeksim's, of all
# that decides what is gated, "" when unknown.
MachineSettings = namedtuple("MachineSettings", "path name unmatched layers digest", defaults=("",))


def find_peeksim():
    """The program's path. Throws ExtractError(USAGE)."""
    try:
        return client.find_program()
    except client.PeeksimError as error:
        raise ExtractError(USAGE, error.message)


def run_peeksim(*words):
    """What it prints. Throws ExtractError with its own exit code and message."""
    done = subprocess.run([find_peeksim()] + list(words), capture_output=True, text=True)
    if done.returncode != 0:
        message = done.stderr.strip() or "peeksim ended with exit code %d" % done.returncode
        raise ExtractError(done.returncode if done.returncode > 0 else 1, message)
    return done.stdout


def workload(layers, analysis, name="net"):
    """The layers as a workload file's text: JSON, which is YAML."""
    return json.dumps(
        {"name": name, "layers": [_describe(l, analysis) for l in layers]}, ensure_ascii=False
    )


def resolve(layers, analysis, machine, overrides=()):
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


def from_json(path, found):
    return MachineSettings(
        path,
        found["machine"],
        tuple(found["unmatched"]),
        tuple(
            LayerSettings(
                l["name"],
                l["kind"],
                l["activation"],
                l["policy"],
                tuple(l["window"]),
                tuple(map(tuple, l["peeks"])),
                tuple(l["thresholds"]),
                l["not_predicted_because"],
                tuple(l["ofmap_shape"]),
                l["macs_per_output"],
            )
            for l in found["layers"]
        ),
        found.get("digest", ""),
    )


def _describe(layer, analysis):
    C, H, W = ifmap_shape(layer, analysis)
    ofmap_shape(layer, analysis)  # raises unless it is the shape that peeksim will compute
    common = {"name": layer.name, "kind": layer.kind, "C": C, "K": layer.K}
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
