"""Splits the cycles of a run by cause, and finds what keeps saved MACs from becoming time
(docs/findings.md).

`parts` splits the cycles of some layers into PARTS, `losses` compares the parts of a run with those
of the same machine without prediction. Exact: everything is a Fraction, and the sums are checked.
"""
import collections
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

Counters = Mapping[str, int]  # of a layer, as in results.json
Parts = dict[str, Fraction]  # the cycles of each of PARTS
PARTS = ("work", "rounding", "dispatch", "ports", "drain", "prediction", "memory")


class LossesError(ValueError):
    """The inputs contradict each other; says how."""


def passes(events: Iterable[Mapping[str, Any]], taps: Mapping[str, int]) -> dict[str, list[int]]:
    """{layer: [live outputs of a pass, ...]}, over all steps, of the events of one image.

    events: the objects of an event log, without its first line. taps: {layer: MACs of one output}.
    A step has the outputs that are peeks in one pass and its other computed outputs in another,
    whatever tiles they ran in; a step without peeks has one pass."""
    computed: collections.Counter[Any] = collections.Counter()
    peeks: collections.Counter[Any] = collections.Counter()
    for event in events:
        if event["image"] != 0:
            raise LossesError("the event log has more than one image")
        step = (event["layer"], event["group"], event["step"])
        if event["event"] == "tile":
            outputs, rest = divmod(event["macs"], taps[event["layer"]])
            if rest:
                raise LossesError(
                    "layer %s: a tile of %d MACs is no number of outputs of %d taps"
                    % (event["layer"], event["macs"], taps[event["layer"]])
                )
            computed[step] += outputs
        elif event["event"] == "prediction":
            peeks[step] += event["comparisons"]
    found: dict[str, list[int]] = {layer: [] for layer in taps}
    for step, outputs in computed.items():
        if peeks[step] > outputs:
            raise LossesError("layer %s: a step has more peeks than computed outputs" % step[0])
        found[step[0]] += [n for n in (peeks[step], outputs - peeks[step]) if n]
    return found


def tiles(counters: Counters) -> int:
    return counters["tiles_dense"] + counters["tiles_peek"] + counters["tiles_neighbor"]


def layer_parts(counters: Counters, free: Counters, live: Sequence[int], pes: int) -> Parts:
    """{part: cycles} of a layer. counters: of the run; free: of the same run with unlimited read
    ports; live: the outputs of its passes; pes: processing elements of the array.

    The time of a tile is the mean over the tiles of the run with unlimited ports."""
    for name in ("macs_total", "macs_predicted", "tiles_skipped"):
        if counters[name] != free[name]:
            raise LossesError("%s is not the same with unlimited ports" % name)
    if tiles(counters) != tiles(free) or not tiles(counters):
        raise LossesError("the tiles are not the same with unlimited ports, or there are none")
    if free["array_busy"] > counters["array_busy"]:
        raise LossesError("with unlimited ports the array is busy for longer")
    computed = counters["outputs"] - counters["predicted_zero"]
    if sum(live) != computed:
        raise LossesError(
            "the tiles of the event log computed %d outputs, the run %d" % (sum(live), computed)
        )
    tile_time = Fraction(free["array_busy"], tiles(free))
    needed = sum(-(-n // pes) for n in live)
    found = {
        "work": computed * tile_time / pes,
        "rounding": (needed - Fraction(computed, pes)) * tile_time,
        "dispatch": (tiles(counters) - needed) * tile_time,
        "ports": Fraction(counters["array_busy"] - free["array_busy"]),
        "drain": Fraction(counters["drain_stall"]),
        "prediction": Fraction(counters["predict_stall"]),
        "memory": Fraction(counters["memory_stall"] + counters["tail"]),
    }
    if sum(found.values()) != counters["cycles"]:
        raise LossesError("the parts do not add up to the cycles of the layer")
    return found


def total(parts: Iterable[Parts]) -> Parts:
    """The sum of the parts of several layers."""
    parts = list(parts)
    return {name: sum((p[name] for p in parts), Fraction(0)) for name in PARTS}


def losses(run: Parts, dense: Parts, saved: Fraction) -> tuple[Parts, Fraction]:
    """({cause: cycles lost}, bound). run, dense: parts of the same layers with prediction and
    without; saved: share of their MACs that is predicted, a Fraction. The bound is the dense cycles
    without that share; bound and losses are the cycles of the run. The loss of "work" is 0 unless
    zero activations are skipped."""
    bound = (1 - saved) * sum(dense.values())
    lost = {name: run[name] - (1 - saved) * dense[name] for name in PARTS}
    if bound + sum(lost.values()) != sum(run.values()):
        raise LossesError("bound and losses do not add up to the cycles of the run")
    return lost, bound


def kept(run: Parts, dense: Parts, saved: Fraction) -> Fraction | None:
    """The share of the bound's gain that became time; None where nothing is saved."""
    cycles, before = sum(run.values()), sum(dense.values())
    return (before - cycles) / (saved * before) if saved else None
