"""The results as one document, and as a table on the screen. Shares are 0 to 1 in the one,
per cent in the other. Every MAC reduction names its scope: the predicted layers, all
convolutions, or the network (peeksim's own scopes)."""
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .interval import METHOD, paired_interval
from .measure import Outcome
from .settings import LayerSettings, MachineSettings

SCOPES: tuple[tuple[str, Callable[[LayerSettings], bool]], ...] = (
    ("predicted_layers", lambda s: s.policy != "none"),
    ("convolutions", lambda s: s.kind != "fc"),
    ("network", lambda s: True),
)


def document(
    command: Mapping[str, Any], machines: Sequence[MachineSettings], outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    """The results as plain data; the same outcomes give the same document.

    machines: a MachineSettings each; outcomes: of evaluate_batch.
    """
    dense = [r for o in outcomes for r in o["dense"]]
    found = [[r for o in outcomes for r in o["machines"][i]["ranks"]] for i in range(len(machines))]
    return {
        "schema": "peeksim-accuracy",
        "schema_version": 1,
        "loop": "closed",
        "interval": METHOD,
        "command": command,
        "images": len(dense),
        "dense": {"top1": _share(dense, 1), "top5": _share(dense, 5)},
        "machines": [
            _machine(m, dense, found[i], [o["machines"][i]["counts"] for o in outcomes])
            for i, m in enumerate(machines)
        ],
        "per_image": [
            {"name": name, "label": label, "dense_rank": rank, "ranks": list(others)}
            for name, label, rank, *others in zip(
                [n for o in outcomes for n in o["names"]],
                [l for o in outcomes for l in o["labels"]],
                dense,
                *found
            )
        ],
    }


def _share(ranks: Sequence[int], k: int) -> float:
    return sum(r < k for r in ranks) / len(ranks)


def _machine(
    settings: MachineSettings,
    dense: Sequence[int],
    found: Sequence[int],
    counts: Sequence[Mapping[str, Mapping[str, int]]],
) -> dict[str, Any]:
    accuracy = {}
    for name, k in (("top1", 1), ("top5", 5)):
        lost = sum(a < k <= b for a, b in zip(dense, found))
        won = sum(b < k <= a for a, b in zip(dense, found))
        accuracy[name] = {
            "value": _share(found, k),
            "difference": (won - lost) / len(found),
            "interval": list(paired_interval(len(found), lost, won)),
            "lost": lost,
            "won": won,
        }
    layers = [_layer(s, counts, len(found)) for s in settings.layers]
    totals = {}
    for name, contains in SCOPES:
        inside = [l for l, s in zip(layers, settings.layers) if contains(s)]
        totals[name] = _ratios(
            {key: sum(l[key] for l in inside) for key in SUMS}, layers=len(inside)
        )
    return dict(accuracy, file=settings.path, machine=settings.name, totals=totals, layers=layers)


SUMS: tuple[str, ...] = ("macs_total", "macs_predicted", "outputs", "predicted_zero", "false_zero")
SUMS += ("interpolated", "decision_macs", "decision_bits")


def _layer(
    settings: LayerSettings, counts: Sequence[Mapping[str, Mapping[str, int]]], images: int
) -> dict[str, Any]:
    """Sums over all images, named like peeksim's counters."""
    found = [c[settings.name] for c in counts if settings.name in c]

    def total(name: str) -> int:
        return sum(c.get(name, 0) for c in found)

    outputs = images * math.prod(settings.shape)
    return dict(
        {"name": settings.name, "policy": settings.policy},
        not_predicted_because=settings.why_not,
        window=list(settings.window),
        peeks=[list(p) for p in settings.peeks],
        **_ratios(
            {
                "macs_total": outputs * settings.macs_per_output,
                "macs_predicted": total("macs_saved"),
                "outputs": outputs,
                "predicted_zero": total("gated"),
                "false_zero": total("false_zero"),
                "interpolated": total("interpolated"),
                "decision_macs": images * settings.decision_macs,
                "decision_bits": images * settings.decision_bits,
            }
        )
    )


def _ratios(sums: Mapping[str, int], **more: Any) -> dict[str, Any]:
    def share(a: str, b: str) -> float:
        return sums[a] / sums[b] if sums[b] else 0.0

    return dict(
        more,
        **sums,
        mac_reduction=share("macs_predicted", "macs_total"),
        false_zero_share=share("false_zero", "predicted_zero")
    )


def table(results: Mapping[str, Any], per_layer: bool = False) -> str:
    """The results as text."""
    rows = [
        ["", "top-1", "change", "95 % interval", "top-5", "change", "95 % interval"],
        ["dense"]
        + ["%.2f" % (100 * results["dense"]["top1"]), "", ""]
        + ["%.2f" % (100 * results["dense"]["top5"]), "", ""],
    ]
    for m in results["machines"]:
        row = [m["machine"]]
        for k in ("top1", "top5"):
            low, high = m[k]["interval"]
            row += ["%.2f" % (100 * m[k]["value"]), "%+.2f" % (100 * m[k]["difference"])]
            row += ["%+.2f to %+.2f" % (100 * low, 100 * high)]
        rows.append(row)
    saved = [["MACs saved, %"] + [n.replace("_", " ") for n, _ in SCOPES] + ["false zeros, %"]]
    decides = any(m["totals"]["network"]["decision_macs"] for m in results["machines"])
    if decides:
        saved[0].append("MACs of decisions, %")
    for m in results["machines"]:
        totals = m["totals"]
        saved.append(
            [m["machine"]]
            + ["%.2f" % (100 * totals[n]["mac_reduction"]) for n, _ in SCOPES]
            + ["%.2f" % (100 * totals["network"]["false_zero_share"])]
        )
        if decides:
            network = totals["network"]
            saved[-1].append("%.2f" % (100 * network["decision_macs"] / network["macs_total"]))
    text = "%d images; accuracy in %%, closed loop\n\n%s\n%s" % (
        results["images"],
        aligned(rows),
        aligned(saved),
    )
    for m in results["machines"] if per_layer else ():
        text += "\n" + _layer_table(m)
    return text


def _layer_table(machine: Mapping[str, Any]) -> str:
    rows = [[machine["machine"], "MACs saved, %", "false zeros, %", ""]]
    for l in machine["layers"]:
        values = ["%.2f" % (100 * l[k]) for k in ("mac_reduction", "false_zero_share")]
        dense = l["policy"] == "none"
        rows.append([l["name"]] + (["", ""] if dense else values) + [l["not_predicted_because"]])
    return aligned(rows)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side: the first to the left, the others to the right; ends in a newline."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        row[0].ljust(widths[0]) + "".join("  " + c.rjust(w) for c, w in zip(row[1:], widths[1:]))
        for row in rows
    ]
    return "".join(line.rstrip() + "\n" for line in lines)
