"""Loads trained weights into a network: .npz, .safetensors, or what torch.save wrote.

All name their tensors as the network's state_dict() does. The file must fill the network exactly,
except for the counters of batch-norm, which inference does not use.
"""
import importlib.util
import os
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import torch

from .errors import MODEL, USAGE, ExtractError

WRAPPERS = ("state_dict", "model")  # under which training scripts keep it in a checkpoint
PREFIX = "module."  # of every name that torch.nn.DataParallel saves
MAX_NAMES = 3  # of each kind in a message


class Placeholder:
    """Replaces everything in a checkpoint but tensors: options, an optimizer, a whole network."""

    def __init__(self, *_, **__):
        pass

    def __call__(self, *_, **__):
        return self

    __setstate__ = append = extend = __setitem__ = __call__


class SafeUnpickler(pickle.Unpickler):
    """Reads a zip archive of torch.save and runs none of the file's code.

    torch.load(weights_only=True) in torch 1.13 refuses every checkpoint that holds a float.
    """

    KNOWN = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch", "Size"): torch.Size,
        ("torch._utils", "_rebuild_tensor_v2"): lambda flat, offset, size, stride, *_: (
            torch.as_strided(flat, size, stride, offset)
        ),
        ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor,
    }

    def __init__(self, archive):
        pickled = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickled) != 1:
            raise ValueError("it is a zip file, but none of torch.save")
        super().__init__(archive.open(pickled[0]), encoding="utf-8")
        self.archive, self.folder = archive, os.path.dirname(pickled[0])

    def find_class(self, module, name):
        found = getattr(torch, name, None) if module == "torch" else None
        if isinstance(found, torch.dtype) or name.endswith("Storage") and hasattr(found, "dtype"):
            return found
        return self.KNOWN.get((module, name), Placeholder)

    def persistent_load(self, saved):
        _, storage, key, _, _ = saved
        data = bytearray(self.archive.read("%s/data/%s" % (self.folder, key)))
        dtype = storage.dtype
        return torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)


def load_state(net, path):
    """Throws ExtractError: USAGE, or MODEL when it does not fit."""
    if not os.path.isfile(path):
        raise ExtractError(USAGE, "%s: no such file" % path)
    state = _read(path)
    if state and all(name.startswith(PREFIX) for name in state):
        state = {name[len(PREFIX) :]: value for name, value in state.items()}
    _require_fit(net, state, path)
    net.load_state_dict(state, strict=False)


def _read(path):
    ending = os.path.splitext(path)[1].lower()
    read = {".npz": _read_npz, ".safetensors": _read_safetensors}.get(ending, _read_torch)
    try:
        state = read(path)
    except ExtractError:
        raise
    except Exception as e:
        raise ExtractError(
            MODEL, "%s cannot be read as weights (those of net.state_dict()): %s" % (path, e)
        ) from e
    wrong = [k for k, v in state.items() if not isinstance(v, torch.Tensor)]
    if wrong:
        raise ExtractError(
            MODEL,
            "%s is no state dict: its '%s' is a %s, expected a tensor; save net.state_dict(), alone "
            "or under the key state_dict or model"
            % (path, wrong[0], type(state[wrong[0]]).__name__),
        )
    return state


def _read_torch(path):
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            state = SafeUnpickler(archive).load()
    else:  # before torch 1.6
        state = torch.load(path, map_location="cpu", weights_only=True)
    for key in WRAPPERS:
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
    if not isinstance(state, dict):
        kind = "whole object" if isinstance(state, Placeholder) else type(state).__name__
        raise ValueError("it holds a %s, expected a state dict" % kind)
    return state


def _read_npz(path):
    with np.load(path, allow_pickle=False) as arrays:
        return {name: torch.as_tensor(array) for name, array in arrays.items()}


def _read_safetensors(path):
    if importlib.util.find_spec("safetensors") is None:
        raise ExtractError(
            USAGE,
            "%s: the Python package safetensors, which reads it, is not installed; where it is, "
            "numpy.savez('weights.npz', **safetensors.numpy.load_file('%s')) makes a file that "
            "needs no package" % (path, os.path.basename(path)),
        )
    from safetensors.torch import load_file

    return load_file(path)


def _require_fit(net, state, path):
    own = {k: v for k, v in net.state_dict().items() if isinstance(v, torch.Tensor)}
    wrong = (
        ("missing", [k for k in own if k not in state and not _counter(k)]),
        ("unexpected", [k for k in state if k not in own and not _counter(k)]),
        (
            "of another shape",
            [
                "%s: %s, the network has %s" % (k, list(v.shape), list(own[k].shape))
                for k, v in state.items()
                if k in own and v.shape != own[k].shape
            ],
        ),
    )
    found = [
        "%d %s (%s%s)"
        % (len(names), what, ", ".join(names[:MAX_NAMES]), ", ..." if len(names) > MAX_NAMES else "")
        for what, names in wrong
        if names
    ]
    if found:
        raise ExtractError(
            MODEL, "%s does not hold this network's weights: %s" % (path, "; ".join(found))
        )


def _counter(name):
    return name.split(".")[-1] == "num_batches_tracked"
