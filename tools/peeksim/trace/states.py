"""Loads trained weights into a network: .npz, .safetensors, or what torch.save wrote.

All name their tensors as the network's state_dict() does. The file must fill the network exactly,
except for the counters of batch-norm, which inference does not use.
"""
import importlib.util
import os
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import torch

from ..errors import MODEL, USAGE, ExtractError

State = dict[str, torch.Tensor]
Misfits = list[tuple[str, str]]  # (what is wrong, a tensor's name)
# Of all names, where the network was wrapped or was a part of another when it was saved.
PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "backbone.")
MAX_DEPTH = 3  # of the dictionaries in a checkpoint that may be the weights
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # how a file of torch before 1.6 begins
MAX_NAMES = 3  # of each kind in a message


class Placeholder:
    """Replaces everything in a checkpoint but tensors: options, an optimizer, a whole network."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __call__(self, *_: Any, **__: Any) -> "Placeholder":
        return self

    __setstate__ = append = extend = __setitem__ = __call__


class SafeUnpickler(pickle.Unpickler):
    """Reads what torch.save pickled and runs none of the file's code.

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

    def find_class(self, module: str, name: str) -> Any:
        found = getattr(torch, name, None) if module == "torch" else None
        if isinstance(found, torch.dtype) or name.endswith("Storage") and hasattr(found, "dtype"):
            return found
        return self.KNOWN.get((module, name), Placeholder)


class ZipUnpickler(SafeUnpickler):
    """Of the zip archives that torch.save writes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        pickled = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickled) != 1:
            raise ValueError("it is a zip file, but none of torch.save")
        super().__init__(archive.open(pickled[0]), encoding="utf-8")
        self.archive, self.folder = archive, os.path.dirname(pickled[0])

    def persistent_load(self, saved: Any) -> torch.Tensor:
        _, storage, key, _, _ = saved
        data = bytearray(self.archive.read("%s/data/%s" % (self.folder, key)))
        dtype = storage.dtype
        return torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)


class LegacyUnpickler(SafeUnpickler):
    """Of the files that torch before 1.6 wrote: several pickles, then the values of the tensors."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, encoding="utf-8")
        self.file, self.bytes = file, os.fstat(file.fileno()).st_size
        self.storages: dict[str, torch.Tensor] = {}

    def persistent_load(self, saved: Any) -> torch.Tensor:
        _, storage, key, _, count, view = saved
        if key not in self.storages:
            if count * torch.empty(0, dtype=storage.dtype).element_size() > self.bytes:
                raise ValueError("a tensor has more values than the file")
            self.storages[key] = torch.zeros(count, dtype=storage.dtype)
        values = self.storages[key]
        return values if view is None else values[view[1] : view[1] + view[2]]

    def load_file(self) -> Any:
        if self.load() != LEGACY_MAGIC:
            raise ValueError("it is no file of torch.save")
        self.load(), self.load()  # the version, and sizes of the computer that wrote it
        saved = self.load()
        for key in self.load():
            values = self.storages[key]
            count = int.from_bytes(self.file.read(8), "little")
            data = bytearray(self.file.read(values.numel() * values.element_size()))
            if count != values.numel() or len(data) != count * values.element_size():
                raise ValueError("it ends too early")
            if data:
                values.copy_(torch.frombuffer(data, dtype=values.dtype))
        return saved


def load_state(net: torch.nn.Module, path: str) -> None:
    """Throws ExtractError: USAGE, or MODEL when it does not fit, or several sets of weights do."""
    if not os.path.isfile(path):
        raise ExtractError(USAGE, "%s: no such file" % path)
    found = _read(path)
    fitting = [(key, state) for key, state in found.items() if not _misfits(net, state)]
    if len(fitting) > 1 and not all(_same(fitting[0][1], state) for _, state in fitting):
        raise ExtractError(
            MODEL,
            "%s holds several sets of weights that fit: %s; save the one that you mean alone"
            % (path, ", ".join("'%s'" % key for key, _ in fitting)),
        )
    if not fitting:
        key, state = min(found.items(), key=lambda item: len(_misfits(net, item[1])))
        others = ", ".join("'%s'" % key for key in found)
        raise ExtractError(
            MODEL,
            "%s does not hold this network's weights: %s%s"
            % (
                path,
                _text(_misfits(net, state)),
                "; it has %s, of which '%s' is nearest" % (others, key) if len(found) > 1 else "",
            ),
        )
    net.load_state_dict(fitting[0][1], strict=False)


def _read(path: str) -> OrderedDict[str, State]:
    """Key -> weights of all dictionaries in the file that hold nothing but tensors."""
    ending = os.path.splitext(path)[1].lower()
    read = {".npz": _read_npz, ".safetensors": _read_safetensors}.get(ending, _read_torch)
    try:
        saved = read(path)
    except ExtractError:
        raise
    except Exception as e:
        raise ExtractError(
            MODEL, "%s cannot be read as weights (those of net.state_dict()): %s" % (path, e)
        ) from e
    found = OrderedDict(_dictionaries(saved))
    if not found:
        wrong = next((k for k, v in saved.items() if not isinstance(v, torch.Tensor)), None)
        raise ExtractError(
            MODEL,
            "%s is no state dict: %s; save net.state_dict(), alone or under a key of its own"
            % (
                path,
                "it is empty"
                if wrong is None
                else "its '%s' is a %s, expected a tensor" % (wrong, type(saved[wrong]).__name__),
            ),
        )
    return found


def _dictionaries(saved: Any, key: str = "", depth: int = MAX_DEPTH) -> Iterator[tuple[str, State]]:
    if not isinstance(saved, dict) or not saved or depth == 0:
        return
    if all(isinstance(name, str) for name in saved) and all(
        isinstance(value, torch.Tensor) for value in saved.values()
    ):
        yield key or "the file", saved
        return
    for name, value in saved.items():
        yield from _dictionaries(value, "%s.%s" % (key, name) if key else str(name), depth - 1)


def _same(one: State, other: State) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def _read_torch(path: str) -> dict[Any, Any]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            saved = ZipUnpickler(archive).load()
    else:
        with open(path, "rb") as file:
            saved = LegacyUnpickler(file).load_file()
    if not isinstance(saved, dict):
        kind = "whole object" if isinstance(saved, Placeholder) else type(saved).__name__
        raise ValueError("it holds a %s, expected a state dict" % kind)
    return saved


def _read_npz(path: str) -> dict[Any, Any]:
    with np.load(path, allow_pickle=False) as arrays:
        return {name: torch.as_tensor(array) for name, array in arrays.items()}


def _read_safetensors(path: str) -> dict[Any, Any]:
    if importlib.util.find_spec("safetensors") is None:
        raise ExtractError(
            USAGE,
            "%s: the Python package safetensors, which reads it, is not installed; where it is, "
            "numpy.savez('weights.npz', **safetensors.numpy.load_file('%s')) makes a file that "
            "needs no package" % (path, os.path.basename(path)),
        )
    from safetensors.torch import load_file

    return dict(load_file(path))


def _misfits(net: torch.nn.Module, state: State) -> Misfits:
    """[(what, names)] of all that keeps the weights from filling the network. Where the names fit
    without a prefix that all of them have, it is removed from them."""
    own = {k: v for k, v in net.state_dict().items() if isinstance(v, torch.Tensor)}
    wrong = _differences(own, state)
    for prefix in PREFIXES if wrong else ():
        if all(name.startswith(prefix) for name in state):
            short = OrderedDict((name[len(prefix) :], value) for name, value in state.items())
            inner = _differences(own, short)
            if len(inner) < len(wrong) or not inner:
                state.clear()
                state.update(short)
                return inner
    return wrong


def _differences(own: State, state: State) -> Misfits:
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
    return [(what, name) for what, names in wrong for name in names]


def _text(misfits: Misfits) -> str:
    parts = []
    for what in OrderedDict.fromkeys(what for what, _ in misfits):
        names = [name for kind, name in misfits if kind == what]
        more = ", ..." if len(names) > MAX_NAMES else ""
        parts.append("%d %s (%s%s)" % (len(names), what, ", ".join(names[:MAX_NAMES]), more))
    return "; ".join(parts)


def _counter(name: str) -> bool:
    return name.split(".")[-1] == "num_batches_tracked"
