"""Writes a trace as an HDF5 file (docs/trace-format.md): the same values give the same bytes.

The file is written under a temporary name and renamed at the end, so that a trace is never partial.
"""
import contextlib
import io
import os
import signal
from collections import deque
from collections.abc import Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import torch

from ..errors import MODEL, OUTPUT, ExtractError

TYPES: dict[str, np.dtype[Any]] = {
    "i8": np.dtype("i1"),
    "f16": np.dtype("<f2"),
    "f32": np.dtype("<f4"),
}
# Values below this share of their tensor's largest are the rounding noise of float64 sums that are
# zero exactly; sign-preserving rounding would otherwise turn them into positive outputs.
NOISE = 2.0**-40
PIECE = 1 << 16  # values that are encoded at a time, in the processor's cache
MAX_PENDING = 64  # tensors that wait to be written: memory does not grow with the images


def scale_of(largest: float) -> np.float32:
    """The i8 scale, as it is stored: a positive float32."""
    scale = np.float32(largest / 127)
    return scale if scale > 0 else np.float32(1)


class Rounded:
    """Values as the nearest of a kind; what is positive (negative) stays positive (negative)."""

    def __init__(self, kind: str, largest: float) -> None:
        """largest: the largest magnitude of the whole tensor."""
        self.kind, self.dtype = kind, TYPES[kind]
        self.scale = scale_of(largest) if kind == "i8" else None
        self.zero, self.noise = 0, largest * NOISE

    def encode(self, values: Any) -> npt.NDArray[Any]:
        """A floating-point tensor or array as an array of dtype."""
        values = np.asarray(values)
        flat, coded = values.reshape(-1), np.empty(values.size, self.dtype)
        for i in range(0, values.size, PIECE):
            self._encode(flat[i : i + PIECE], coded[i : i + PIECE])
        return coded.reshape(values.shape)

    def _encode(self, values: npt.NDArray[Any], coded: npt.NDArray[Any]) -> None:
        signs = (values > self.noise).view("i1") - (values < -self.noise).view("i1")
        if self.scale is None:
            coded[:] = self._as_float(np.where(signs == 0, 0.0, values))
            smallest = np.nextafter(self.dtype.type(0), self.dtype.type(1))
        else:
            steps = np.divide(values, np.float64(self.scale), dtype=np.float64)
            np.rint(steps, out=steps)
            np.copyto(coded, np.clip(steps, -127, 127, out=steps), casting="unsafe")
            smallest = self.dtype.type(1)
        np.copyto(coded, smallest * signs, where=coded == 0, casting="same_kind")

    def _as_float(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        with np.errstate(over="ignore"):
            coded = values.astype(self.dtype)
        if not np.isfinite(coded).all():
            raise ExtractError(
                MODEL,
                "a value of %g does not fit into %s; use another --type"
                % (np.abs(values).max(), self.kind),
            )
        return coded

    def decode(self, coded: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """As float32: the values that the simulator reads."""
        values = coded.astype(np.float32)
        return values if self.scale is None else values * self.scale


class Codes:
    """Values that are integers of one scale, counted from a zero point."""

    def __init__(
        self, scale: float | np.float32, zero: int = 0, low: int = -127, high: int = 127
    ) -> None:
        """scale: float32; low, high: of the integers as they are stored."""
        self.scale, self.zero, self.low, self.high = np.float32(scale), zero, low, high
        self.dtype = np.dtype("i1" if -128 <= low and high <= 127 else "<i2")

    def integers(self, values: Any) -> npt.NDArray[np.float64]:
        """Those of float64 values without the zero point, as float64."""
        steps = np.rint(np.asarray(values) / np.float64(self.scale))
        clipped: npt.NDArray[np.float64] = np.clip(
            steps, self.low - self.zero, self.high - self.zero
        )
        return clipped

    def encode(self, values: Any) -> npt.NDArray[Any]:
        """Values as the integers that are stored."""
        return (self.integers(torch.as_tensor(values).double()) + self.zero).astype(self.dtype)

    def decode(self, coded: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """As float32: the values that the simulator reads."""
        counted: npt.NDArray[np.float32] = coded.astype(np.float32) - np.float32(self.zero)
        values: npt.NDArray[np.float32] = np.multiply(counted, self.scale)
        return values


Storage = Rounded | Codes  # how values are stored


class Sink(io.FileIO):
    """A file whose writes never fail: the first error is kept, and nothing is written after it.

    HDF5 crashes when closing a file that it could not write.
    """

    error: OSError | None = None

    def write(self, data: Any) -> int:
        rest = memoryview(data)
        try:
            while len(rest) > 0 and not self.error:
                rest = rest[super().write(rest) :]
        except OSError as e:
            self.error = e
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        try:
            if not self.error:
                return super().truncate(size)
        except OSError as e:
            self.error = e
        return size or 0


@contextlib.contextmanager
def uninterrupted() -> Iterator[list[int]]:
    """Ctrl-C waits until HDF5 is done; yields the list of signals that arrived meanwhile."""
    signals = []
    caught = [
        s for s in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(s) is not signal.SIG_IGN
    ]
    before = {s: signal.signal(s, lambda number, _: signals.append(number)) for s in caught}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class TraceWriter:
    """A context: leaving it without an error renames the finished file into place."""

    def __init__(self, path: str, force: bool, compression: int) -> None:
        """compression: gzip's level for the tensors of images, 1 to 9."""
        if os.path.exists(path) and not force:
            raise ExtractError(OUTPUT, "%s exists; --force replaces it" % path)
        self.path, self.partial, self.compression = path, path + ".partial", compression
        self.datasets: dict[Hashable, Any] = {}
        self.thread = ThreadPoolExecutor(max_workers=1)
        self.pending: deque[Future[None]] = deque()

    def __enter__(self) -> "TraceWriter":
        folder = os.path.dirname(os.path.abspath(self.path))
        if not os.path.isdir(folder):
            raise ExtractError(OUTPUT, "%s: no such folder" % folder)
        create, access = (h5py.h5p.create(c) for c in (h5py.h5p.FILE_CREATE, h5py.h5p.FILE_ACCESS))
        create.set_obj_track_times(False)  # no time in the file: recreating gives the same bytes
        access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
        access.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
        try:
            self.sink = Sink(self.partial, "w+")
        except OSError as e:
            raise self._unwritable(e) from e
        access.set_fileobj_driver(h5py.h5fd.fileobj_driver, self.sink)
        self.file = h5py.File(
            h5py.h5f.create(os.fsencode(self.partial), h5py.h5f.ACC_TRUNC, create, access)
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        try:
            with uninterrupted() as signals:
                self.thread.shutdown(cancel_futures=kind is not None)
                while kind is None and self.pending:
                    self.pending.popleft().result()
                self.file.close()
                self.sink.close()
                if kind is None and not signals:
                    self._check()
                    os.replace(self.partial, self.path)
            if signals:
                raise KeyboardInterrupt
        except OSError as e:
            raise self._unwritable(e) from e
        finally:
            if os.path.exists(self.partial):
                os.remove(self.partial)

    def _check(self) -> None:
        if self.sink.error:
            raise self._unwritable(self.sink.error) from self.sink.error

    def _unwritable(self, error: OSError) -> ExtractError:
        return ExtractError(
            OUTPUT, "%s cannot be written: %s; nothing is left of it" % (self.path, error)
        )

    def attributes(self, group: Any, **values: Any) -> None:
        """Writes texts and int32 numbers, or lists of them."""
        for name, value in values.items():
            group.attrs[name] = (
                np.bytes_(value.encode()) if isinstance(value, str) else np.asarray(value, np.int32)
            )

    def group(self, path: str) -> Any:
        """Makes the group and returns it."""
        properties = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
        properties.set_obj_track_times(False)
        return h5py.Group(h5py.h5g.create(self.file.id, path.encode(), gcpl=properties))

    def array(self, group: Any, name: str, data: npt.NDArray[Any]) -> Any:
        """Writes a small dataset in one piece; returns it."""
        return group.create_dataset(
            name,
            data=data,
            chunks=data.shape,
            track_times=False,
            fletcher32=True,
            shuffle=True,
            compression="gzip",
            compression_opts=9,
        )

    def values(
        self,
        group: Any,
        name: str,
        key: Hashable,
        images: int,
        shape: tuple[int, ...],
        storage: Storage,
    ) -> None:
        """An empty [images, *shape] dataset, or a hard link to the one that `key` has already.

        storage: Rounded or Codes.
        """
        if key in self.datasets:
            group[name] = self.datasets[key]
            return
        made = group.create_dataset(
            name,
            (images,) + shape,
            storage.dtype,
            chunks=(1,) + shape,
            track_times=False,
            fletcher32=True,
            shuffle=True,
            compression="gzip",
            compression_opts=self.compression,
        )
        if storage.scale is not None:
            made.attrs["scale"] = storage.scale
        if storage.zero:
            self.attributes(made, zero_point=storage.zero)
        self.datasets[key] = made

    def put(self, key: Hashable, image: int, coded: npt.NDArray[Any]) -> None:
        """Writes in the order of the calls, on a second thread: compressing takes as long as
        running a network. Signals reach the first thread only, so HDF5 is not interrupted."""
        self.pending.append(self.thread.submit(self.datasets[key].__setitem__, image, coded))
        while len(self.pending) > MAX_PENDING:
            self.pending.popleft().result()
        self._check()
