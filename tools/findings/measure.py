"""Regenerates docs/findings-accuracy.json and configs/calibrated from trained networks and images
that are not in the repository: thresholds from some images, top-1 on others."""
import json
import os
from collections.abc import Iterable
from typing import Any

from peeksim.client import ROOT
from reproduction import command as reproduce

from . import accuracy, machines

WORK = os.path.join(ROOT, "build", "findings")


def image_folders(network: str, shared: str) -> tuple[str, str]:
    """(to calibrate on, to measure on). ImageNet: no network was trained on the second. CIFAR-10:
    the first 200 of the test images and the other 300."""
    images = os.path.join(shared, "images")
    if not network.startswith("cifar"):
        return os.path.join(images, "imagenet_calibration"), os.path.join(images, "imagenet_val")
    whole, links = os.path.join(images, "cifar10_eval"), os.path.join(WORK, network)
    return (
        reproduce.part(whole, links + "-calibration", 0, 200),
        reproduce.part(whole, links + "-eval", 200, 500),
    )


def measure(network: str, shared: str) -> dict[str, Any]:
    """The network's entry of the file; leaves its machine in configs/calibrated."""
    os.makedirs(WORK, exist_ok=True)
    graph_net = os.path.join(shared, "models", "graph_net.py")
    model = [graph_net + ":load", "--model-arg", network, "--preprocess", graph_net + ":preprocess"]
    choose_on, measure_on = image_folders(network, shared)
    plain = os.path.join(machines.CONFIGS, "peek-16x16.yaml")
    calibrated = machines.calibrated_file(network)
    weights = os.path.join(WORK, network + "-20.pth")
    os.makedirs(os.path.dirname(calibrated), exist_ok=True)
    words = ["--images", choose_on, plain, "--reduction", "20", "-o", calibrated, "--force"]
    reproduce.call(reproduce.tool("peek_calibrate.py"), *model, *words)
    os.replace(calibrated[: -len(".yaml")] + ".pth", weights)
    found = []
    for name, words in (("zero", [plain]), ("20", [calibrated, "--corrected", weights])):
        out = os.path.join(WORK, "%s-%s.json" % (network, name))
        words += ["--images", measure_on, "--batch", "50", "-o", out, "--force"]
        reproduce.call(reproduce.tool("peek_accuracy.py"), *model, *words)
        with open(out, encoding="utf-8") as f:
            found.append(json.load(f))
    return accuracy.entry(*found)


def measure_all(networks: Iterable[str], shared: str) -> None:
    found = accuracy.read() if os.path.exists(accuracy.PATH) else {}
    for network in networks:
        found[network] = measure(network, os.path.abspath(shared))
        accuracy.write({n: found[n] for n in machines.NETWORKS if n in found})
