"""Searches for the best machines in several metrics at once, and prints the Pareto front.

    tools/explore.py configs/peek-16x16.yaml --trace traces/resnet18.h5 \\
        --axis array.rows=4,8,16,32 --axis array.dispatch=gate,row_skip,packed \\
        --axis buffers.ifmap_bytes=64KiB..1MiB:log \\
        --objective cycles --objective energy --trials 200 --storage study.db

Samplers are Optuna's. With --storage the same command continues where it stopped. One job, the same
seed and a new storage give the same trials.

Exit codes: 0 done, 2 usage, 130 interrupted, or peeksim's own.
"""
import argparse
import contextlib
import csv
from collections.abc import Sequence

from .. import client
from ..errors import OUTPUT, ExtractError
from ..explore.search import Search
from . import shared

PROGRAM = "explore"


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of the words argv. Ends the process with code 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("machine", metavar="MACHINE", help="the machine file that the axes change")
    add("--trace", required=True, metavar="FILE", help="a trace (HDF5)")
    add("--images", type=int, default=0, metavar="N", help="the first N images only")
    add(
        "--axis",
        action="append",
        default=[],
        metavar="KEY=VALUES",
        help="A,B,C or FIRST..LAST, with :log or :step=N; may be repeated",
    )
    add("--sweep", metavar="FILE", help="take the axes, derived: and where: of a sweep file too")
    add(
        "--where",
        action="append",
        default=[],
        metavar="CONDITION",
        help="machines must meet it, as array.rows * array.cols == 256; may be repeated",
    )
    add(
        "--objective",
        action="append",
        default=[],
        metavar="METRIC",
        help="METRIC, METRIC:min or METRIC:max (default cycles and energy)",
    )
    add("--scope", default="network", help="the layers that metrics sum over (default network)")
    add(
        "--accuracy",
        action="append",
        default=[],
        metavar="FILE",
        help="results of peek_accuracy.py for the objective accuracy, by machine or overlay name",
    )
    add("--trials", type=int, default=100, metavar="N", help="in all (default 100)")
    add("--sampler", choices=("nsga2", "tpe", "random"), default="nsga2")
    add("--seed", type=int, default=1)
    add("--jobs", type=int, default=1, metavar="N", help="trials at a time (default 1)")
    add("--storage", metavar="FILE", help="keep the study (SQLite), or continue it")
    add("--csv", metavar="FILE", help="every trial as CSV; front: 1 on the Pareto front")
    shared.add_debug(parser)
    options = parser.parse_args(argv)
    for name in ("trials", "jobs"):
        if getattr(options, name) < 1:
            parser.error("--%s must be at least 1, not %d" % (name, getattr(options, name)))
    return options


def run(options: argparse.Namespace) -> None:
    """Searches, prints the front, writes --csv. Throws ExtractError."""
    try:
        with client.Session(options.jobs) as session:
            with contextlib.closing(Search(options, session)) as search:
                try:
                    search.run()
                finally:
                    search.forget()
                table, (header, rows) = search.table(), search.rows()
    except client.PeeksimError as error:
        raise ExtractError(error.exit_code, error.message)
    print(table, end="")
    if options.csv:
        try:
            with open(options.csv, "w", newline="", encoding="utf-8") as f:
                csv.writer(f, lineterminator="\n").writerows([header] + rows)
        except OSError as error:
            raise ExtractError(OUTPUT, "%s cannot be written: %s" % (options.csv, error))


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages(
        PROGRAM, ("optuna", "yaml"), "python3-optuna python3-yaml"
    )

    def interrupted() -> str:
        if options.storage:
            return "interrupted; the same command goes on from there"
        return "interrupted; nothing is kept: add --storage FILE"

    return shared.guarded(PROGRAM, lambda: run(options), options.debug, interrupted)
