"""The windows and peeks that calibration chooses from, and windows as tensors."""
import re
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.nn import functional as F

from ..errors import USAGE, ExtractError


class Pattern(NamedTuple):
    """A window and its peeks."""

    name: str
    height: int
    width: int
    peeks: tuple[tuple[int, int], ...]  # (row, column) in the window
    text: str  # how a machine file writes them


def _diagonal(h: int, w: int) -> list[tuple[int, int]]:
    n = max(h, w)
    return sorted({(i * h // n, i * w // n) for i in range(n)})


def _checkerboard(h: int, w: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(h) for j in range(w) if (i + j) % 2 == 0]


NAMED: dict[str, Callable[[int, int], list[tuple[int, int]]]] = {
    "corner": lambda h, w: [(0, 0)],
    "diagonal": _diagonal,
    "checkerboard": _checkerboard,
}
# The default candidates of calibration. The last two have no name in peeksim: a cross
# without its center, and two peeks that stand next to every other output of their window.
DEFAULT: tuple[str, ...] = ("2x2:diagonal", "2x2:corner", "3x3:diagonal", "3x3:checkerboard")
DEFAULT += ("3x3:0.1+1.0+1.2+2.1", "2x4:0.1+1.2")

SIZE = re.compile(r"([1-9]\d*)x([1-9]\d*)")
LISTED = re.compile(r"\d+\.\d+(\+\d+\.\d+)*")


def parse(text: str) -> Pattern:
    """ "3x3:diagonal", or the peeks one by one, "2x4:0.1+1.2" -> Pattern. Throws
    ExtractError(USAGE)."""
    size, _, peeks = text.partition(":")
    found = SIZE.fullmatch(size)
    if found and (peeks in NAMED or LISTED.fullmatch(peeks)):
        h, w = map(int, found.groups())
        if peeks in NAMED:
            return Pattern(text, h, w, tuple(NAMED[peeks](h, w)), peeks)
        pairs = (peek.split(".") for peek in peeks.split("+"))
        listed = sorted({(int(row), int(col)) for row, col in pairs})
        if all(row < h and col < w for row, col in listed):
            return Pattern(text, h, w, tuple(listed), str([list(peek) for peek in listed]))
    raise ExtractError(
        USAGE,
        "'%s' is no pattern: expected HEIGHTxWIDTH:PEEKS with PEEKS %s, or positions inside the "
        "window as ROW.COL+ROW.COL, such as 2x2:diagonal or 2x4:0.1+1.2"
        % (text, ", ".join(sorted(NAMED))),
    )


def windows(values: torch.Tensor, pattern: Pattern, fill: float) -> torch.Tensor:
    """[N, K, P, Q] -> [N, K, rows, cols, height * width], `fill` outside the plane."""
    h, w = pattern.height, pattern.width
    N, K, P, Q = values.shape
    padded = F.pad(values, (0, -Q % w, 0, -P % h), value=fill)
    rows, cols = padded.shape[2] // h, padded.shape[3] // w
    cut = padded.reshape(N, K, rows, h, cols, w).transpose(3, 4)
    return cut.reshape(N, K, rows, cols, h * w)


def split(pattern: Pattern) -> tuple[list[int], list[int]]:
    """(indices of the peeks, indices of the neighbors) in a window of windows()."""
    every = [(i, j) for i in range(pattern.height) for j in range(pattern.width)]
    peeks = [n for n, position in enumerate(every) if position in pattern.peeks]
    return peeks, [n for n in range(len(every)) if n not in peeks]
