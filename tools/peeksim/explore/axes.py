"""Axes of a search: the keys of the machine that vary, and their values. An axis is a list of
choices, each with a label and the keys that it sets, or a range of numbers that a sampler draws
from."""
import json
import os
import re
from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

from ..errors import USAGE, ExtractError

UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


@dataclass
class Axis:
    """An axis: a list of choices, or a range."""

    name: str
    choices: Optional[Dict[str, Dict[str, Any]]] = None  # {label: {key: value}}
    ends: Optional[Tuple[float, float]] = None  # of a range, both included
    step: Optional[float] = None
    log: bool = False

    def suggest(self, trial: Any) -> tuple[str, dict[str, Any]]:
        """-> (label, {key: value})"""
        if self.choices is not None:
            label = trial.suggest_categorical(self.name, list(self.choices))
            return label, self.choices[label]
        assert self.ends
        whole = all(isinstance(e, int) for e in self.ends)
        suggest = trial.suggest_int if whole else trial.suggest_float
        step = {} if self.step is None else {"step": self.step}
        value = suggest(self.name, *self.ends, log=self.log, **step)
        return str(value), {self.name: value}


def parse(text: str) -> Axis:
    """KEY=A,B,C or KEY=FIRST..LAST[:log|:step=N]. Throws ExtractError(USAGE)."""
    key, equals, values = text.partition("=")
    if not equals or not key or not values:
        raise _wrong(text, "expected KEY=A,B,C or KEY=FIRST..LAST")
    found = re.fullmatch(r"([^,\[\]]+?)\.\.([^,:]+?)(?::(log|step=[^:]+))?", values)
    if not found:
        words = re.split(r",(?![^\[]*\])", values)
        if "" in words or len(set(words)) < len(words):
            raise _wrong(text, "a value is empty, or there twice")
        return Axis(key, {word: {key: _value(word)} for word in words})
    ends = (_number(text, found[1]), _number(text, found[2]))
    axis = Axis(key, ends=ends, log=found.group(3) == "log")
    if found.group(3) and not axis.log:
        axis.step = _number(text, found.group(3)[len("step=") :])
        if axis.step <= 0:
            raise _wrong(text, "the step is not above 0")
    if ends[0] > ends[1] or (axis.log and ends[0] <= 0):
        raise _wrong(text, "a range goes up, and a log one starts above 0")
    return axis


def from_sweep(path: str) -> tuple[list[Axis], list[str], dict[str, str]]:
    """(axes, conditions of where:, expressions of derived:) of a sweep file (docs/sweeps.md).

    Throws ExtractError(USAGE).
    """
    import yaml

    try:
        with open(path, encoding="utf-8") as f:
            sweep = yaml.safe_load(f)
        where = sweep.get("where", [])
        found = [
            _sweep_axis(name, axis, os.path.dirname(path)) for name, axis in sweep["axes"].items()
        ]
        derived = {key: str(text) for key, text in sweep.get("derived", {}).items()}
        return found, where if isinstance(where, list) else [where], derived
    except (
        OSError,
        yaml.YAMLError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise ExtractError(
            USAGE,
            "%s: no axes of a sweep file (%s: %s); 'peeksim sweep plan' checks one"
            % (path, type(error).__name__, error),
        )


def _sweep_axis(name: str, axis: Any, folder: str) -> Axis:
    form = next(iter(axis)) if isinstance(axis, dict) and len(axis) == 1 else None
    if form == "zip":
        lists = {key: _sweep_values(values) for key, values in axis["zip"].items()}
        parts = [dict(zip(lists, row)) for row in zip(*lists.values())]
        return Axis(name, {", ".join(map(_label, part.values())): part for part in parts})
    if form == "overlays":
        return Axis(name, {k: _overlay(part, folder) for k, part in axis["overlays"].items()})
    return Axis(name, {_label(v): {name: v} for v in _sweep_values(axis)})


def _sweep_values(values: Any) -> list[Any]:
    if isinstance(values, list):
        return values
    ((form, (first, last, third)),) = values.items()
    first, last = (_value(str(end)) for end in (first, last))
    if form == "range":
        return [first + i * third for i in range(int((last - first) / third + 1e-9) + 1)]
    if form == "linspace":
        spread = [first + (last - first) * i / (third - 1) for i in range(third)]
    elif form == "logspace":
        spread = [first * (last / first) ** (i / (third - 1)) for i in range(third)]
    else:
        raise ValueError("unknown form '%s' of an axis" % form)
    whole = isinstance(first, int) and isinstance(last, int)
    return [round(v) if whole else float("%.12g" % v) for v in spread]


def _overlay(part: Any, folder: str) -> dict[str, Any]:
    import yaml

    if isinstance(part, dict):
        return part
    with open(os.path.join(folder, part), encoding="utf-8") as f:
        return dict(yaml.safe_load(f))


def _label(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _value(text: str) -> Any:
    """Parses JSON or a size in bytes; other text stays as it is."""
    size = re.fullmatch(r"(\d+) ?(KiB|MiB|GiB)", text)
    if size:
        return int(size[1]) * UNITS[size[2]]
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(axis: str, text: str) -> float:
    value = _value(text)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(axis, "'%s' is no number" % text)
    number: float = value
    return number


def _wrong(text: str, why: str) -> ExtractError:
    return ExtractError(
        USAGE,
        "--axis %s: %s; for example array.rows=4,8,16 or buffers.ifmap_bytes=64KiB..1MiB:log"
        % (text, why),
    )
