"""The windows and peeks that calibration chooses from, and windows as tensors."""
from collections import namedtuple

from torch.nn import functional as F

from trace_extractor.errors import USAGE, ExtractError

# peeks: positions in the window; text: how a machine file writes them.
Pattern = namedtuple("Pattern", "name height width peeks text")


def _diagonal(h, w):
    n = max(h, w)
    return sorted({(i * h // n, i * w // n) for i in range(n)})


def _checkerboard(h, w):
    return [(i, j) for i in range(h) for j in range(w) if (i + j) % 2 == 0]


NAMED = {
    "corner": lambda h, w: [(0, 0)],
    "diagonal": _diagonal,
    "checkerboard": _checkerboard,
}
DEFAULT = ("2x2:diagonal", "2x2:corner", "3x3:diagonal", "3x3:checkerboard")


def parse(text):
    """ "3x3:diagonal" -> Pattern. Throws ExtractError(USAGE)."""
    size, _, name = text.partition(":")
    parts = size.split("x")
    if name not in NAMED or len(parts) != 2 or not all(p.isdigit() and int(p) > 0 for p in parts):
        raise ExtractError(
            USAGE,
            "'%s' is no pattern: expected HEIGHTxWIDTH:NAME with NAME %s, such as 2x2:diagonal"
            % (text, ", ".join(sorted(NAMED))),
        )
    h, w = map(int, parts)
    return Pattern(text, h, w, tuple(NAMED[name](h, w)), name)


def windows(values, pattern, fill):
    """[N, K, P, Q] -> [N, K, rows, cols, height * width], `fill` outside the plane."""
    h, w = pattern.height, pattern.width
    N, K, P, Q = values.shape
    padded = F.pad(values, (0, -Q % w, 0, -P % h), value=fill)
    rows, cols = padded.shape[2] // h, padded.shape[3] // w
    cut = padded.reshape(N, K, rows, h, cols, w).transpose(3, 4)
    return cut.reshape(N, K, rows, cols, h * w)


def split(pattern):
    """(indices of the peeks, indices of the neighbors) in a window of windows()."""
    every = [(i, j) for i in range(pattern.height) for j in range(pattern.width)]
    peeks = [n for n, position in enumerate(every) if position in pattern.peeks]
    return peeks, [n for n in range(len(every)) if n not in peeks]
