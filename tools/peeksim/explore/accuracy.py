"""Accuracy as an objective of a search: top-1 from results of tools/peek_accuracy.py, by machine
name."""
import json
from collections.abc import Iterable, Mapping, Sequence

from ..errors import USAGE, ExtractError


def load(paths: Iterable[str]) -> dict[str, float]:
    """{machine's name: top-1 accuracy, 0 to 1}. Throws ExtractError(USAGE)."""
    known: dict[str, float] = {}
    for path in paths:
        try:
            with open(path, encoding="utf-8") as f:
                found = json.load(f)
            known.update((m["machine"], m["top1"]["value"]) for m in found["machines"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ExtractError(
                USAGE,
                "%s: no results of tools/peek_accuracy.py (%s: %s)"
                % (path, type(error).__name__, error),
            )
    return known


def require(known: Mapping[str, float], axes: Iterable[Sequence[str]], machine: str) -> None:
    """axes: the labels of each. Throws ExtractError(USAGE) unless every trial has an accuracy."""
    named = [labels for labels in axes if any(label in known for label in labels)]
    for name in [label for labels in named for label in labels] or [machine]:
        if name not in known:
            raise ExtractError(
                USAGE,
                "no accuracy of '%s'; measure it with tools/peek_accuracy.py MODEL ... -o FILE and "
                "give --accuracy FILE%s"
                % (name, " (known: %s)" % ", ".join(sorted(known)) if known else ""),
            )


def of(known: Mapping[str, float], labels: Sequence[str], machine: str) -> float:
    """The accuracy of the choice among `labels` that has one, else of the machine."""
    return next(known[name] for name in list(labels) + [machine] if name in known)
