"""What the tests of peeksim.accuracy share: machine files, and the simulator's own masks of a trace.

They need the program peeksim: in the environment variable PEEKSIM, in build/release or on PATH.
"""
import json
import os
import unittest

import h5py
import numpy as np
import torch

from extracting import ROOT, Extracting
from peeksim.accuracy import settings

TINY = os.path.join(ROOT, "configs", "tiny.yaml")


def trace_path(network):
    return os.path.join(ROOT, "traces", network + ".h5")


class Peeking(Extracting):
    def machine(self, name="machine.yaml", **prediction):
        """A machine file with these prediction settings; -> its path."""
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            json.dump({"extends": TINY, "name": name[:-5], "prediction": prediction}, f)
        return path

    def masks(self, trace, machine):
        """What `peeksim masks` says: {layer: truth values [N, K, P, Q]}."""
        out = os.path.join(self.folder, "masks.npy")
        settings.run_peeksim("masks", trace, "--machine", machine, "--out", out, "--force")
        with h5py.File(trace, "r") as f, open(out, "rb") as masks:
            found = {g.attrs["name"].decode(): np.load(masks) for g in f["layers"].values()}
            self.assertEqual(masks.read(), b"")
        os.remove(out)
        return found

    def resolved(self, trace, machine):
        """The LayerSettings of a trace's layers by name, as peeksim resolves them."""
        words = ("config", "layers", machine, "--trace", trace)
        found = settings.from_json(machine, json.loads(settings.run_peeksim(*words)))
        return {s.name: s for s in found.layers}


def ofmaps(trace):
    """{layer: what enters its activation, [N, K, P, Q] as float32}, as the simulator reads it."""
    values = {}
    with h5py.File(trace, "r") as f:
        for group in f["layers"].values():
            ofmap = group["ofmap"][...].astype(np.float32)
            scale = np.float32(group["ofmap"].attrs.get("scale", 1))
            values[group.attrs["name"].decode()] = torch.from_numpy(ofmap * scale)
    return values


def layer_settings(**changes):
    values = dict(
        name="conv",
        kind="conv",
        activation="relu",
        policy="peek",
        window=(2, 2),
        peeks=((0, 0), (1, 1)),
        thresholds=(0.0,),
        why_not="",
        shape=(1, 4, 4),
        macs_per_output=9,
    )
    values.update(changes)
    return settings.LayerSettings(**values)


__all__ = ["Peeking", "layer_settings", "ofmaps", "trace_path", "unittest"]
