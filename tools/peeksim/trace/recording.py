"""Runs the images through the graph and collects the wanted values, one image at a time."""
import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import fx
from torch.nn import functional as F

from ..errors import MODEL, USAGE, ExtractError
from ..progress import Progress
from .loading import Sample, Samples

Form = tuple[Any, ...]  # how a value is to be read: see form_of


class Key(NamedTuple):
    """One recorded tensor: which node's value, in which form. Layers share equal ones."""

    node: fx.Node
    form: Form


Keys = tuple[Key, ...]  # whose sum is recorded
Show = Callable[[fx.Node, Any], None]  # gets every node's value
Gate = Callable[[fx.Node, Any], Any]  # what later nodes read instead of a node's value
Take = Callable[[int, Keys, torch.Tensor, float], None]  # see Recording.run
Users = dict[fx.Node, dict[Keys, None]]


class Run(fx.Interpreter):
    """Runs the graph and calls a function with every node's value as soon as it is computed."""

    def __init__(
        self, module: fx.GraphModule, show: Show, gate: Gate | None = None, keep: bool = False
    ) -> None:
        """gate(node, value): what later nodes read instead of the value that was shown.

        keep: all values stay in self.env to the end, else only until their last use.
        """
        super().__init__(module, garbage_collect_values=not keep)
        self.show, self.gate = show, gate

    def run_node(self, n: fx.Node) -> Any:
        """What later nodes read."""
        value = self.compute(n)
        self.show(n, value)
        return self.gate(n, value) if self.gate else value

    def compute(self, n: fx.Node) -> Any:
        """The node's value; subclasses change it."""
        return super().run_node(n)


Runner = Callable[[Show], Run]  # what runs an image


def form_of(value: torch.Tensor, form: Form) -> torch.Tensor:
    """A node's value for one image as [C, H, W]."""
    if form[0] == "rows":  # parts of the image in another order: [..., C] -> [C, all, 1]
        return value.reshape(-1, value.shape[-1]).t()[..., None]
    return maps_of(value, form)[0]


def maps_of(value: torch.Tensor, form: Form) -> torch.Tensor:
    """A node's value for N images as [N, C, H, W]; any form but "rows"."""
    if form[0] == "padded":
        value = F.pad(value, form[1][: 2 * value.dim() - 4], form[2])
    if form[0] != "features":
        return value if value.dim() == 4 else value[:, :, None]
    # [N, C] -> [N, C, 1, 1]; [N, T, C] -> [N, C, T, 1]; [N, H, W, C] -> [N, C, H, W]
    value = value.movedim(-1, 1)
    return value if value.dim() == 4 else value.reshape(*value.shape[:2], -1, 1)


def value_of_form(tensor: torch.Tensor, form: Form, shape: Sequence[int]) -> torch.Tensor:
    """The value of that shape of which form_of makes `tensor`, but for "padded"."""
    if form[0] == "map":
        return tensor.reshape(shape)
    return tensor.reshape(tensor.shape[0], -1).t().reshape(shape)


def sum_of(parts: Sequence[torch.Tensor]) -> torch.Tensor:
    """One value as it is, or the sum of several in float64, added in their order."""
    total = parts[0]
    for part in parts[1:]:
        total = total.double() + part.double()
    return total


class Recording:
    """Runs all images and hands over each wanted tensor, [C, H, W]: as the network computed it, or
    the sum of several in float64."""

    def __init__(self, dtype: torch.dtype, wanted: Iterable[Keys], samples: Samples) -> None:
        self.dtype, self.wanted, self.samples = dtype, wanted, samples
        self.largest: dict[Keys, float] = {}
        self.shapes: dict[Keys, tuple[int, ...]] = {}
        self.digests: list[bytes] = []  # of the images, once they have been read

    def run(
        self, what: str, runner: Runner | None, take: Take | None
    ) -> tuple[int, list[str], list[int]]:
        """Calls take(image, keys, values, largest magnitude) for each image and tensor; -> count,
        names, labels.

        runner(show) gives what runs an image, a Run; None: the images are only read.
        """
        digests: list[bytes] = []
        names: list[str] = []
        labels: list[int] = []
        users: Users = {}
        for keys in self.wanted:
            for key in keys:
                users.setdefault(key.node, {})[keys] = None
        known = getattr(self.samples, "total", None)
        progress = Progress(len(self.digests) if self.digests else known, what)
        for image, sample in enumerate(self.samples()):
            progress.show(image)
            digests.append(hashlib.sha256(sample.tensor.contiguous().numpy()).digest())
            if self.digests and self.digests[image : image + 1] != digests[image:]:
                break
            if runner and take:
                self._run_image(image, sample, users, runner, take)
            names.append(sample.name)
            labels.append(sample.label)
        progress.clear()
        if self.digests and self.digests != digests:
            raise ExtractError(
                USAGE,
                "the images are read twice and were others the second time; seed what "
                "is random in the callable that yields them",
            )
        self.digests = digests
        return len(names), names, labels

    def _run_image(
        self, image: int, sample: Sample, users: Users, runner: Runner, take: Take
    ) -> None:
        parts: dict[Keys, tuple[int, Any]] = {}  # sums of several nodes, as far as they are known

        def show(node: fx.Node, value: Any) -> None:
            for keys in users.get(node, ()):
                for key in keys:
                    if key.node is node:
                        part = form_of(value, key.form)
                        done, total = parts.get(keys, (0, None))
                        total = part if total is None else total.double() + part.double()
                        parts[keys] = (done + 1, total)
                done, total = parts[keys]
                if done == len(keys):
                    values = parts.pop(keys)[1]
                    take(image, keys, values, self._check(keys, values, sample))

        try:
            runner(show).run(sample.tensor.to(self.dtype)[None])
        except RuntimeError as e:
            raise ExtractError(MODEL, "the network failed on %s: %s" % (sample.name, e)) from e

    def _check(self, keys: Keys, tensor: torch.Tensor, sample: Sample) -> float:
        """The largest magnitude. Throws ExtractError."""
        largest = max(abs(float(v)) for v in tensor.aminmax()) if tensor.numel() else 0.0
        if not math.isfinite(largest):
            raise ExtractError(
                MODEL,
                "%s computes NaN or infinity for %s; check its weights and the "
                "preprocessing" % (keys[0].node.name, sample.name),
            )
        shape = tuple(tensor.shape)
        if self.shapes.setdefault(keys, shape) != shape:
            raise ExtractError(
                USAGE,
                "%s has another size than the images before it; all need one size" % sample.name,
            )
        return largest

    def measure(self, _: int, keys: Keys, __: torch.Tensor, largest: float) -> None:
        """A Take that keeps the largest magnitude of each tensor."""
        self.largest[keys] = max(self.largest.get(keys, 0.0), largest)
