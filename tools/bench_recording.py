#!/usr/bin/env python3
"""What recording a trace costs beside plain inference: `tools/bench --only recording`.

ResNet-18 of torchvision with random weights, over crops of three photographs. Both read and prepare
the same images in processes of their own, with as many threads as torch takes. What an image costs
is the time for many less the time for few, over their difference, so that starting does not count.

    tools/bench_recording.py plain f32 20    what the bench runs: inference of 20 images
"""
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from peeksim.commands import shared

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGES = {"f64": (2, 8), "f32": (20, 100)}  # few, many
TYPES = ("f64", "f32")
NETWORK = "torchvision:resnet18"


def crops() -> Iterator[tuple[str, Any]]:
    """Endless crops (name, PIL image) of the photographs of the shipped traces, in a fixed
    order."""
    import make_traces

    photographs = [make_traces._photograph(n) for n in ("chelsea", "coffee", "astronaut")]
    number = 0
    while True:
        photograph = photographs[number % 3]
        left, top = 7 * number % (photograph.width - 260), 5 * number % (photograph.height - 260)
        yield "crop%03d" % number, photograph.crop((left, top, left + 260, top + 260))
        number += 1


def plain(kind: str, count: int) -> None:
    """Inference of `count` images in float64 or float32."""
    import torch
    from peeksim.trace import loading

    dtype = torch.float64 if kind == "f64" else torch.float32
    net = loading.load_model(NETWORK)[0].to(dtype)
    images = loading.Inputs(__file__ + ":crops", loading.preprocessing(None, None), count)
    with torch.no_grad():
        for sample in images():
            net(sample.tensor.to(dtype)[None])


def measured(words: Sequence[str]) -> tuple[float, float]:
    """(seconds, peak MiB) of a process."""
    start = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("failed: %s" % " ".join(words))
    return time.monotonic() - start, usage.ru_maxrss / 1024


def words_of(what: str, kind: str, count: int, trace: str) -> list[str]:
    if what == "inference":
        return [sys.executable, __file__, "plain", kind, str(count)]
    return (
        [sys.executable, os.path.join(ROOT, "tools", "extract_trace.py"), NETWORK]
        + ["--images", __file__ + ":crops", "--count", str(count), "-o", trace, "--force"]
        + ["--float32"] * (kind == "f32")
    )


def table(runs: int, folder: str, median: Callable[[Sequence[float]], float]) -> str:
    """The rows of docs/performance.md, as Markdown."""
    trace = os.path.join(folder, "recorded.h5")
    lines = [
        "| precision | images | inference, s an image | recording, s an image | ratio, each run | "
        "MB an image | peak MiB, few and many images |\n|---|---:|---:|---:|---:|---:|---:|\n"
    ]
    for kind in TYPES:
        few, many = IMAGES[kind]
        costs: dict[str, list[float]] = {"inference": [], "recording": []}
        peaks: dict[str, list[int]] = {}
        for _ in range(runs):
            for what, seconds in costs.items():
                found = [measured(words_of(what, kind, n, trace)) for n in (few, many)]
                seconds.append((found[1][0] - found[0][0]) / (many - few))
                peaks[what] = [round(peak) for _, peak in found]
        peak_of_few, peak_of_many = peaks["recording"]
        ratios = ["%.1f" % (r / i) for i, r in zip(costs["inference"], costs["recording"])]
        lines.append(
            "| %s | %d | %.3f | %.3f | %s | %.2f | %d, %d |\n"
            % (
                kind,
                many,
                median(costs["inference"]),
                median(costs["recording"]),
                ", ".join(ratios),
                os.path.getsize(trace) / many / 1e6,
                peak_of_few,
                peak_of_many,
            )
        )
    return "".join(lines)


if __name__ == "__main__":
    if sys.argv[1:2] != ["plain"] or len(sys.argv) != 4:
        sys.exit(__doc__)
    shared.find_packages("bench_recording")
    plain(sys.argv[2], int(sys.argv[3]))
