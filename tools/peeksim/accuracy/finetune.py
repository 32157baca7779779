"""Training with prediction in the loop: plain SGD on what the machine would compute.

The gradient passes where a value was computed and is 0 where it was gated (PeekActivation), so that
the network adapts to its own mispredictions. An epoch's order and augmentation depend only on the
seed and the epoch's number: training resumed from a checkpoint ends with the same weights as an
uninterrupted one.
"""
import csv
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from ..errors import MODEL, OUTPUT, USAGE, ExtractError
from ..progress import Progress
from ..trace import loading
from . import files
from .insert import Predicted
from .measure import ranks


class Measured(NamedTuple):
    """A pass over labelled images."""

    loss: float  # mean over the images
    top1: float  # share
    mac_reduction: float  # share of all layers' MACs


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    lr: float = 0.001
    momentum: float = 0.9
    weight_decay: float = 0.0
    batch: int = 32
    flip: bool = False  # mirror half of the images
    shift: int = 0  # pixels, in each direction; what comes in is 0
    freeze_norm: bool = False  # batch-norm keeps its statistics
    seed: int = 1


class Images(Dataset):
    """Labelled images by index; those of a folder are read on demand, those of a callable are
    kept."""

    def __init__(self, spec: str, preprocess: loading.Preprocess, option: str = "--images") -> None:
        """Throws ExtractError(USAGE): nothing there, or no labels."""
        self.samples = loading.Inputs(spec, preprocess)
        self.kept: list[loading.Sample] | None = None
        if os.path.isdir(spec):
            table = os.path.join(spec, "labels.csv")
            if not os.path.isfile(table):
                raise ExtractError(
                    USAGE, "%s %s: training needs labels.csv (file,label_index)" % (option, spec)
                )
            next(iter(self.samples()))  # refuses a bad table
            with open(table, newline="") as f:
                self.count = sum(1 for _ in csv.DictReader(f))
        else:
            self.kept = list(self.samples())
            self.count = len(self.kept)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        sample = self.kept[i] if self.kept else next(self.samples(i))
        if sample.label < 0:
            raise ExtractError(
                USAGE,
                "%s has no label; training needs labels.csv (file,label_index) in the folder, or "
                "(name, image, label) from the callable" % sample.name,
            )
        return sample.tensor.float(), sample.label

    def batches(
        self, size: int, order: Sequence[int] | None = None, workers: int = 0
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Pairs of images [B, C, H, W] and labels [B]. Throws ExtractError."""
        try:
            yield from DataLoader(
                self,
                size,
                sampler=range(self.count) if order is None else order,
                num_workers=workers,
            )
        except RuntimeError as e:  # a worker's error arrives as text; its last line is the message
            what = str(e).strip().splitlines()[-1]
            if "stack expects" in what:
                what = "the images have several sizes; --preprocess must give them one"
            raise ExtractError(USAGE, what) from e


def augmented(x: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> torch.Tensor:
    """Images mirrored and shifted at random."""
    if recipe.flip:
        mirrored = torch.rand(len(x), generator=generator) < 0.5
        x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
    if recipe.shift:
        s, (h, w) = recipe.shift, x.shape[2:]
        offsets = torch.randint(0, 2 * s + 1, (len(x), 2), generator=generator).tolist()
        padded = F.pad(x, (s, s, s, s))
        x = torch.stack([p[:, t : t + h, l : l + w] for p, (t, l) in zip(padded, offsets)])
    return x


class Training:
    """The training of a Predicted network, epoch by epoch."""

    def __init__(
        self,
        net: torch.nn.Module,
        predicted: Predicted,
        recipe: Recipe,
        device: str,
        workers: int = 0,
    ) -> None:
        """net: the network whose parameters `predicted` shares, on the device, in float32.

        Throws ExtractError(MODEL).
        """
        self.net, self.predicted, self.recipe = net, predicted, recipe
        self.device, self.workers = device, workers
        self.history: list[dict[str, Measured]] = []  # of each epoch, by the images' name
        for name, activation in predicted.activations.items():
            if activation.weighs:
                raise ExtractError(
                    MODEL,
                    "%s: prediction by %s looks at the weights, which training changes: it is "
                    "measured after a training, not in one" % (name, activation.settings.policy),
                )
        learning = [p for p in net.parameters() if p.requires_grad]
        if not learning:
            raise ExtractError(MODEL, "the network has no parameters that want a gradient")
        self.optimizer = torch.optim.SGD(
            learning,
            recipe.lr,
            recipe.momentum,
            weight_decay=recipe.weight_decay,
        )

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history)

    def train(self, images: Images) -> Measured:
        """One epoch; -> Measured while training. Throws ExtractError(MODEL): it diverged."""
        seed = self.recipe.seed * 1000003 + self.epoch
        generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)  # of the network's own dropout
        order = torch.randperm(len(images), generator=generator).tolist()
        self.predicted.module.train()
        if self.recipe.freeze_norm:
            for module in self.predicted.module.modules():
                if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                    module.eval()
        try:
            return self._pass(images, order, generator)
        finally:
            self.predicted.module.eval()

    @torch.no_grad()
    def measure(self, images: Images) -> Measured:
        """-> Measured, with prediction on and nothing augmented."""
        return self._pass(images)

    def _pass(
        self,
        images: Images,
        order: Sequence[int] | None = None,
        generator: torch.Generator | None = None,
    ) -> Measured:
        progress, loss, right, seen = Progress(len(images)), 0.0, 0, 0
        for activation in self.predicted.activations.values():
            activation.reset()
        try:
            for x, labels in images.batches(self.recipe.batch, order, self.workers):
                if generator:
                    x = augmented(x, self.recipe, generator)
                x, labels = x.to(self.device), labels.to(self.device)
                scores = self._scores(x, labels)
                batch_loss = F.cross_entropy(scores, labels)
                if generator:
                    self._step(batch_loss)
                loss += float(batch_loss) * len(x)
                right += sum(r < 1 for r in ranks(scores.detach(), labels))
                seen += len(x)
                progress.show(seen)
        finally:
            progress.clear()
        return Measured(loss / seen, right / seen, self._saved(seen))

    def _scores(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        try:
            scores = self.predicted.module(x)
        except (RuntimeError, ValueError) as e:
            raise ExtractError(MODEL, "the network failed on a batch: %s" % e) from e
        if not isinstance(scores, torch.Tensor) or scores.dim() != 2 or len(scores) != len(x):
            raise ExtractError(MODEL, "the network is no classifier: expected scores [N, classes]")
        if int(labels.max()) >= scores.shape[1]:
            raise ExtractError(
                USAGE,
                "label %d, but the network has %d classes" % (int(labels.max()), scores.shape[1]),
            )
        return scores

    def _step(self, loss: torch.Tensor) -> None:
        if not math.isfinite(float(loss)):
            raise ExtractError(
                MODEL,
                "the loss is %g in epoch %d: training diverged; lower --lr"
                % (float(loss), self.epoch + 1),
            )
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def _saved(self, images: int) -> float:
        layers = self.predicted.settings.layers
        total = sum(math.prod(l.shape) * l.macs_per_output for l in layers)
        saved = sum(a.macs_saved() for a in self.predicted.activations.values())
        return saved / (images * total)

    def checkpoint(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """What resume needs; its "state_dict" is what --state-dict of the other tools reads.

        Tensors and texts only: weights_only of torch 1.13 refuses a number with a fraction.
        """
        return {
            "state_dict": self.net.state_dict(),
            "momentum": {name: b for name, b in self._momentum() if b is not None},
            "history": json.dumps(self.history),
            "command": json.dumps(command, sort_keys=True),
        }

    def resume(self, path: str, command: Mapping[str, Any]) -> None:
        """Resumes from a checkpoint. Throws ExtractError: unreadable, or of another command."""
        try:
            found = torch.load(path, map_location="cpu", weights_only=True)
            same = found["command"] == json.dumps(command, sort_keys=True)
            history = json.loads(found["history"])
        except Exception as e:
            raise ExtractError(
                USAGE, "%s is not a checkpoint of peek_finetune: %s" % (path, e)
            ) from e
        if not same:
            raise ExtractError(
                OUTPUT,
                "%s was left by another command; give the same options to go on with that one, "
                "or --force to start again" % path,
            )
        self.net.load_state_dict(found["state_dict"])
        for name, parameter in self.net.named_parameters():
            if name in found["momentum"]:
                buffer = found["momentum"][name].to(self.device)
                self.optimizer.state[parameter]["momentum_buffer"] = buffer
        self.history = history

    def _momentum(self) -> Iterator[tuple[str, torch.Tensor | None]]:
        for name, parameter in self.net.named_parameters():
            yield name, self.optimizer.state.get(parameter, {}).get("momentum_buffer")


def save(path: str, checkpoint: Mapping[str, Any]) -> None:
    """Writes the file atomically. Throws ExtractError(OUTPUT)."""
    files.put(path, files.saved(checkpoint))
