"""Folders that are gone afterwards, however a check ends."""
import contextlib
import shutil
import tempfile
from collections.abc import Iterator

from peeksim.trace.store import uninterrupted


@contextlib.contextmanager
def temporary_folder() -> Iterator[str]:
    """tempfile.TemporaryDirectory, whose removal Ctrl-C does not interrupt."""
    folder = tempfile.mkdtemp()
    try:
        yield folder
    finally:
        with uninterrupted() as signals:
            shutil.rmtree(folder)
        if signals:
            raise KeyboardInterrupt
