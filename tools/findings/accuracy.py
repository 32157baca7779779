"""The loss of top-1 accuracy by prediction: docs/findings-accuracy.json, which
tools/findings/measure.py makes. The images are not in the repository, nor are the trained
networks."""
import json
import os
from collections.abc import Mapping
from typing import Any

from peeksim.client import ROOT

PATH = os.path.join(ROOT, "docs", "findings-accuracy.json")
SETTINGS = ("threshold 0", "calibrated 20 %")


def read() -> dict[str, Any]:
    """{network: {"images", "top1": without prediction, SETTING: {"mac_reduction" of the network,
    "difference" and "interval" of top-1}}}; all shares from 0 to 1."""
    with open(PATH, encoding="utf-8") as f:
        return dict(json.load(f))


def entry(zero: Mapping[str, Any], calibrated: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a network in the file, from two results of tools/peek_accuracy.py: with
    threshold 0 and with calibrated thresholds, on the same images."""
    names = [[i["name"] for i in document["per_image"]] for document in (zero, calibrated)]
    if names[0] != names[1] or zero["dense"] != calibrated["dense"]:
        raise ValueError("the two accuracies are not of the same images")
    found = {"images": zero["images"], "top1": zero["dense"]["top1"]}
    for setting, document in zip(SETTINGS, (zero, calibrated)):
        (machine,) = document["machines"]
        found[setting] = {
            "mac_reduction": machine["totals"]["network"]["mac_reduction"],
            "false_zero_share": machine["totals"]["network"]["false_zero_share"],
            "top1": machine["top1"]["value"],
            "difference": machine["top1"]["difference"],
            "interval": machine["top1"]["interval"],
        }
    return found


def write(networks: Mapping[str, Any]) -> None:
    with open(PATH, "w", encoding="utf-8") as f:
        json.dump(networks, f, indent=1)
        f.write("\n")
