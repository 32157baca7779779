"""Writes files atomically: a file is complete, or as it was before."""
import hashlib
import io
import os
from typing import Any

import h5py
import torch

from ..errors import OUTPUT, ExtractError


def unwritable(path: str, error: Exception) -> ExtractError:
    """The ExtractError(OUTPUT) of a file that cannot be written."""
    return ExtractError(OUTPUT, "%s cannot be written: %s" % (path, error))


def put(path: str, data: str | bytes | memoryview) -> None:
    """data: text or bytes. Throws ExtractError(OUTPUT); then nothing is left behind."""
    temporary = path + ".new"
    try:
        try:
            with open(temporary, "wb") as f:
                f.write(data.encode() if isinstance(data, str) else data)
                f.flush()
                os.fsync(f.fileno())
            os.replace(temporary, path)
        finally:
            if os.path.exists(temporary):
                os.remove(temporary)
    except OSError as e:
        raise unwritable(path, e) from e


def saved(checkpoint: Any) -> memoryview:
    """What torch.save writes, as bytes."""
    data = io.BytesIO()
    torch.save(checkpoint, data)
    return data.getbuffer()


def new_hdf5(target: str | io.BytesIO) -> h5py.File:
    """A file to be written, in which no group has a time: equal contents give equal bytes."""
    return h5py.File(target, "w", libver="earliest")


def sha256_of(path: str) -> str:
    """Of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while piece := f.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
