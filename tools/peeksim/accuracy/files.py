"""Writes files atomically: a file is complete, or as it was before."""
import io
import os
from typing import Any

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
