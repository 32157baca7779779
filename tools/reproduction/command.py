"""Makes docs/reproduction.md: the paper's trade-off between MACs and accuracy, on other networks.

    tools/reproduce.py [--networks NAME ...] [--shared FOLDER] [--count N]

For every network: windows of 2x2, 3x3 and 4x4 with corner, diagonal and checkerboard peeks at
threshold 0, and calibrated thresholds for several reductions, chosen on imagenet_calibration and
imagenet_unlabelled and measured on imagenet_val and imagenet_eval, each alone and both together
(cifar_resnet20: chosen on the first 200 and measured on the other 300 images of cifar10_eval).
Of the networks in STEPS, what each ingredient brings: the choice without corrected weights
(chosen-P), with them (calibrated-P), and with all weights distilled (distilled-P).
Cycles and energy come from closed-loop traces of a few calibration images. Every stage keeps its
result in build/reproduction and is skipped while it exists there, so that the same command
continues after an interruption. Takes hours on a laptop.

Needs the trained networks and images (--shared), the build of tools/demo, and python3-matplotlib.
"""
import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from peeksim.commands import shared

from . import accuracies

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, "build", "reproduction")
PAGE = os.path.join(ROOT, "docs", "reproduction.md")
PROGRAM = "reproduce"
SIMULATOR = os.path.join(ROOT, "build", "release", "peeksim")

NETWORKS = (
    "resnet18",
    "squeezenet1_1",
    "mobilenet_v1",
    "mobilenet_v2",
    "cifar_resnet20",
    "alexnet_convs",
)
WITHOUT_ACCURACY = ("alexnet_convs",)
FIXED = [(n, p) for n in (2, 3, 4) for p in ("corner", "diagonal", "checkerboard")]
# The reductions that are asked for, in per cent.
DEFAULT, REDUCTIONS = (15, 20, 25, 30), {"mobilenet_v1": (10, 15, 20), "mobilenet_v2": (10, 20)}
# Networks whose ingredients are measured one by one, and the steps of their distillation.
STEPS = {"resnet18": 100}
MACHINES = ("peek-16x16", "peek-64x4")
TRACED = 2  # images of a closed-loop trace


class Network:
    """One network's files and the words that name it to the tools."""

    def __init__(self, name: str, shared: str, count: int | None) -> None:
        self.name, self.count = name, count
        self.folder = os.path.join(WORK, name)
        os.makedirs(self.folder, exist_ok=True)
        graph_net = os.path.join(shared, "models", "graph_net.py")
        self.model = [graph_net + ":load", "--model-arg", name]
        self.model += ["--preprocess", graph_net + ":preprocess"]
        images = os.path.join(shared, "images")
        if name.startswith("cifar"):
            whole = os.path.join(images, "cifar10_eval")
            self.calibration = part(whole, self.path("calibration"), 0, 200)
            self.sets = {"cifar10_eval": part(whole, self.path("eval"), 200, 500)}
        else:
            several = [os.path.join(images, "imagenet_" + n) for n in ("calibration", "unlabelled")]
            self.calibration = together(several, self.path("calibration"))
            self.sets = {n: os.path.join(images, n) for n in ("imagenet_val", "imagenet_eval")}

    def path(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)


def linked(link: str, images: Iterable[str], labels: str | None = None) -> str:
    """The folder `link` of links to the images, with the text of a labels.csv; made once."""
    if not os.path.isdir(link):
        partial = link + ".partial"
        os.makedirs(partial, exist_ok=True)
        for image in images:
            target = os.path.join(partial, os.path.basename(image))
            if not os.path.islink(target):
                os.symlink(os.path.abspath(image), target)
        if labels is not None:
            with open(os.path.join(partial, "labels.csv"), "w", encoding="utf-8") as f:
                f.write(labels)
        os.rename(partial, link)
    return link


def part(folder: str, link: str, first: int, end: int) -> str:
    """A folder of links to the images first … end-1 of another, with their labels."""
    with open(os.path.join(folder, "labels.csv"), encoding="utf-8") as f:
        head, *rows = f.read().split()
    some = rows[first:end]
    images = (os.path.join(folder, row.split(",")[0]) for row in some)
    return linked(link, images, "\n".join([head] + some) + "\n")


def together(folders: Sequence[str], link: str) -> str:
    """A folder of links to the images of several others, without their labels."""
    images = (os.path.join(folder, name) for folder in folders for name in os.listdir(folder))
    return linked(link, (i for i in images if os.path.basename(i) != "labels.csv"))


def call(*words: str) -> None:
    if words[0].endswith(".py"):
        words = (sys.executable,) + words
    shown = words[words[0] == sys.executable :]
    print("+ " + " ".join(os.path.relpath(w, ROOT) if os.path.isabs(w) else w for w in shown))
    sys.stdout.flush()
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    if done.returncode != 0:  # it has said why
        from peeksim.errors import ExtractError

        raise ExtractError(
            done.returncode if done.returncode > 0 else 1,
            "%s failed; corrected, the same command goes on from here" % os.path.basename(shown[0]),
        )


def tool(name: str) -> str:
    return os.path.join(ROOT, "tools", name)


def machine_file(network: Network, name: str, machine: str, prediction: Mapping[str, Any]) -> str:
    """A machine file that extends a shipped one; `machine`: its name."""
    path = network.path("%s.%s.yaml" % (name, machine))
    base = os.path.relpath(os.path.join(ROOT, "configs", machine + ".yaml"), network.folder)
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"extends": base, "name": name, "prediction": prediction}, f, indent=1)
        f.write("\n")
    return path


class Row:
    """One setting of one network: its machine files and, if there are any, its weights."""

    def __init__(
        self, name: str, kind: str, files: Sequence[str], corrected: str | None = None
    ) -> None:
        self.name, self.kind, self.files, self.corrected = name, kind, files, corrected


def fixed(network: Network) -> list[Row]:
    """Settings as in the paper: threshold 0 in all layers."""
    rows = []
    for size, peeks in FIXED:
        name = "%dx%d-%s" % (size, size, peeks)
        prediction = {"window": [size, size], "peeks": peeks, "threshold": 0}
        files = [machine_file(network, name, m, prediction) for m in MACHINES]
        rows.append(Row(name, "threshold 0", files))
    return rows


def on_machine(file: str, machine: str, path: str) -> None:
    """Writes a machine file of tools/peek_calibrate.py or tools/peek_zap.py, made for the first of
    MACHINES, for another shipped machine. path: in the folder of `file`, since the other files that
    it names stay where they are."""
    with open(file, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(MACHINES[0] + ".yaml", machine + ".yaml"))


def calibrated(network: Network, kind: str, *options: str) -> list[Row]:
    """Thresholds for each of the reductions, of one call of tools/peek_calibrate.py where one is
    missing. kind: how the rows are called, KIND-P; options: more words of that call."""
    reductions = REDUCTIONS.get(network.name, DEFAULT)
    names = ["%s-%d" % (kind, r) for r in reductions]
    missing = [n for n in names if not os.path.exists(network.path(n + ".pth"))]
    if missing:
        base = os.path.join(ROOT, "configs", MACHINES[0] + ".yaml")
        words = [tool("peek_calibrate.py"), *network.model, base, "--force", *options]
        words += ["--images", network.calibration]
        words += ["--count", str(network.count)] if network.count else []
        words += ["--reduction", ",".join(n.split("-")[1] for n in missing)]
        stem = kind if len(missing) > 1 else missing[0]
        call(*words, "-o", network.path(stem + ".yaml"))
    rows = []
    for name in names:
        files = [network.path("%s.yaml" % name)]
        for machine in MACHINES[1:]:
            files.append(network.path("%s.%s.yaml" % (name, machine)))
            on_machine(files[0], machine, files[-1])
        rows.append(Row(name, kind, files, network.path(name + ".pth")))
    return rows


def ingredients(network: Network) -> list[Row]:
    """The calibrated rows, and beside them those of less and more where STEPS has the network."""
    rows = calibrated(network, "calibrated")
    if network.name not in STEPS:
        return rows
    chosen = [Row(r.name.replace(r.kind, "chosen"), "chosen", r.files) for r in rows]
    steps = str(STEPS[network.name])
    return chosen + rows + calibrated(network, "distilled", "--steps", steps)


def measure(network: Network, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """{row: {set of images: its accuracy}}, as accuracies.of_sets() has it, and of all sets
    together where there are several; all settings without weights of their own in one call."""
    together = [r for r in rows if r.corrected is None]
    calls = [(r.name, [r], r.corrected) for r in rows if r.corrected] + [("fixed", together, None)]
    found: dict[str, dict[str, Any]] = {r.name: {} for r in rows}
    for name, some, corrected in calls:
        documents = []
        for images, folder in network.sets.items() if some else ():
            results = network.path("accuracy-%s-%s.json" % (name, images))
            if not os.path.exists(results):
                words = [tool("peek_accuracy.py"), *network.model, *(r.files[0] for r in some)]
                words += ["--images", folder, "--batch", "50", "-o", results]
                words += ["--count", str(network.count)] if network.count else []
                call(*words, *(["--corrected", corrected] if corrected else []))
            with open(results, encoding="utf-8") as f:
                documents.append(json.load(f))
            for i, row in enumerate(some):
                found[row.name][images] = accuracies.of_sets(documents[-1:], i)
        if len(documents) > 1:
            for i, row in enumerate(some):
                found[row.name][accuracies.POOLED] = accuracies.of_sets(documents, i)
    return found


def simulate(network: Network, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """{row: {machine: (MACs saved, speed-up, energy ratio)}} from closed-loop traces."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        trace = network.path(row.name + ".h5")
        for machine, file in zip(MACHINES, row.files):
            out = network.path("run-%s-%s" % (row.name, machine))
            if not os.path.exists(out):
                if not os.path.exists(trace):
                    words = [tool("extract_trace.py"), *network.model, "--machine", file]
                    words += ["--images", network.calibration, "--count", str(TRACED)]
                    words += ["--network", network.name, "-o", trace]
                    call(*words, *(["--state-dict", row.corrected] if row.corrected else []))
                call(SIMULATOR, "run", file, "--trace", trace, "--out", out)
            with open(os.path.join(out, "results.json"), encoding="utf-8") as f:
                found.setdefault(row.name, {})[machine] = json.load(f)["totals"]["convolutions"]
        if os.path.exists(trace):
            os.remove(trace)
    return found


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser, NETWORKS)
    return parser.parse_args(argv)


def add_options(parser: argparse.ArgumentParser, networks: Sequence[str]) -> None:
    """Those of this command and of tools/rivals.py."""
    add = parser.add_argument
    add("--networks", nargs="+", choices=networks, default=networks, metavar="NAME")
    add(
        "--shared",
        default=os.environ.get("PEEKSIM_SHARED", os.path.join(ROOT, os.pardir, "shared")),
        help="the folder with models/ and images/ (default: %(default)s)",
    )
    add("--count", type=int, metavar="N", help="N images of each folder only, at equal distances")
    add("--debug", action="store_true", help="show the Python traceback of an error")


def checked_shared(folder: str) -> str:
    """The absolute path of --shared. Throws ExtractError(USAGE)."""
    from peeksim.errors import USAGE, ExtractError

    path = os.path.abspath(folder)
    if not os.path.isfile(os.path.join(path, "models", "graph_net.py")):
        raise ExtractError(
            USAGE, "%s holds no models/graph_net.py; name the folder with --shared" % path
        )
    return path


def run(options: argparse.Namespace) -> None:
    from . import page

    folder = checked_shared(options.shared)
    for name in options.networks:
        network = Network(name, folder, options.count)
        rows = fixed(network)
        if name not in WITHOUT_ACCURACY:
            rows += ingredients(network)
        accuracy = {} if name in WITHOUT_ACCURACY else measure(network, rows)
        simulated = simulate(network, rows)
        with open(network.path("summary.json"), "w", encoding="utf-8") as f:
            json.dump(
                [
                    {
                        "setting": r.name,
                        "kind": r.kind,
                        "accuracy": accuracy.get(r.name),
                        "simulated": simulated[r.name],
                    }
                    for r in rows
                ],
                f,
                indent=1,
            )
    page.write_page(PAGE, WORK, NETWORKS)
    print("written: %s" % os.path.relpath(PAGE, ROOT))


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    return guarded(PROGRAM, arguments(argv), run)


def guarded(
    program: str, options: argparse.Namespace, run: Callable[[argparse.Namespace], None]
) -> int:
    """Runs a program whose stages are kept; -> its exit code."""
    shared.find_packages(program)
    return shared.guarded(
        program,
        lambda: run(options),
        options.debug,
        lambda: "interrupted; the same command goes on from here",
    )
