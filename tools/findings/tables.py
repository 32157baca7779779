"""The tables of docs/findings.md, each between its marks. The prose around them is written by hand.
"""
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import losses
from .accuracy import SETTINGS
from .machines import BALANCED, BOTH, DENSE, FILL, GATE, SKIPPING, WIDE, WIDE_BOTH, Machine
from .runs import Run, Scope, WireSweep

CAUSES = {
    "rounding": "rounding",
    "dispatch": "dispatch",
    "work": "fewer dead taps",
    "ports": "ports",
    "drain": "drain",
    "prediction": "prediction wait",
    "memory": "memory, tail",
}
assert set(CAUSES) == set(losses.PARTS)
ENERGIES = {
    "DRAM": ("dram",),
    "buffers": ("ifmap_buffer", "weight_buffer", "ofmap_buffer"),
    "operand wires": ("transfer",),
    "PEs": ("mac", "psum"),
    "prediction, dispatch, skipping": ("prediction", "dispatch", "zero_skip"),
    "leakage": ("leakage",),
}


def write(
    page: str,
    found: Mapping[str, Mapping[Machine, Run]],
    accuracy: Mapping[str, Any],
    lengths: Sequence[float],
    sweep: WireSweep,
) -> None:
    """Fills the page between its marks. found: {network: {machine: Run}}."""
    with open(page, encoding="utf-8") as f:
        text = f.read()
    for mark, made in (
        ("speed", _each(found, lambda n, of: _speed(of, accuracy[n]))),
        ("lost", _each(found, lambda n, of: _lost(of))),
        ("sizes", _each(found, lambda n, of: _sizes(of))),
        ("rival", _each(found, lambda n, of: _skipping(of))),
        ("energy", _each(found, lambda n, of: _energy(of)) + _sweep(lengths, sweep)),
    ):
        begin, end = ("<!-- %s: %s -->\n" % (mark, which) for which in ("begin", "end"))
        before, rest = text.split(begin)
        text = before + begin + made + end + rest.split(end)[1]
    with open(page, "w", encoding="utf-8") as f:
        f.write(text)


def components(run: Run) -> dict[str, float]:
    """{group of ENERGIES: energy}"""
    known = [name for names in ENERGIES.values() for name in names]
    assert set(run.energy) <= set(known) | {"total"}, sorted(run.energy)
    return {g: sum(run.energy.get(n, 0) for n in names) for g, names in ENERGIES.items()}


def speed_up(run: Run, of: Mapping[Machine, Run]) -> float:
    return of[DENSE].total.cycles / run.total.cycles


def _each(
    found: Mapping[str, Mapping[Machine, Run]], table: Callable[[str, Mapping[Machine, Run]], str]
) -> str:
    return "\n".join("**%s**\n\n%s" % (n, table(n, of)) for n, of in found.items())


def _table(head: list[str], rows: list[list[str]], left: int = 1) -> str:
    lines = [head, ["---"] * left + ["---:"] * (len(head) - left)] + rows
    return "".join("| %s |\n" % " | ".join(map(str, line)) for line in lines)


def _percent(share: Any) -> str:
    return "%.1f" % (100 * share)


def whole_percent(share: Any) -> str:
    return "–" if share is None else "%.0f %%" % (100 * share)


def _speed(of: Mapping[Machine, Run], accuracy: Mapping[str, Any]) -> str:
    rows = []
    for machine, run in of.items():
        s = run.total
        cells = [machine.label, "–", "%.3f" % (s.cycles / 1e6), "%.3f" % speed_up(run, of)]
        if s.saved:
            cells[1] = _percent(s.saved)
            cells += [
                "%.3f" % (s.dense_cycles / s.cycles),
                "%.3f" % (1 / (1 - s.saved)),
                whole_percent(s.kept),
            ] + _top1(accuracy, machine)
        else:
            cells += ["–", "–", "–", "0", "–"]
        rows.append(cells)
    head = ["machine", "MACs saved, %", "Mcycles", "speed-up", "over itself", "bound", "kept"]
    head += ["top-1, points", "saved there, %"]
    measured = (accuracy["images"], 100 * accuracy["top1"])
    return "%d images, top-1 %.1f %% without prediction.\n\n" % measured + _table(head, rows)


def _top1(accuracy: Mapping[str, Any], machine: Machine) -> list[str]:
    top1 = accuracy[SETTINGS[1 if machine.calibrated else 0]]
    change = tuple(100 * v for v in [top1["difference"], *top1["interval"]])
    return ["%+.1f (%+.1f to %+.1f)" % change, _percent(top1["mac_reduction"])]


def _lost(of: Mapping[Machine, Run]) -> str:
    rows = []
    for machine, run in of.items():
        s = run.total
        if s.saved:
            parts = [s.bound] + [s.lost[cause] for cause in CAUSES] + [s.cycles]
            rows.append([machine.label] + [_signless(p / s.dense_cycles) for p in parts])
    return _table(["machine", "bound"] + list(CAUSES.values()) + ["run"], rows)


def _signless(share: Any) -> str:
    """Per cent, without the sign of a zero."""
    text = _percent(share)
    return "0.0" if text == "-0.0" else text


def _height(height: int, scope: Scope) -> str:
    return "%d (%d)" % (height, scope.layers)


def _sizes(of: Mapping[Machine, Run]) -> str:
    shown = (GATE, BALANCED, FILL, WIDE, BOTH, WIDE_BOTH)
    sizes = {machine: of[machine].sizes() for machine in shown}
    rows, worst = [], []
    whole = of[FILL].total
    for height, scope in sizes[FILL].items():
        if height is None:
            continue
        scopes = [sizes[machine][height] for machine in shown]
        share = scope.macs / whole.macs
        cells = [_height(height, scope), _percent(share), _percent(scope.saved)]
        rows.append(cells + [_gain(s) for s in scopes])
        worst.append([_height(height, scope)] + [_biggest(s) for s in scopes[1:]])
    head = ["map (layers)", "MACs, %", "saved, %"] + [m.label for m in shown]
    text = "Speed-up over the same machine without prediction, and what was kept.\n\n"
    text += _table(head, rows)
    text += "\nThe largest losses, in % of the cycles of the same machine without prediction.\n\n"
    return text + _table(["map (layers)"] + [m.label for m in shown[1:]], worst, len(shown))


def _gain(scope: Scope) -> str:
    return "%.2f, %s" % (scope.dense_cycles / scope.cycles, whole_percent(scope.kept))


def _biggest(scope: Scope) -> str:
    shares = {cause: scope.lost[cause] / scope.dense_cycles for cause in CAUSES}
    order = sorted(shares, key=lambda cause: -shares[cause])[:2]
    return ", ".join("%s %s" % (CAUSES[c], _percent(shares[c])) for c in order)


def _skipping(of: Mapping[Machine, Run]) -> str:
    fill, both, wide = (of[machine].sizes() for machine in (FILL, BOTH, WIDE_BOTH))
    rows = [
        [_height(height, scope), _percent(scope.saved)]
        + _ratios(_cycles(scope), _cycles(both[height]), _cycles(wide[height]))
        for height, scope in fill.items()
        if height is not None
    ]
    total = [of[machine].total for machine in (FILL, BOTH, WIDE_BOTH)]
    (_, dense), (_, skipping), _ = pairs = [_cycles(scope) for scope in total]
    assert skipping == of[SKIPPING].total.cycles
    rows.append(["all layers", _percent(total[1].saved)] + _ratios(*pairs))
    # Layers run one after another, so that each may be predicted or not by itself.
    gains = [s for s in both.values() if s.cycles < s.dense_cycles]
    cycles = skipping - sum(s.dense_cycles - s.cycles for s in gains)
    saved = sum(s.macs * s.saved for s in gains) / total[1].macs
    rows.append(["predicted only where both / skipping > 1", _percent(saved), "–", "–"])
    rows[-1] += ["%.2f" % (dense / cycles), "%.2f" % (skipping / cycles), "–"]
    head = ["map (layers)", "saved, %", "skipping alone", "prediction alone", "both"]
    return _table(head + ["both / skipping", "8x32: both / skipping"], rows)


def _cycles(scope: Scope) -> tuple[int, int]:
    """(with prediction, without)"""
    return scope.cycles, scope.dense_cycles


def _ratios(fill: tuple[int, int], both: tuple[int, int], wide: tuple[int, int]) -> list[str]:
    """Of _cycles. Without prediction `both` is skipping alone, `fill` the dense machine."""
    dense, skipping = fill[1], both[1]
    ratios = [dense / skipping, dense / fill[0], dense / both[0], skipping / both[0]]
    return ["%.2f" % r for r in [*ratios, wide[1] / wide[0]]]


def _energy(of: Mapping[Machine, Run]) -> str:
    dense = of[DENSE].energy["total"]
    rows = []
    for machine, run in of.items():
        shares = [v / dense for v in components(run).values()]
        cells = [machine.label, "%.1f" % (run.energy["total"] / 1e6)]
        cells += ["%.3f" % (run.energy["total"] / dense), "%.3f" % speed_up(run, of)]
        rows.append(cells + [_percent(s) for s in shares])
    return _table(["machine", "uJ", "/ dense", "speed-up"] + list(ENERGIES), rows)


def _sweep(lengths: Sequence[float], sweep: WireSweep) -> str:
    rows = [
        [network, label] + ["%.3f" % v for v in values]
        for (label, network), values in sweep.items()
    ]
    head = ["network", "machine"] + ["%g mm" % mm for mm in lengths]
    text = "\nEnergy over the dense 16x16's, by the length of the wire that reaches any PE.\n\n"
    text += "![Energy over the length of the wire](findings-wire.png)\n\n"
    return text + _table(head, rows, 2)
