"""The page docs/reproduction.md and its pictures, from the summaries that tools/reproduce.py
left."""
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from peeksim.errors import USAGE, ExtractError

BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
CHANGE = "top-1 change on %s, 95 %% interval"


def _head(sets: Sequence[str]) -> str:
    cells = ["setting", "MACs saved, %", *(CHANGE % name for name in sets), "top-5 change"]
    cells += ["false zeros, %", "16x16: speed-up, energy", "64x4: speed-up, energy"]
    texts = ("setting", "interval", "speed-up")  # to the left
    rule = ["---" if any(t in cell for t in texts) else "---:" for cell in cells]
    return "| %s |\n|%s|\n" % (" | ".join(cells), "|".join(rule))


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
        whole = list(found.values())[-1]  # of all sets together
        cells.append(_percent(whole["mac_reduction"]))
        for one in found.values():
            values = (one["top1"]["difference"], *one["top1"]["interval"])
            cells.append("%s (%s to %s)" % tuple(_percent(v, True) for v in values))
        cells.append(_percent(whole["top5"]["difference"], True))
        cells.append(_percent(whole["false_zero_share"]))
    else:
        one = next(iter(row["simulated"].values()))
        cells += [_percent(one["mac_reduction"]), "", _percent(one["false_zero_share"] or 0)]
    for machine in row["simulated"].values():
        cells.append("%.2f, %.2f" % (machine["speed_up"], machine["energy_ratio"]))
    return "| %s |\n" % " | ".join(cells)


def _picture(path: str, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    images = list(rows[0]["accuracy"].values())[-1]["images"]
    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), dpi=110)
    for kind, marker in (("threshold 0", "s"), ("calibrated", "o"), ("distilled", "^")):
        some = [r for r in rows if r["kind"] == kind]
        if not some:
            continue
        points = []
        for r in some:
            whole = list(r["accuracy"].values())[-1]  # of all sets together
            points.append(
                (100 * whole["mac_reduction"], 100 * whole["top1"]["difference"], r, whole["top1"])
            )
        points.sort(key=lambda p: float(p[0]))
        bars = [
            [p[1] - 100 * p[3]["interval"][0] for p in points],
            [100 * p[3]["interval"][1] - p[1] for p in points],
        ]
        axes.errorbar(
            [p[0] for p in points],
            [p[1] for p in points],
            yerr=bars,
            marker=marker,
            capsize=2,
            linestyle="none" if kind == "threshold 0" else "-",
            linewidth=1.2,
            elinewidth=0.6,
            label=kind,
        )
        if kind == "threshold 0":
            for x, y, r, _ in points:
                axes.annotate(
                    r["setting"], (x, y), fontsize=6, xytext=(4, 3), textcoords="offset points"
                )
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.set_xlabel("MACs saved, % of all convolutions")
    axes.set_ylabel("top-1 accuracy, change in points")
    axes.set_title("%s, prediction in the loop, %d images" % (name, images))
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    pyplot.close(figure)


def _section(text: str, name: str) -> str | None:
    """What the page says of a network, from its heading to the next; None: nothing."""
    for section in text.split("## ")[1:]:
        heading, _, body = section.partition("\n")
        if heading == name:
            return "## %s\n%s\n" % (name, body.rstrip("\n"))
    return None


def replace_sections(page: str, networks: Sequence[str], sections: Mapping[str, str]) -> None:
    """Fills the part of the page between its marks: of networks that have no new section it keeps
    what stands there. Throws ExtractError(USAGE)."""
    with open(page, encoding="utf-8") as f:
        text = f.read()
    if BEGIN not in text or END not in text:
        raise ExtractError(
            USAGE, "%s has lost the lines %s and %s" % (page, BEGIN.strip(), END.strip())
        )
    before, rest = text.split(BEGIN)
    measured_before, after = rest.split(END)
    parts = [
        sections.get(name)
        or _section(measured_before, name)
        or "## %s\n\nNot measured yet.\n" % name
        for name in networks
    ]
    with open(page, "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n".join(parts) + END + after)


def write_page(page: str, folder: str, networks: Sequence[str]) -> None:
    """The page's sections, of the networks that have a summary, and its pictures."""
    sections = {}
    for name in networks:
        rows = _summary(folder, name)
        if rows is None:
            continue
        parts = ["## %s\n" % name]
        measured = [r for r in rows if r["accuracy"]]
        if measured:
            parts += [
                "%s: %d images; without prediction top-1 %s %%, top-5 %s %%.\n"
                % (
                    images,
                    one["images"],
                    _percent(one["dense"]["top1"]),
                    _percent(one["dense"]["top5"]),
                )
                for images, one in measured[0]["accuracy"].items()
            ]
            picture = "reproduction-%s.png" % name
            _picture(os.path.join(os.path.dirname(page), picture), name, measured)
            parts.append("![MACs saved against top-1 accuracy](%s)\n" % picture)
        sets = list(measured[0]["accuracy"]) if measured else []
        parts.append(_head(sets) + "".join(map(_row, rows)))
        sections[name] = "\n".join(parts)
    replace_sections(page, networks, sections)
