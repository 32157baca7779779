"""The measurements of docs/findings.md: which part of the saved MACs becomes time, on which
machine, and why. Simulates the shipped traces, fills the page's tables and draws its pictures.

    /usr/bin/python3 docs/findings.py [--measure [--shared FOLDER] [--networks NAME ...]]

--measure first recreates configs/calibrated and docs/findings-accuracy.json. That needs the
trained networks and images (--shared), which are not in the repository, and takes an hour or so.
"""
import argparse
import os
from collections.abc import Sequence

from peeksim.client import ROOT

from . import accuracy, machines, measure, pictures, runs, tables

DOCS = os.path.join(ROOT, "docs")

# Lengths of the wire that brings an activation to any PE, in mm, for a sweep of the energy over
# array.multicast_mm.
WIRE_LENGTHS_MM = (0.5, 1, 2, 4, 9, 16)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--measure", action="store_true", help="measure the accuracies again, too")
    shared = os.environ.get("PEEKSIM_SHARED", os.path.join(ROOT, os.pardir, "shared"))
    add("--shared", default=shared, help="the folder with models/ and images/")
    add(
        "--networks",
        nargs="+",
        choices=machines.NETWORKS,
        default=machines.NETWORKS,
        metavar="NAME",
        help="those to --measure; the page always has all",
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    if options.measure:
        measure.measure_all(options.networks, options.shared)
    found = {n: {m: runs.Run(m, n) for m in machines.MACHINES} for n in machines.NETWORKS}
    dense = {n: of[machines.DENSE].energy["total"] for n, of in found.items()}
    sweep = runs.wire_sweep(machines.NETWORKS, WIRE_LENGTHS_MM, dense)
    tables.write(
        os.path.join(DOCS, "findings.md"), found, accuracy.read(), WIRE_LENGTHS_MM, sweep
    )
    pictures.draw(DOCS, found, WIRE_LENGTHS_MM, sweep)
