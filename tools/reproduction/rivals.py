"""Makes docs/rivals.md: predictors of zeros beside each other: accuracy, time and energy.

    tools/rivals.py [--networks NAME ...] [--shared FOLDER] [--count N]

For every network: the oracle and a machine that skips zero activations, which cost no accuracy;
windows with peeks, calibrated (tools/peek_calibrate.py); and ZAP (tools/peek_zap.py), each for
several reductions, for some networks also with all weights distilled; and, with nothing chosen or
learned, low-precision look-ahead, SnaPEA and perforated convolutions. Chosen, learned and measured
on the images of tools/reproduce.py. Every stage keeps its result in build/reproduction and is
skipped while it exists there.

Needs the trained networks and images (--shared), the build of tools/demo, and python3-matplotlib.
"""
import argparse
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peeksim.commands import calibrate

from . import accuracies, command
from .command import Network, call, tool

PAGE = os.path.join(command.ROOT, "docs", "rivals.md")
PROGRAM = "rivals"
NETWORKS = ("resnet18", "squeezenet1_1", "mobilenet_v1", "cifar_resnet20")
REDUCTIONS = (20, 30)
# Where ZAP is distilled, too: at wanted operating points that nothing else reached. By reduction
# the steps: more where the images held out then diverged less.
DISTILLED: dict[str, dict[int, int]] = {
    "resnet18": {25: 300, 30: 100},
    "squeezenet1_1": {30: 100},
    "mobilenet_v1": {20: 100},
}
SKIPS, DENSE = "dense-16x16-skip", "dense-16x16"  # the one is compared with the other
LOOKAHEAD_BITS = (4, 3)
# SnaPEA's guesses: how many of the taps they take, in per cent, and at or below which multiple of
# a layer's root mean square they are zero.
SPECULATED, GUESSED_BELOW = (25, 50), -0.25
# What SnaPEA's machines are told besides: an activation for each of their 256 PEs in a cycle, and
# where PEs retire alone a weight; the shipped ports would be all that is measured.
OWN_ACTIVATIONS, OWN_WEIGHTS = "buffers.ifmap_read_width=256", "buffers.weight_read_width=256"
# What is computed of each 2x2 window, by what is saved in per cent.
PERFORATED = {25: [[0, 0], [0, 1], [1, 0]], 50: [[0, 0], [1, 1]]}
WEIGHTS = ("--with-weights", "--type", "f32")  # of traces whose layers are computed anew
DECISION_MACS = 256  # a cycle, of the unit that does a learned predictor's own
# What each machine's array is told beside its file: ZAP can have every dispatch but filling.
MACHINES: dict[str, list[str]] = {
    "peek-16x16": [],
    "peek-64x4": [],
    "peek-8x32-balanced": ["array.dispatch=balanced"],
}


class Method(NamedTuple):
    """A way to save MACs, and where its operating point is kept."""

    name: str
    settings: list[str]  # of every machine
    machine: str | None = None  # its machine file, for the first of MACHINES
    weights: str | None = None
    traced: tuple[str, ...] = ()  # more words of tools/extract_trace.py
    counted: bool = False  # whether the simulator alone counts all MACs that it saves

    @property
    def loop(self) -> str:
        """The name of what is in the network's loop: PEs that retire alone compute the same."""
        return self.name.replace("-alone", "")


def peeks(network: Network) -> list[Method]:
    """Calibrated windows, of one call of tools/peek_calibrate.py."""
    rows = command.calibrated(network, "calibrated")
    wanted = ["calibrated-%d" % r for r in REDUCTIONS]
    return [
        Method(r.name.replace("calibrated", "peeks"), [], r.files[0], r.corrected)
        for r in rows
        if r.name in wanted
    ]


def zaps(
    network: Network, name: str, *options: str, reductions: Sequence[int] = REDUCTIONS
) -> list[Method]:
    """ZAP, of one call of tools/peek_zap.py where a file is missing."""
    stems = [network.path("%s-%d" % (name, r)) for r in reductions]
    one = network.path(name) if len(reductions) > 1 else stems[0]  # what the call names its files
    files = [path for stem in stems for path in calibrate.files_of(stem, True)]
    if not all(map(os.path.exists, files)):
        words = [tool("peek_zap.py"), *network.model, shipped(next(iter(MACHINES)))]
        words += ["--images", network.calibration, *options]
        words += ["--count", str(network.count)] if network.count else []
        words += ["--reduction", ",".join(map(str, reductions))]
        for path in filter(os.path.exists, files):
            os.remove(path)  # of a call that was interrupted between two reductions
        # What is learned does not depend on the thresholds.
        learned, own = (n + ".learned.pth" for n in (network.path("zap"), one))
        if os.path.exists(learned) and not os.path.exists(own):
            shutil.copy(learned, own)
        call(*words, "-o", one + ".yaml")
    unit = ["prediction.decision_macs_per_cycle=%d" % DECISION_MACS]
    return [Method(os.path.basename(s), unit, s + ".yaml", s + ".pth") for s in stems]


def distilled(network: Network) -> list[Method]:
    """ZAP with all weights distilled, too."""
    found = []
    for reduction, steps in DISTILLED.get(network.name, {}).items():
        options = ("--by-channel", "--steps", str(steps))
        found += zaps(network, "zap-distilled", *options, reductions=(reduction,))
    return found


def shipped(machine: str) -> str:
    """The path of a shipped machine."""
    return os.path.join(command.ROOT, "configs", machine + ".yaml")


def machine_of(network: Network, name: str, **prediction: Any) -> str:
    """A machine file of a method, for the first of MACHINES."""
    return command.machine_file(network, name, next(iter(MACHINES)), prediction)


def lookaheads(network: Network) -> list[Method]:
    """Low-precision look-ahead at threshold 0."""
    found = []
    for bits in LOOKAHEAD_BITS:
        name = "lookahead-%d" % bits
        machine = machine_of(
            network, name, policy="lookahead", lookahead_bits=bits, threshold=0, exclude=["first"]
        )
        found.append(Method(name, [], machine, traced=WEIGHTS))
    return found


def perforated(network: Network) -> list[Method]:
    """Perforated convolutions, the same in all layers."""
    found = []
    for saved, computed in PERFORATED.items():
        name = "perforate-%d" % saved
        machine = machine_of(
            network, name, policy="perforate", window=[2, 2], peeks=computed, exclude=["first"]
        )
        found.append(Method(name, [], machine))
    return found


def snapeas(network: Network) -> list[Method]:
    """SnaPEA: exact, and with guesses; the first and the last also with PEs that retire alone."""
    exact = ["prediction.policy=snapea", "prediction.exclude=[first]", OWN_ACTIVATIONS]
    plain = Method("snapea", exact, traced=WEIGHTS, counted=True)
    guesses = [guessing(network, plain, percent) for percent in SPECULATED]
    return [plain, alone(plain), *guesses, alone(guesses[-1])]


def alone(method: Method) -> Method:
    """The same with PEs that retire alone."""
    more = ["prediction.retire_alone=1", OWN_WEIGHTS]
    return method._replace(name=method.name + "-alone", settings=method.settings + more)


def guessing(network: Network, plain: Method, percent: int) -> Method:
    """SnaPEA with guesses after so many of the taps. plain: whose trace gives the thresholds."""
    name = "snapea-guess-%d" % percent
    machine = network.path("%s.%s.yaml" % (name, next(iter(MACHINES))))
    if not os.path.exists(machine):
        trace = trace_of(network, plain)
        machine_of(
            network,
            name,
            policy="snapea",
            exclude=["first"],
            speculated_percent=percent,
            channel_thresholds=relative(network, trace, GUESSED_BELOW),
        )
    return Method(name, [OWN_ACTIVATIONS], machine, traced=WEIGHTS, counted=True)


def relative(network: Network, trace: str, factor: float) -> dict[str, list[float]]:
    """{layer: [K], the threshold that is this multiple of the root mean square of its values} of
    the layers in an open-loop trace that a ReLU follows: tools/peek_accuracy.py has no trace, and
    takes values alone."""
    machine = machine_of(
        network, "relative", policy="peek", threshold=factor, threshold_unit="rms", exclude=[]
    )
    words = [command.SIMULATOR, "config", "layers", machine, "--trace", trace]
    found = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
    return {l["name"]: l["thresholds"] for l in found["layers"] if l["activation"] != "none"}


def accuracy(network: Network, method: Method) -> dict[str, Any] | None:
    """{set of images: as accuracies.of_sets has it}; None: the method changes no output."""
    if not method.machine:
        return None
    documents, found = [], {}
    for images, folder in network.sets.items():
        results = network.path("rival-%s-%s.json" % (method.loop, images))
        if not os.path.exists(results):
            words = [tool("peek_accuracy.py"), *network.model, method.machine]
            words += ["--images", folder, "--batch", "50", "-o", results]
            words += ["--count", str(network.count)] if network.count else []
            words += ["--corrected", method.weights] if method.weights else []
            call(*words)
        with open(results, encoding="utf-8") as f:
            documents.append(json.load(f))
        found[images] = accuracies.of_sets(documents[-1:], 0)
    if len(documents) > 1:
        found[accuracies.POOLED] = accuracies.of_sets(documents, 0)
    return found


def trace_of(network: Network, method: Method) -> str:
    """The trace of a few calibration images with the method in its loop."""
    name = method.loop if method.machine else "plain"
    name += "-weights" if method.traced and name == "plain" else ""
    trace = network.path("rival-%s.h5" % name)
    if not os.path.exists(trace):
        words = [tool("extract_trace.py"), *network.model, "--images", network.calibration]
        words += ["--count", str(command.TRACED), "--network", network.name, "-o", trace]
        words += method.traced
        words += ["--machine", method.machine] if method.machine else []
        words += ["--state-dict", method.weights] if method.weights else []
        call(*words)
    return trace


def results_of(network: Network, method: Method, machine: str, more: Sequence[str]) -> Any:
    """The results.json of the method on a machine. more: what the machine is told besides."""
    out = network.path("rival-%s-on-%s" % (method.name, machine))
    if not os.path.exists(out):
        trace, path = trace_of(network, method), shipped(machine)
        if method.machine:
            path = network.path("rival-%s.%s.yaml" % (method.name, machine))
            command.on_machine(method.machine, machine, path)
        words = [w for setting in (*method.settings, *more) for w in ("--set", setting)]
        call(command.SIMULATOR, "run", path, "--trace", trace, "--out", out, *words)
    with open(os.path.join(out, "results.json"), encoding="utf-8") as f:
        return json.load(f)


def simulated(network: Network, method: Method) -> dict[str, dict[str, float]]:
    """{machine: the figures of a row, over the convolutions}"""
    if method.name == SKIPS:
        skips, dense = (results_of(network, method, m, ()) for m in (SKIPS, DENSE))
        return {"peek-16x16": beside(skips, dense)}
    found = {}
    for machine, more in MACHINES.items():
        results = results_of(network, method, machine, more)
        found[machine] = beside(results, None)
    return found


def beside(results: Mapping[str, Any], dense: Mapping[str, Any] | None) -> dict[str, float]:
    """{"mac_reduction", "speed_up", "energy_ratio", "area": mm² more} of a run, against that of
    another machine, or against the same one without prediction."""
    own, areas = results["totals"]["convolutions"], results["area_mm2"]
    figures = {name: own[name] for name in ("mac_reduction", "speed_up", "energy_ratio")}
    without = areas["dense"]["total"]
    if dense is not None:
        other = dense["totals"]["convolutions"]["machine"]
        machine = own["machine"]
        figures["speed_up"] = other["counters"]["cycles"] / machine["counters"]["cycles"]
        figures["energy_ratio"] = other["energy"]["total"] / machine["energy"]["total"]
        without = dense["area_mm2"]["machine"]["total"]
    return dict(figures, area=areas["machine"]["total"] - without)


def methods_of(network: Network) -> list[Method]:
    """All that are compared."""
    return [
        Method(SKIPS, []),
        Method("oracle", ["prediction.policy=oracle", "prediction.exclude=[first]"]),
        *peeks(network),
        *zaps(network, "zap"),
        *zaps(network, "zap-by-channel", "--by-channel"),
        *distilled(network),
        *lookaheads(network),
        *snapeas(network),
        *perforated(network),
    ]


def summary_of(network: Network, method: Method) -> dict[str, Any]:
    """What is known of a method: "method", "accuracy" and "runs"."""
    found, runs = accuracy(network, method), simulated(network, method)
    if found and method.counted:
        saved = next(iter(runs.values()))["mac_reduction"]
        found = {images: dict(one, mac_reduction=saved) for images, one in found.items()}
    return {"method": method.name, "accuracy": found, "runs": runs}


def row(method: str, found: Mapping[str, Any] | None, runs: Mapping[str, Any]) -> str:
    """A line of the table."""
    cells = [method]
    if found is None:
        one = next(iter(runs.values()))
        cells += ["%.1f" % (100 * one["mac_reduction"]), "0", ""]
    else:
        whole = list(found.values())[-1]  # of all sets together
        top1 = whole["top1"]
        cells.append("%.1f" % (100 * whole["mac_reduction"]))
        cells.append(
            "%+.1f (%+.1f to %+.1f)"
            % tuple(100 * v for v in (top1["difference"], *top1["interval"]))
        )
        zeros = whole["predicted_zero"] > 0  # interpolated outputs are neither right nor false
        cells.append("%.1f" % (100 * whole["false_zero_share"]) if zeros else "")
    for machine in MACHINES:
        run = runs.get(machine)
        cells.append("%.2f, %.2f" % (run["speed_up"], run["energy_ratio"]) if run else "")
    cells.append("%.3f" % max(run["area"] for run in runs.values()))
    return "| %s |\n" % " | ".join(cells)


def section(name: str, summary: Sequence[Mapping[str, Any]]) -> str:
    """What the page says of a network."""
    head = ["method", "MACs saved, %", "top-1 change, 95 % interval", "false zeros, %"]
    head += ["%s: speed-up, energy" % m.replace("peek-", "") for m in MACHINES]
    head.append("area, mm² more at most")
    measured = next(r["accuracy"] for r in summary if r["accuracy"])
    images = ", ".join(
        "%d of %s" % (a["images"], n) for n, a in measured.items() if n != accuracies.POOLED
    )
    text = "## %s\n\nImages: %s.\n\n![MACs saved against top-1](rivals-%s.png)\n\n" % (
        name,
        images,
        name,
    )
    text += "| %s |\n|---|---:|---|%s\n" % (" | ".join(head), "---:|" * (len(head) - 3))
    return text + "".join(row(r["method"], r["accuracy"], r["runs"]) for r in summary)


def picture(path: str, name: str, summary: Sequence[Mapping[str, Any]]) -> None:
    """Accuracy against MACs saved; methods without a loss lie on 0. PEs that retire alone change
    neither."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), dpi=110)
    families: dict[str, list[tuple[float, float, float, float]]] = {}
    for r in summary:
        if r["method"].endswith("-alone"):
            continue
        family = r["method"].rsplit("-", 1)[0] if r["accuracy"] else r["method"]
        if r["accuracy"]:
            whole = list(r["accuracy"].values())[-1]
            change, (low, high) = whole["top1"]["difference"], whole["top1"]["interval"]
            saved = whole["mac_reduction"]
        else:
            change = low = high = 0.0
            saved = next(iter(r["runs"].values()))["mac_reduction"]
        point = (100 * saved, 100 * change, 100 * (change - low), 100 * (high - change))
        families.setdefault(family, []).append(point)
    for marker, (family, points) in zip("sDo^v<>PX*hdp", families.items()):
        points.sort()
        x, y, below, above = zip(*points)
        axes.errorbar(x, y, yerr=[below, above], marker=marker, capsize=2, label=family)
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.set_xlabel("MACs saved, % of all convolutions")
    axes.set_ylabel("top-1 accuracy, change in points")
    axes.set_title("%s, prediction in the loop" % name)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    pyplot.close(figure)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of the words argv."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_options(parser, NETWORKS)
    return parser.parse_args(argv)


def run(options: argparse.Namespace) -> None:
    """Measures what is missing and writes the page."""
    from . import page

    folder = command.checked_shared(options.shared)
    sections = {}
    for name in options.networks:
        network = Network(name, folder, options.count)
        summary = [summary_of(network, m) for m in methods_of(network)]
        picture(os.path.join(os.path.dirname(PAGE), "rivals-%s.png" % name), name, summary)
        sections[name] = section(name, summary)
    page.replace_sections(PAGE, NETWORKS, sections)
    print("written: %s" % os.path.relpath(PAGE, command.ROOT))


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    return command.guarded(PROGRAM, arguments(argv), run)
