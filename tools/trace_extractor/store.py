"""Writes a trace as an HDF5 file (docs/trace-format.md): the same values give the same bytes.

The file is written under a temporary name and renamed at the end, so that a trace is never partial.
"""
import contextlib
import io
import os
import signal

import h5py
import numpy as np

from .errors import MODEL, OUTPUT, ExtractError

TYPES = {"i8": np.dtype("i1"), "f16": np.dtype("<f2"), "f32": np.dtype("<f4")}
# Values below this share of their tensor's largest are the rounding noise of float64 sums that are
# zero exactly; sign-preserving rounding would otherwise turn them into positive outputs.
NOISE = 2.0**-40


def scale_of(largest):
    """The i8 scale, as it is stored: a positive float32."""
    scale = np.float32(largest / 127)
    return scale if scale > 0 else np.float32(1)


def encode(values, kind, largest):
    """float64 values as i8, f16 or f32; what is positive (negative) stays positive (negative)."""
    values = np.where(np.abs(values) <= largest * NOISE, 0.0, values)
    dtype = TYPES[kind]
    if kind == "i8":
        smallest, coded = 1, np.clip(np.rint(values / np.float64(scale_of(largest))), -127, 127)
    else:
        smallest = np.nextafter(dtype.type(0), dtype.type(1))
        with np.errstate(over="ignore"):
            coded = values.astype(dtype)
        if not np.isfinite(coded).all():
            raise ExtractError(
                MODEL, "a value of %g does not fit into %s; use another --type" % (largest, kind)
            )
    coded = coded.astype(dtype)
    lost = coded == 0
    coded[lost & (values > 0)] = smallest
    coded[lost & (values < 0)] = -smallest
    return coded


def decode(coded, kind, largest):
    """The inverse of encode, as float32: the values that the simulator reads."""
    values = coded.astype(np.float32)
    return values * scale_of(largest) if kind == "i8" else values


class Sink(io.FileIO):
    """A file whose writes never fail: the first error is kept, and nothing is written after it.

    HDF5 crashes when closing a file that it could not write.
    """

    error = None

    def write(self, data):
        rest = memoryview(data)
        try:
            while len(rest) > 0 and not self.error:
                rest = rest[super().write(rest) :]
        except OSError as e:
            self.error = e
        return len(data)

    def truncate(self, size=None):
        try:
            return size if self.error else super().truncate(size)
        except OSError as e:
            self.error = e
            return size


@contextlib.contextmanager
def uninterrupted():
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

    def __init__(self, path, force):
        if os.path.exists(path) and not force:
            raise ExtractError(OUTPUT, "%s exists; --force replaces it" % path)
        self.path, self.partial = path, path + ".partial"
        self.datasets = {}

    def __enter__(self):
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

    def __exit__(self, kind, *_):
        try:
            with uninterrupted() as signals:
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

    def _check(self):
        if self.sink.error:
            raise self._unwritable(self.sink.error) from self.sink.error

    def _unwritable(self, error):
        return ExtractError(
            OUTPUT, "%s cannot be written: %s; nothing is left of it" % (self.path, error)
        )

    def attributes(self, group, **values):
        for name, value in values.items():
            group.attrs[name] = (
                np.bytes_(value.encode()) if isinstance(value, str) else np.asarray(value, np.int32)
            )

    def group(self, path):
        properties = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
        properties.set_obj_track_times(False)
        return h5py.Group(h5py.h5g.create(self.file.id, path.encode(), gcpl=properties))

    def array(self, group, name, data):
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

    def values(self, group, name, key, images, shape, kind, largest):
        """An empty [images, *shape] dataset, or a hard link to the one that `key` has already."""
        if key in self.datasets:
            group[name] = self.datasets[key]
            return
        made = group.create_dataset(
            name,
            (images,) + shape,
            TYPES[kind],
            chunks=(1,) + shape,
            track_times=False,
            fletcher32=True,
            shuffle=True,
            compression="gzip",
            compression_opts=9,
        )
        if kind == "i8":
            made.attrs["scale"] = scale_of(largest)
        self.datasets[key] = made

    def put(self, key, image, coded):
        with uninterrupted() as signals:
            self.datasets[key][image] = coded
        if signals:
            raise KeyboardInterrupt
        self._check()
