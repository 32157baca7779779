"""The pictures of docs/findings.md. The colours are those of Okabe and Ito, which a colour-blind
reader tells apart."""
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

from . import machines, tables  # noqa: E402
from .machines import Machine  # noqa: E402
from .runs import Run, WireSweep  # noqa: E402

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PINK, SKY, YELLOW, GRAY = "#CC79A7", "#56B4E9", "#F0E442", "#999999"
CAUSE_COLORS = {
    "rounding": BLUE,
    "dispatch": ORANGE,
    "work": GREEN,
    "ports": RED,
    "drain": GRAY,
    "prediction": PINK,
    "memory": SKY,
}
ENERGY_COLORS = dict(zip(tables.ENERGIES, (GRAY, SKY, ORANGE, BLUE, RED, PINK)))


def draw(
    folder: str,
    found: Mapping[str, Mapping[Machine, Run]],
    lengths: Sequence[float],
    sweep: WireSweep,
) -> None:
    pyplot.rcParams.update({"font.size": 11, "axes.titlesize": 12, "hatch.linewidth": 1.2})
    _split(os.path.join(folder, "findings-split.png"), found)
    _speed_up(os.path.join(folder, "findings-speedup.png"), found)
    _energy(os.path.join(folder, "findings-energy.png"), found)
    _sweep(os.path.join(folder, "findings-wire.png"), lengths, sweep)


def _facets(
    found: Mapping[str, Mapping[Machine, Run]], wanted: Callable[[Run], Any]
) -> tuple[Any, Any, dict[Machine, int]]:
    """A plot per network side by side, a row per machine of wanted runs; -> (figure, plots,
    {machine: y})."""
    shown = [
        m for m in machines.MACHINES if any(m in of and wanted(of[m]) for of in found.values())
    ]
    figure, plots = pyplot.subplots(
        1, len(found), figsize=(15, 1.9 + 0.36 * len(shown)), sharey=True
    )
    rows = {machine: i for i, machine in enumerate(shown)}
    plots[0].set_yticks(list(rows.values()), labels=[m.label for m in rows])
    plots[0].set_ylim(len(rows) - 0.4, -0.6)
    for plot, network in zip(plots, found):
        plot.set_title(network, fontweight="bold")
        plot.grid(axis="x", alpha=0.3)
        plot.set_axisbelow(True)
        plot.tick_params(axis="y", length=0)
        for side in ("top", "right", "left"):
            plot.spines[side].set_visible(False)
        before: tuple[bool, bool] | None = None
        for machine, y in rows.items():
            kind = (machine.calibrated, "skipping" in machine.label)
            if before and before != kind and (machine.calibrated or not before[0]):
                plot.axhline(y - 0.5, color="0.8", linewidth=0.8)
            before = kind if not machine.calibrated else (True, True)
    return figure, plots, rows


def _present(rows: Mapping[Machine, int], of: Mapping[Machine, Run]) -> list[tuple[Machine, int]]:
    return [(machine, y) for machine, y in rows.items() if machine in of]


def _save(figure: Any, path: str, handles: Sequence[Any] = ()) -> None:
    """handles: of the legend below the plots"""
    bottom = 0.5 / figure.get_figheight() if handles else 0
    figure.tight_layout(rect=(0, bottom, 1, 1))
    if handles:
        figure.legend(handles=handles, loc="lower center", ncol=len(handles), frameon=False)
    figure.savefig(path, dpi=100, metadata={"Software": None})
    pyplot.close(figure)


def _split(path: str, found: Mapping[str, Mapping[Machine, Run]]) -> None:
    figure, plots, rows = _facets(found, lambda run: run.total.saved)
    used = set()
    for plot, of in zip(plots, found.values()):
        for machine, y in _present(rows, of):
            scope = of[machine].total
            right = left = 0.0
            for cause in tables.CAUSES:
                value = 100 * float(scope.lost[cause] / scope.dense_cycles)
                if abs(value) >= 0.05:
                    used.add(cause)
                style = {"color": CAUSE_COLORS[cause], "height": 0.72}
                if value > 0:
                    plot.barh(y, value, left=right, **style)
                    right += value
                else:
                    style = {"facecolor": "white", "edgecolor": CAUSE_COLORS[cause], "height": 0.72}
                    plot.barh(y, value, left=left, hatch="////", linewidth=0.6, **style)
                    left += value
            saved = 100 * float(scope.saved)
            plot.plot([saved, saved], [y - 0.5, y + 0.5], color="black", linewidth=1.6)
            plot.plot(right + left, y, "D", color="white", markeredgecolor="black", markersize=7)
            plot.text(
                1.0, y, tables.whole_percent(scope.kept), va="center", ha="right",
                transform=plot.get_yaxis_transform(),
            )  # fmt: skip
        plot.axvline(0, color="black", linewidth=0.8)
        plot.text(1.0, -0.75, "kept", ha="right", transform=plot.get_yaxis_transform())
        plot.set_xlim(-10, 38)
        plot.set_xticks(range(-10, 31, 10))
    plots[len(plots) // 2].set_xlabel(
        "cycles more than the bound, in % of the cycles without prediction"
    )
    handles = [
        pyplot.Rectangle((0, 0), 1, 1, color=CAUSE_COLORS[c], label=name)
        for c, name in tables.CAUSES.items()
        if c in used
    ]
    handles += [
        pyplot.Rectangle(
            (0, 0), 1, 1, facecolor="white", edgecolor="black", hatch="////", label="won back"
        ),
        pyplot.Line2D([], [], color="white", marker="D", markeredgecolor="black", label="the run"),
        pyplot.Line2D([], [], color="black", label="without prediction", linewidth=1.6),
    ]
    _save(figure, path, handles)


def _speed_up(path: str, found: Mapping[str, Mapping[Machine, Run]]) -> None:
    figure, plots, rows = _facets(
        found, lambda run: run.total.saved or run.machine is machines.SKIPPING
    )
    for plot, of in zip(plots, found.values()):
        for machine, y in _present(rows, of):
            scope, reached = of[machine].total, tables.speed_up(of[machine], of)
            alone = reached * scope.cycles / scope.dense_cycles
            bound = alone / float(1 - scope.saved)
            color = BLUE if reached >= alone else RED
            if scope.saved:
                plot.plot([reached, bound], [y, y], color="0.6", linewidth=1.2, zorder=1)
                plot.plot([alone, reached], [y, y], color=color, linewidth=5, zorder=2)
                plot.plot([bound] * 2, [y - 0.32, y + 0.32], color="black", linewidth=2)
            plot.plot(alone, y, "o", color="white", markeredgecolor="black", markersize=7, zorder=3)
            if scope.saved:
                plot.plot(reached, y, "o", color=color, markersize=8, zorder=4)
            plot.text(
                1.0, y, "%.2f" % reached, va="center", ha="right",
                transform=plot.get_yaxis_transform(),
            )  # fmt: skip
        plot.axvline(1, color="black", linewidth=0.8)
        plot.set_xlim(0.7, 1.95)
        plot.set_xticks([0.8, 1.0, 1.2, 1.4, 1.6, 1.8])
        plot.set_xlabel("speed-up over the dense 16x16")
    dot = {"linestyle": "", "marker": "o"}
    handles = [
        pyplot.Line2D([], [], color="white", markeredgecolor="black", label="no prediction", **dot),
        pyplot.Line2D([], [], color=BLUE, label="with prediction: faster", **dot),
        pyplot.Line2D([], [], color=RED, label="with prediction: slower", **dot),
        pyplot.Line2D(
            [], [], color="black", marker="|", linestyle="", markersize=12, markeredgewidth=2,
            label="bound: all saved MACs become time",
        ),
    ]  # fmt: skip
    _save(figure, path, handles)


def _energy(path: str, found: Mapping[str, Mapping[Machine, Run]]) -> None:
    figure, plots, rows = _facets(found, lambda run: True)
    widest = max(
        100 * run.energy["total"] / of[machines.DENSE].energy["total"]
        for of in found.values()
        for run in of.values()
    )
    for plot, of in zip(plots, found.values()):
        dense = of[machines.DENSE].energy["total"]
        for machine, y in _present(rows, of):
            left = 0.0
            for name, value in tables.components(of[machine]).items():
                share = 100 * value / dense
                plot.barh(y, share, left=left, color=ENERGY_COLORS[name], height=0.72)
                left += share
            plot.text(
                1.0, y, "%.1f" % left, va="center", ha="right",
                transform=plot.get_yaxis_transform(),
            )  # fmt: skip
        plot.axvline(100, color="black", linewidth=0.8)
        plot.set_xlim(0, widest * 1.17)
        plot.set_xticks(range(0, int(widest) + 1, 20))
        plot.set_xlabel("energy, % of the dense 16x16")
    handles = [
        pyplot.Rectangle((0, 0), 1, 1, color=color, label=name)
        for name, color in ENERGY_COLORS.items()
    ]
    _save(figure, path, handles)


def _sweep(path: str, lengths: Sequence[float], sweep: WireSweep) -> None:
    networks = list(dict.fromkeys(network for _, network in sweep))
    colors = dict(zip(dict.fromkeys(label for label, _ in sweep), (BLUE, RED)))
    figure, plots = pyplot.subplots(1, len(networks), figsize=(15, 4.5), sharey=True)
    for plot, network in zip(plots, networks):
        for label, color in colors.items():
            plot.plot(lengths, sweep[label, network], "-o", color=color)
        plot.axhline(1, color="black", linewidth=0.8)
        plot.set_title(network, fontweight="bold")
        plot.set_xlim(left=0)
        plot.set_xlabel("length of the wire to any PE, mm")
        plot.grid(alpha=0.3)
    plots[0].set_ylabel("energy / dense 16x16")
    handles = [
        pyplot.Line2D([], [], color=color, marker="o", label=label)
        for label, color in colors.items()
    ]
    _save(figure, path, handles)
