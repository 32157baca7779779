"""Writes files atomically: a file is complete, or as it was before."""
import io
import os

import torch

from ..errors import OUTPUT, ExtractError


def unwritable(path, error):
    return ExtractError(OUTPUT, "%s cannot be written: %s" % (path, error))


def put(path, data):
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


def saved(checkpoint):
    """What torch.save writes, as bytes."""
    data = io.BytesIO()
    torch.save(checkpoint, data)
    return data.getbuffer()
