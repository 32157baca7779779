"""Runs labelled images through a network, unmodified and with prediction inside, batch by batch.

Closed loop: mispredictions of a layer are part of what later layers read. Every machine sees the
same images, prepared once. A batch's outcome is plain data, so that it can be saved and resumed
from.
"""
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch

from ..errors import MODEL, OUTPUT, USAGE, ExtractError
from ..progress import Progress
from ..trace.loading import Sample
from .files import unwritable
from .insert import Predicted

Outcome = dict[str, Any]  # of a batch: see evaluate_batch


def fingerprint(net: torch.nn.Module) -> str:
    """SHA-256 of all parameters and buffers."""
    digest = hashlib.sha256()
    for name, value in sorted(net.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def ranks(scores: torch.Tensor, labels: torch.Tensor) -> list[int]:
    """The number of classes ranked before the right one; at equal scores the first class comes
    first."""
    own = scores.gather(1, labels[:, None])
    place = torch.arange(scores.shape[1], device=scores.device)
    before = (scores > own) | ((scores == own) & (place < labels[:, None]))
    # A score of NaN counts as wrong, whatever the label.
    return list(before.sum(1).masked_fill(own[:, 0].isnan(), scores.shape[1]).tolist())


@torch.no_grad()
def evaluate_batch(
    dense: torch.nn.Module, predicted: Sequence[Predicted], samples: Sequence[Sample], device: str
) -> Outcome:
    """One batch's outcome: names, labels, ranks, and counts by layer for each Predicted."""
    x = torch.stack([s.tensor for s in samples]).to(device=device, dtype=torch.float32)
    labels = torch.tensor([s.label for s in samples], device=device)

    def run(module: torch.nn.Module) -> list[int]:
        scores = module(x)
        if not isinstance(scores, torch.Tensor) or scores.dim() != 2 or len(scores) != len(x):
            raise ExtractError(MODEL, "the network is no classifier: expected scores [N, classes]")
        if int(labels.max()) >= scores.shape[1]:
            raise ExtractError(
                USAGE,
                "label %d, but the network has %d classes" % (int(labels.max()), scores.shape[1]),
            )
        return ranks(scores, labels)

    outcome: Outcome = {
        "names": [s.name for s in samples],
        "labels": [s.label for s in samples],
        "dense": run(dense),
        "machines": [],
    }
    for one in predicted:
        for activation in one.activations.values():
            activation.reset()
        found = run(one.module)
        counts = {
            name: dict(a.totals(), macs_saved=a.macs_saved())
            for name, a in one.activations.items()
        }
        outcome["machines"].append({"ranks": found, "counts": counts})
    return outcome


class Memory:
    """The outcomes so far."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        """Adds a batch's outcome."""
        self.outcomes.append(outcome)

    def images(self) -> int:
        """How many images the outcomes are of."""
        return sum(len(o["labels"]) for o in self.outcomes)

    def finish(self) -> None:
        """Ends: all outcomes are there."""
        pass


class Journal(Memory):
    """The same, also saved as lines of JSON in a file; an incomplete last line is ignored."""

    def __init__(self, path: str, command: Mapping[str, Any], force: bool) -> None:
        """command: must equal that of an existing file to resume it. Throws
        ExtractError(OUTPUT)."""
        super().__init__()
        self.path = path
        header = json.dumps(command)
        try:
            self.file = open(path, "w+" if force or not os.path.exists(path) else "r+")
            lines = self.file.read().split("\n")[:-1]  # the last line may be incomplete
        except (OSError, UnicodeDecodeError) as e:
            raise unwritable(path, e) from e
        if lines and lines[0] != header:
            self.file.close()
            raise ExtractError(
                OUTPUT,
                "%s was left by another command; give the same options to go on with that one, "
                "or --force to start again" % path,
            )
        self.outcomes = [json.loads(line) for line in lines[1:]]
        self.file.seek(sum(len(line) + 1 for line in lines))  # json.dumps writes ASCII
        self.file.truncate()
        if not lines:
            self._write(header)

    def add(self, outcome: Outcome) -> None:
        """Throws ExtractError(OUTPUT)."""
        self._write(json.dumps(outcome))
        super().add(outcome)

    def finish(self) -> None:
        """Removes the file: the results are written."""
        self.file.close()
        os.remove(self.path)

    def _write(self, line: str) -> None:
        try:
            self.file.write(line + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
        except OSError as e:
            raise unwritable(self.path, e) from e


def evaluate(
    dense: torch.nn.Module,
    predicted: Sequence[Predicted],
    samples: Callable[[int], Iterable[Sample]],
    size: int,
    device: str,
    journal: Memory,
    total: int | None = None,
) -> None:
    """Adds to the journal the batches of samples() that it does not hold yet."""
    progress = Progress(total, done=journal.images())

    def take(batch: Sequence[Sample]) -> None:
        journal.add(evaluate_batch(dense, predicted, batch, device))
        progress.show(journal.images())

    try:
        batch: list[Sample] = []
        for sample in samples(journal.images()):
            if sample.label < 0:
                raise ExtractError(
                    USAGE,
                    "%s has no label; accuracy needs labels.csv (file,label_index) in the folder, "
                    "or (name, image, label) from the callable" % sample.name,
                )
            batch.append(sample)
            if len(batch) == size:
                take(batch)
                batch = []
        if batch:
            take(batch)
    finally:
        progress.clear()
