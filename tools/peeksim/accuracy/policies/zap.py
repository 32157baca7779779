"""Policy zap: a pattern of outputs is computed first, and a small network scores each of the others
(docs/zap.md). Networks is the file that holds these networks.

Invariant: on the same float32 values a gate gates exactly the outputs that the simulator gates.
"""
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import h5py
import numpy as np
import torch
from torch.nn import functional as F

from ...errors import USAGE, ExtractError
from ..activation import ZeroGate, limits_of
from ..files import new_hdf5, put
from ..operands import Operands
from ..settings import LayerSettings

# Which positions are computed first, by name: of the position's row and column.
FIRST: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "checkerboard": lambda row, col: (row + col) % 2 == 0,  # 50 %
    "thirds": lambda row, col: (row + col) % 3 == 0,  # 33 %
    "quarter": lambda row, col: (row % 2 == 0) & (col % 2 == 0),  # 25 %
}
FORMAT = "peeksim-zap"
# How far scores in single precision can be off, as a part of the largest that the sums of their
# terms' magnitudes can be: three times what two sums of ten terms, in any order, can lose.
ROUNDING = 2.0**-18


def first_of(name: str, P: int, Q: int) -> torch.Tensor:
    """bool [P, Q]"""
    return FIRST[name](torch.arange(P)[:, None], torch.arange(Q)[None])


def correlated(x: torch.Tensor, kernel: torch.Tensor, constant: torch.Tensor) -> torch.Tensor:
    """[M, P+2, Q+2], [M, 3, 3], [M] -> [M, P, Q], in double precision: nine products added in the
    order of docs/machine.md, and the constant. Products of float32 are exact in it."""
    x, kernel, constant = x.double(), kernel.double(), constant.double()
    P, Q = x.shape[1] - 2, x.shape[2] - 2
    total = x.new_zeros(len(x), P, Q)
    for i, j in product(range(3), range(3)):
        total = total + kernel[:, i, j, None, None] * x[:, i : i + P, j : j + Q]
    return total + constant[:, None, None]


class Folded(NamedTuple):
    """A layer's small network: float32, every value belongs to a channel. Fields are named as in
    the file."""

    kernel1: torch.Tensor  # [K, 3, 3]
    bias1: torch.Tensor  # [K]
    kernel2: torch.Tensor  # [K, 3, 3]
    bias2: torch.Tensor  # [K]

    def scores(self, seen: torch.Tensor) -> torch.Tensor:
        """float32 [N, K, P, Q] -> the same shape, within off_by() of the scores. seen: 0 where not
        computed first."""
        kernel1, bias1, kernel2, bias2 = (part.to(seen) for part in self)
        K = len(bias1)
        hidden = F.conv2d(seen, kernel1[:, None], bias1, padding=1, groups=K).relu()
        return F.conv2d(hidden, kernel2[:, None], bias2, padding=1, groups=K)

    def off_by(self, seen: torch.Tensor) -> torch.Tensor:
        """[N, K, 1, 1]: how far scores() may be off."""
        kernel1, bias1, kernel2, bias2 = (part.to(seen).abs() for part in self)
        largest = kernel1.sum((1, 2)) * seen.abs().amax((2, 3)) + bias1
        return ROUNDING * (kernel2.sum((1, 2)) * largest + bias2)[:, :, None, None]

    def scores_at(self, seen: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """float64 [M]: the scores of some outputs as docs/machine.md defines them. seen: as in
        scores(); places: int64 [M, 4], image, channel, row and column each."""
        kernel1, bias1, kernel2, bias2 = (part.to(seen) for part in self)
        P, Q = seen.shape[2:]
        n, k, p, q = places.T
        around = torch.arange(-2, 3, device=seen.device)
        rows, cols = p[:, None] + around, q[:, None] + around
        inside = ((rows >= 0) & (rows < P))[:, :, None] & ((cols >= 0) & (cols < Q))[:, None]
        x = seen[
            n[:, None, None],
            k[:, None, None],
            rows.clamp(0, P - 1)[:, :, None],
            cols.clamp(0, Q - 1)[:, None],
        ].masked_fill(~inside, 0)
        hidden = correlated(x, kernel1[k], bias1[k]).clamp(min=0).float()
        hidden = hidden.masked_fill(~inside[:, 1:4, 1:4], 0)
        return correlated(hidden, kernel2[k], bias2[k])[:, 0, 0]


def path_of(name: str) -> str:
    """Where a layer of that name is in a file: a slash in it is a group in a group."""
    return name.lstrip("/")


class Networks:
    """The small networks of a network's layers, and which outputs they see."""

    def __init__(self, pattern: str, layers: Mapping[str, Folded]) -> None:
        """pattern: a name in FIRST; layers: by name."""
        self.pattern = pattern
        self.layers = {path_of(name): folded for name, folded in layers.items()}

    def of(self, layer: LayerSettings) -> Folded:
        """The small network of a layer. Throws ExtractError(USAGE): there is none of its shape."""
        found = self.layers.get(path_of(layer.name))
        if found is None or len(found.bias1) != layer.shape[0]:
            raise ExtractError(
                USAGE,
                "%s: no network of its %d channels is in the networks file %s"
                % (layer.name, layer.shape[0], layer.networks),
            )
        return found

    def same_as(self, other: "Networks") -> bool:
        """Whether both decide the same by the same thresholds."""
        return (
            (self.pattern, sorted(self.layers)) == (other.pattern, sorted(other.layers))
            and all(
                torch.equal(own.cpu(), part.cpu())
                for name, folded in self.layers.items()
                for own, part in zip(folded, other.layers[name])
            )
        )

    def save(self, path: str) -> None:
        """Writes the file; equal networks give equal bytes. Throws ExtractError(OUTPUT); then
        nothing is left behind."""
        data = io.BytesIO()
        with new_hdf5(data) as file:
            file.attrs["format"] = np.bytes_(FORMAT.encode())
            file.attrs["pattern"] = np.bytes_(self.pattern.encode())
            for name, folded in sorted(self.layers.items()):
                group = file.create_group(name)
                for part, value in folded._asdict().items():
                    array = value.detach().cpu().numpy().astype("<f4")
                    group.create_dataset(part, data=array, track_times=False)
        put(path, data.getbuffer())


def load(path: str) -> Networks:
    """The networks of a file. Throws ExtractError(USAGE): it is none."""
    try:
        with h5py.File(path, "r") as file:
            form, pattern = (_text_of(file, name) for name in ("format", "pattern"))
            if form != FORMAT:
                raise ValueError("its attribute format is '%s', expected '%s'" % (form, FORMAT))
            if pattern not in FIRST:
                raise ValueError(
                    "its attribute pattern is '%s', expected %s" % (pattern, ", ".join(FIRST))
                )
            layers = dict(_layers_in(file))
    except (OSError, KeyError, RuntimeError, ValueError) as e:
        raise ExtractError(USAGE, "%s is no networks file (docs/zap.md): %s" % (path, e)) from e
    if not layers:
        raise ExtractError(USAGE, "%s is no networks file (docs/zap.md): it has no layer" % path)
    return Networks(pattern, layers)


def _text_of(file: h5py.File, name: str) -> str:
    value = file.attrs.get(name, "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _layers_in(group: h5py.Group, path: str = "") -> Iterator[tuple[str, Folded]]:
    if path.count("/") > 100:  # groups can lie in each other in a circle
        raise ValueError("%s lies in more groups than the name of a layer can have" % path)
    if any(part in group for part in Folded._fields):
        yield path, _folded(group)
    for name in group:
        if name in Folded._fields:
            continue
        if not isinstance(group[name], h5py.Group):
            raise ValueError("%s is no group, as a layer has" % group[name].name)
        yield from _layers_in(group[name], path + "/" + name if path else name)


def _folded(group: h5py.Group) -> Folded:
    parts: list[torch.Tensor] = []
    for part in Folded._fields:
        found = group.get(part)
        if not isinstance(found, h5py.Dataset):
            raise ValueError("%s has no %s" % (group.name, part))
        shape = found.shape or ()  # null dataspaces have none
        K = len(parts[0]) if parts else (*shape, 0)[0]
        wanted = (K, 3, 3) if part.startswith("kernel") else (K,)
        if found.dtype.kind != "f" or found.dtype.itemsize > 4:
            raise ValueError("%s is %s, expected 32-bit floats" % (found.name, found.dtype))
        if K == 0 or shape != wanted:
            raise ValueError(
                "%s has the shape %s, expected %s"
                % (found.name, list(shape), list(wanted) if K else "[K, 3, 3]")
            )
        values = found[...].astype("=f4")
        if not np.isfinite(values).all():
            raise ValueError("%s has a number that is not finite" % found.name)
        parts.append(torch.from_numpy(values))
    return Folded(*parts)


@lru_cache(maxsize=4)
def _kept(path: str, inode: int, modified: int, size: int) -> Networks:
    return load(path)


def networks_of(path: str) -> Networks:
    """load(), which reads a file again only when it is another one. Throws ExtractError(USAGE)."""
    try:
        found = os.stat(path)
    except OSError as e:
        raise ExtractError(USAGE, "%s cannot be read: %s" % (path, e.strerror)) from e
    return _kept(os.path.abspath(path), found.st_ino, found.st_mtime_ns, found.st_size)


class Zap(ZeroGate):
    """Sees what is computed first and nothing else."""

    first: torch.Tensor  # bool, [P, Q]
    thresholds: torch.Tensor  # float32, [K]

    def __init__(self, settings: LayerSettings, operands: Operands) -> None:
        """Throws ExtractError(USAGE): the networks file has no network for the layer."""
        super().__init__(settings, operands.features)
        networks = networks_of(settings.networks)
        self.pattern = networks.pattern
        for name, part in networks.of(settings)._asdict().items():
            self.register_buffer(name, part, persistent=False)
        first = first_of(self.pattern, *settings.shape[1:])
        self.register_buffer("first", first, persistent=False)
        limits = limits_of(settings).expand(settings.shape[0])
        self.register_buffer("thresholds", limits, persistent=False)

    @torch.no_grad()
    def gated(self, values: torch.Tensor, **read: Sequence[torch.Tensor]) -> torch.Tensor:
        """Which of the values [N, K, P, Q] are predicted zero, as truth values: those whose score
        is at or below the threshold, and none that is computed first."""
        folded = Folded(*(getattr(self, name) for name in Folded._fields))
        seen = values.float().masked_fill(~self.first, 0)
        scores, limits = folded.scores(seen), self.thresholds[:, None, None]
        decided = scores <= limits
        places = ((scores - limits).abs() <= folded.off_by(seen)).nonzero()
        if len(places):
            below = folded.scores_at(seen, places) <= self.thresholds[places[:, 1]].double()
            decided[tuple(places.T)] = below
        return decided & ~self.first

    def extra_repr(self) -> str:
        """What print(module) adds."""
        return "%s, %s, %s" % (self.settings.name, self.settings.policy, self.pattern)
