#!/usr/bin/env python3
"""Recreates the shipped traces from the trained networks and three free photographs.

    tools/make_traces.py            rewrites traces/*.h5
    tools/make_traces.py --check    makes them in a temporary folder and compares

The networks are read from the folder that --shared or PEEKSIM_SHARED names (default: ../shared
beside the repository). Each trace is one call of tools/extract_trace.py, which is printed;
the photographs are those of Debian's python3-skimage: chelsea (CC0), coffee (CC0) and astronaut
(public domain).
"""
import argparse
import filecmp
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TRACES = (  # network, photographs
    ("squeezenet1_1", "imagenet"),
    ("resnet18", "imagenet_one"),
    ("cifar_resnet20", "cifar"),
)
# CIFAR-10 pictures: name, photograph, box (left, top, right, bottom) to scale to 32 x 32, class.
CROPS = (
    ("chelsea", "chelsea", (75, 0, 375, 300), 3),
    ("chelsea-face", "chelsea", (110, 60, 270, 220), 3),
    ("coffee", "coffee", (100, 0, 500, 400), -1),
    ("astronaut", "astronaut", (0, 0, 512, 512), -1),
)


def _photograph(name: str) -> Any:
    from PIL import Image
    from skimage import data

    return Image.fromarray(getattr(data, name)())


def imagenet() -> Iterator[tuple[str, Any, int]]:
    """Whole photographs with their ImageNet classes: 281 tabby cat, 967 espresso."""
    yield "chelsea", _photograph("chelsea"), 281
    yield "coffee", _photograph("coffee"), 967


def imagenet_one() -> Iterator[tuple[str, Any, int]]:
    yield "chelsea", _photograph("chelsea"), 281


def cifar() -> Iterator[tuple[str, Any, int]]:
    """Square crops at CIFAR-10's size; class 3 is cat, -1 that CIFAR-10 has no such class."""
    from PIL import Image

    for name, photograph, box, label in CROPS:
        yield name, _photograph(photograph).crop(box).resize((32, 32), Image.BOX), label


def command(network: str, photographs: str, shared: str, output: str) -> list[str]:
    graph_net = os.path.join(shared, "models", "graph_net.py")
    return [
        "tools/extract_trace.py",
        graph_net + ":load",
        "--model-arg",
        network,
        "--preprocess",
        graph_net + ":preprocess",
        "--images",
        "tools/make_traces.py:" + photographs,
        "--compression",
        "9",
        "--origin",
        "trained %s on free photographs, see traces/README.md" % network,
        "-o",
        output,
    ]


def make(network: str, photographs: str, shared: str, output: str) -> int:
    """Runs the extractor from the repository's root; returns its exit code."""
    words = command(network, photographs, shared, output)
    print("+", " ".join("'%s'" % w if " " in w else w for w in words), flush=True)
    return subprocess.call([sys.executable] + words + ["--force"], cwd=ROOT)


def same_values(path: str, other: str) -> bool:
    """Whether two HDF5 files hold the same attributes and datasets under the same names."""
    import h5py
    import numpy as np

    def contents(file: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def add(name: str, entry: Any) -> None:
            for key, value in entry.attrs.items():
                found[name + "@" + key] = value
            if isinstance(entry, h5py.Dataset):
                found[name] = entry[...]

        add("", file)
        file.visititems(add)
        return found

    with h5py.File(path, "r") as a, h5py.File(other, "r") as b:
        one, two = contents(a), contents(b)
    return list(one) == list(two) and all(
        np.asarray(one[n]).dtype == np.asarray(two[n]).dtype and np.array_equal(one[n], two[n])
        for n in one
    )


def check(network: str, path: str) -> bool:
    """Compares a trace with the shipped one, says what is the same; -> whether the values are."""
    shipped = os.path.join(ROOT, "traces", network + ".h5")
    if not os.path.isfile(shipped) or not same_values(shipped, path):
        return False
    same_bytes = filecmp.cmp(shipped, path, shallow=False)
    print("  same %s as traces/%s.h5" % ("bytes" if same_bytes else "values", network))
    return True


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--shared",
        default=os.environ.get("PEEKSIM_SHARED", "../shared"),
        help="the folder with models/graph_net.py (default: %(default)s)",
    )
    parser.add_argument("--check", action="store_true", help="compare only, change nothing")
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="default: all shipped")
    options = parser.parse_args(argv)
    known = [network for network, _ in TRACES]
    for network in options.networks:
        if network not in known:
            parser.error("%s is not shipped; these are: %s" % (network, ", ".join(known)))
    if not os.path.isfile(os.path.join(ROOT, options.shared, "models", "graph_net.py")):
        parser.error(
            "%s holds no models/graph_net.py; name the folder with --shared or PEEKSIM_SHARED"
            % options.shared
        )
    different = []
    with tempfile.TemporaryDirectory() as folder:
        for network, photographs in TRACES:
            if options.networks and network not in options.networks:
                continue
            shipped = os.path.join("traces", network + ".h5")
            output = os.path.join(folder, network + ".h5") if options.check else shipped
            code = make(network, photographs, options.shared, output)
            if code:
                return code
            if options.check and not check(network, output):
                different.append(network)
    if different:
        print("make_traces: other values than shipped: %s" % ", ".join(different), file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
