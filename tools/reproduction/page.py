"""The page docs/reproduction.md and its pictures, from the summaries that tools/reproduce.py
left."""
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from peeksim.errors import USAGE, ExtractError

BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
HEAD = (
    "| setting | MACs saved, % | top-1 | change, 95 % interval | top-5 change | false zeros, % "
    "| 16x16: speed-up, energy | 64x4: speed-up, energy |\n|---|---:|---:|---|---:|---:|---|---|\n"
)


def _summary(folder: str, name: str) -> Any:
    path = os.path.join(folder, name, "summary.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def _percent(share: float, signed: bool = False) -> str:
    return ("%+.1f" if signed else "%.1f") % (100 * share)


def _row(row: Mapping[str, Any]) -> str:
    cells = [row["setting"]]
    found = row["accuracy"]
    if found:
        total = found["totals"]["convolutions"]
        low, high = found["top1"]["interval"]
        cells += [
            _percent(total["mac_reduction"]),
            _percent(found["top1"]["value"]),
            "%s (%s to %s)"
            % tuple(_percent(v, True) for v in (found["top1"]["difference"], low, high)),
            _percent(found["top5"]["difference"], True),
            _percent(total["false_zero_share"] or 0),
        ]
    else:
        one = next(iter(row["simulated"].values()))
        cells += [
            _percent(one["mac_reduction"]),
            "",
            "",
            "",
            _percent(one["false_zero_share"] or 0),
        ]
    for machine in row["simulated"].values():
        cells.append("%.2f, %.2f" % (machine["speed_up"], machine["energy_ratio"]))
    return "| %s |\n" % " | ".join(cells)


def _picture(path: str, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), dpi=110)
    for kind, marker in (("threshold 0", "s"), ("calibrated", "o")):
        some = [r for r in rows if r["kind"] == kind]
        points = [
            (
                100 * r["accuracy"]["totals"]["convolutions"]["mac_reduction"],
                100 * r["accuracy"]["top1"]["difference"],
                r,
            )
            for r in some
        ]
        points.sort(key=lambda p: float(p[0]))
        bars = [
            [p[1] - 100 * p[2]["accuracy"]["top1"]["interval"][0] for p in points],
            [100 * p[2]["accuracy"]["top1"]["interval"][1] - p[1] for p in points],
        ]
        axes.errorbar(
            [p[0] for p in points],
            [p[1] for p in points],
            yerr=bars,
            marker=marker,
            capsize=2,
            linestyle="-" if kind == "calibrated" else "none",
            linewidth=1.2,
            elinewidth=0.6,
            label=kind,
        )
        if kind == "threshold 0":
            for x, y, r in points:
                axes.annotate(
                    r["setting"], (x, y), fontsize=6, xytext=(4, 3), textcoords="offset points"
                )
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.set_xlabel("MACs saved, % of all convolutions")
    axes.set_ylabel("top-1 accuracy, change in points")
    axes.set_title("%s, prediction in the loop, %d images" % (name, rows[0]["accuracy"]["images"]))
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    pyplot.close(figure)


def write_page(page: str, folder: str, networks: Sequence[str]) -> None:
    """Fills the part of the page between its marks with the networks that have a summary."""
    with open(page, encoding="utf-8") as f:
        text = f.read()
    if BEGIN not in text or END not in text:
        raise ExtractError(
            USAGE, "%s has lost the lines %s and %s" % (page, BEGIN.strip(), END.strip())
        )
    parts = []
    for name in networks:
        rows = _summary(folder, name)
        if rows is None:
            parts.append("## %s\n\nNot measured yet.\n" % name)
            continue
        parts.append("## %s\n" % name)
        measured = [r for r in rows if r["accuracy"]]
        if measured:
            dense = measured[0]["accuracy"]["dense"]
            parts.append(
                "%d images; without prediction top-1 %s %%, top-5 %s %%.\n"
                % (
                    measured[0]["accuracy"]["images"],
                    _percent(dense["top1"]),
                    _percent(dense["top5"]),
                )
            )
            picture = "reproduction-%s.png" % name
            _picture(os.path.join(os.path.dirname(page), picture), name, measured)
            parts.append("![MACs saved against top-1 accuracy](%s)\n" % picture)
        parts.append(HEAD + "".join(map(_row, rows)))
    before, rest = text.split(BEGIN)
    with open(page, "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n".join(parts) + END + rest.split(END)[1])
