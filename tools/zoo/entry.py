"""A network of the zoo and what is expected of its trace. Those of networks/ register
themselves."""
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

Make = Callable[[], Any]  # gives a torch.nn.Module
# Writes a file; gives the torch.nn.Module of which it was made, or None.
Write = Callable[[str], Any]
ENTRIES: "list[Entry]" = []  # in the order of the table


@dataclass(frozen=True)
class Entry:
    """Expected counts are of one image.

    family: the title of its file; shows: what it is about, for a person; make: gives the nn.Module,
    None for an ONNX file; write: writes that file to a path, and gives the nn.Module that it was
    made of, or None; size: an image's [C, H, W]; layers, relus: how many layers the trace has, and
    how many of them a ReLU follows; left_out: MACs that the trace lacks, by a formula written by
    hand; behind: the names of layers whose ReLU lies behind a pooling, concatenation or split, so
    that it reads more values, or some of them; refused: the pattern of the one error; whole: images
    of whole numbers, 0 to 255.
    """

    name: str
    family: str
    shows: str
    make: Make | None
    write: Write | None = None
    size: tuple[int, ...] = (3, 12, 12)
    layers: int = 0
    relus: int = 0
    left_out: int = 0
    behind: tuple[str, ...] = ()
    refused: str = ""
    whole: bool = False

    def model(self, folder: str) -> tuple[str, torch.nn.Module | None]:
        """(what tools/extract_trace.py is given as MODEL, the nn.Module that it has to agree with).

        The module is None where a file is written by hand: then the one that is read from it.
        """
        if self.make:
            return "%s:%s" % (self.make.__module__, self.make.__name__), self.make()
        assert self.write
        path = os.path.join(folder, self.name + ".onnx")
        return path, self.write(path)

    def images(self, count: int) -> list[torch.Tensor]:
        generator = torch.Generator().manual_seed(5)
        images = [torch.randn(self.size, generator=generator) for _ in range(count)]
        return [(x * 60 + 128).round().clamp(0, 255) for x in images] if self.whole else images


def network(name: str, shows: str, **expected: Any) -> Callable[[Make], Make]:
    """Registers the function, or class, that gives the network, whose weights are then shaken."""

    def register(make: Make) -> Make:
        def made() -> torch.nn.Module:
            torch.manual_seed(0)  # of what is no weight: spectral norm's vectors
            return shake(make())

        made.__name__, made.__module__ = make.__name__, make.__module__
        ENTRIES.append(Entry(name, _family(make), shows, made, **expected))
        return made

    return register


def onnx_file(name: str, shows: str, **expected: Any) -> Callable[[Write], Write]:
    """Registers a function of a path that writes an ONNX file, and returns the torch.nn.Module that
    computes the same, or None."""

    def register(write: Write) -> Write:
        ENTRIES.append(Entry(name, _family(write), shows, None, write, **expected))
        return write

    return register


def _family(make: Any) -> str:
    return str(sys.modules[make.__module__].FAMILY)


def shake(net: torch.nn.Module) -> torch.nn.Module:
    """The network with random but fixed weights and statistics: no term is 0 or 1 by accident."""
    generator = torch.Generator().manual_seed(1)
    for name, value in list(net.named_parameters()) + list(net.named_buffers()):
        noise = torch.randn(value.shape, generator=generator)
        if "running_var" in name:
            value.data.copy_(noise.abs() + 0.5)
        elif isinstance(value, torch.nn.Parameter) or "running_mean" in name:
            taps = math.prod(value.shape[1:]) if value.dim() > 1 else 4
            value.data.copy_(noise / math.sqrt(taps))
    return net.eval()
