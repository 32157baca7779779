"""torchvision's own classification models, with random weights: what a trace of each holds.

Each is traced with one image; the trace is checked and simulated, that of a small one by the
clocked engine, which compares every value. A row is kept in build/model_zoo and not made again
while it exists there.
"""
import copy
import gc
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from peeksim.accuracy.settings import run_peeksim
from peeksim.errors import ExtractError
from peeksim.trace import extract, loading

from . import recorded
from .capture import Capture
from .check import MACHINE, ROOT
from .folders import temporary_folder

KEPT = os.path.join(ROOT, "build", "model_zoo")
SMALL = 500e6  # MACs up to which every value is compared
LARGE = 2e9  # MACs from which on the image is smaller than the model's own, where it can be
SMALLER = 96  # pixels


def names() -> list[str]:
    from torchvision import models

    return list(models.list_models(module=models))


def row(name: str) -> dict[str, Any]:
    """A dictionary of plain values; it is made, or read where it was kept."""
    path = os.path.join(KEPT, name + ".json")
    if os.path.isfile(path):
        with open(path) as f:
            return dict(json.load(f))
    found = _made(name)
    os.makedirs(KEPT, exist_ok=True)
    with open(path + ".new", "w") as f:
        json.dump(found, f)
    os.replace(path + ".new", path)
    return found


def _made(name: str) -> dict[str, Any]:
    start = time.monotonic()
    net, size, macs = _sized(name)
    image = torch.randn(3, size, size, generator=torch.Generator().manual_seed(5))
    found = {"name": name, "size": size, "refused": "", "seen": macs}
    with temporary_folder() as folder:
        try:
            found.update(_traced(net, image, macs < SMALL, folder))
        except ExtractError as error:
            found["refused"] = str(error)
    gc.collect()
    return dict(found, seconds=time.monotonic() - start)


def _sized(name: str) -> tuple[torch.nn.Module, int, int]:
    """(the network, its image's size, its layers' MACs): of the smallest that there are weights
    for, or a smaller one."""
    from torchvision import models

    net = loading.load_model("torchvision:" + name)[0]
    own = min(w.transforms.keywords["crop_size"] for w in models.get_model_weights(name))
    macs = _macs_seen(net, own)
    if macs < LARGE:
        return net, own, macs
    if isinstance(net, models.VisionTransformer):  # made for one size
        size = SMALLER // net.patch_size * net.patch_size
        net = models.get_model(name, image_size=size).eval()
        return net, size, _macs_seen(net, size)
    try:
        return net, SMALLER, _macs_seen(net, SMALLER)
    except (AssertionError, RuntimeError):  # maxvit_t
        return net, own, macs


def _macs_seen(net: torch.nn.Module, size: int) -> int:
    """By hooks, on tensors without values."""
    with torch.no_grad(), Capture(keep=False) as seen:
        copy.deepcopy(net).to("meta")(torch.zeros(1, 3, size, size, device="meta"))
    return sum(call.macs() for call in seen.calls)


def _traced(net: torch.nn.Module, image: torch.Tensor, small: bool, folder: str) -> dict[str, Any]:
    path = os.path.join(folder, "trace.h5")
    options = extract.Options(
        network="net",
        origin="tools/model_zoo.py",
        synthetic=True,
        type="f32" if small else "i8",
        ifmap=True,
        weights=small,
        force=False,
        precision="f64" if small else "f32",
    )
    summary = extract.extract(net, lambda: [loading.Sample("image", image, -1)], path, options)
    run_peeksim("trace", "check", path)
    words = ["run", MACHINE, "--trace", path, "--quiet", "--out", os.path.join(folder, "out")]
    run_peeksim(*words, *(["--engine", "clocked", "--check-values"] if small else []))
    layers, left_out = recorded.read(path, values=False)
    return {
        "layers": len(layers),
        "relus": sum(layer.activation != "none" for layer in layers),
        "macs": sum(layer.macs() for layer in layers),
        "left_out": left_out,
        "where": ", ".join(sorted(set(re.findall(r"\((\w+)\)", summary.unrecorded.text)))),
        "values": small,
        "bytes": os.path.getsize(path),
    }


def faults(row: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a row that is no refusal, a line each."""
    if not row["refused"] and not row["left_out"] and row["macs"] != row["seen"]:
        yield "its layers do %d MACs, hooks saw %d" % (row["macs"], row["seen"])
