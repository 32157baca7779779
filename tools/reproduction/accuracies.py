"""The accuracy of a setting over one or several sets of images, from results of
tools/peek_accuracy.py."""
from collections.abc import Mapping, Sequence
from typing import Any

from peeksim.accuracy.interval import paired_interval

POOLED = "pooled"  # the name of all sets together


def of_sets(documents: Sequence[Mapping[str, Any]], machine: int) -> dict[str, Any]:
    """Over the images of all documents: "images", "dense" {"top1", "top5"}; "mac_reduction",
    "predicted_zero" and "false_zero_share" of the convolutions; "top1" and "top5" with "value",
    "difference" and "interval"; shares are 0 to 1. machine: its place in the documents."""
    pairs = [(i["dense_rank"], i["ranks"][machine]) for d in documents for i in d["per_image"]]
    totals = [d["machines"][machine]["totals"]["convolutions"] for d in documents]
    sums = {
        key: sum(t[key] for t in totals)
        for key in ("macs_predicted", "macs_total", "false_zero", "predicted_zero")
    }
    found: dict[str, Any] = {
        "images": len(pairs),
        "dense": {},
        "mac_reduction": sums["macs_predicted"] / sums["macs_total"],
        "predicted_zero": sums["predicted_zero"],
        "false_zero_share": sums["false_zero"] / max(1, sums["predicted_zero"]),
    }
    for name, k in (("top1", 1), ("top5", 5)):
        lost = sum(dense < k <= rank for dense, rank in pairs)
        won = sum(rank < k <= dense for dense, rank in pairs)
        found["dense"][name] = sum(dense < k for dense, _ in pairs) / len(pairs)
        found[name] = {
            "value": found["dense"][name] + (won - lost) / len(pairs),
            "difference": (won - lost) / len(pairs),
            "interval": list(paired_interval(len(pairs), lost, won)),
        }
    return found
