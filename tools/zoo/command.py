"""Traces small networks, one for each idea that yours may have, and checks what the traces hold.

    tools/model_zoo.py lenet vit
    tools/model_zoo.py -o docs/models.md
    tools/model_zoo.py --torchvision -o docs/models.md

Each network is traced with weights, and the trace simulated by the clocked engine, which compares
every value. Hooks on the network itself, which share nothing with the extractor, see every layer
and ReLU: the trace must hold the same ones, and say how many MACs it lacks. Half a minute.
--torchvision runs all of torchvision's classification models instead: half an hour, and what is
done is kept in build/model_zoo.

Needs the build of tools/demo and Debian's python3-onnx; --torchvision also python3-torchvision.
Exit codes: 0 all pass, 1 something is wrong (a line each), 2 usage, 6 the page cannot be written.
"""
import argparse
import sys
from collections.abc import Sequence

from peeksim.commands import shared

PROGRAM = "model_zoo"
NEEDED, DEBIAN = shared.NEEDED + ("onnx",), shared.DEBIAN + " python3-onnx"


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="only these (default: all)")
    add("--list", action="store_true", help="print the names and what each shows")
    add("--torchvision", action="store_true", help="torchvision's models instead")
    add("-o", "--output", metavar="PAGE.md", help="put the table into this page; needs all")
    shared.add_debug(parser)
    options = parser.parse_args(argv)
    if options.output and options.names:
        parser.error("-o needs all networks: drop the names")
    return options


class Failed(Exception):
    """Something is wrong with a network: it has been printed."""


def chosen(known: Sequence[str], names: Sequence[str]) -> list[str]:
    """Those of `known` that are asked for, all if none is. Throws ExtractError."""
    from peeksim.errors import USAGE, ExtractError

    for name in names:
        if name not in known:
            raise ExtractError(USAGE, "there is no network '%s'; --list prints the names" % name)
    return [name for name in known if not names or name in names]


def run(options: argparse.Namespace) -> None:
    (run_torchvision if options.torchvision else run_small)(options)


def run_small(options: argparse.Namespace) -> None:
    from peeksim.progress import Progress

    from . import networks, table  # noqa: F401
    from .check import check
    from .entry import ENTRIES

    entries = {entry.name: entry for entry in ENTRIES}
    names = chosen(list(entries), options.names)
    if options.list:
        print("\n".join("%-23s %s" % (name, entries[name].shows) for name in names))
        return
    results, progress = [], Progress(len(names), "checking", "networks")
    table.print_head()
    for i, name in enumerate(names):
        progress.show(i)
        results.append(check(entries[name]))
        progress.clear()
        table.print_row(results[-1])
    wrong = sum(bool(result.faults) for result in results)
    finish(options, table.SMALL, table.small_networks(results), wrong)


def run_torchvision(options: argparse.Namespace) -> None:
    from peeksim.progress import Progress

    from . import bundled, table

    names = chosen(bundled.names(), options.names)
    if options.list:
        print("\n".join(names))
        return
    rows, wrong, progress = [], 0, Progress(len(names), "tracing", "networks")
    for i, name in enumerate(names):
        progress.show(i)
        rows.append(bundled.row(name))
        progress.clear()
        print(table.torchvision(rows[-1:]).splitlines()[-1], flush=True)
        found = list(bundled.faults(rows[-1]))
        wrong += bool(found)
        for fault in found:
            print("%s: %s: %s" % (PROGRAM, name, fault), file=sys.stderr)
    finish(options, table.TORCHVISION, table.torchvision(rows), wrong)


def finish(options: argparse.Namespace, name: str, text: str, wrong: int) -> None:
    from . import table

    if wrong:
        raise Failed("%d of the networks did not pass" % wrong)
    if options.output:
        table.put(options.output, name, text)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages(PROGRAM, NEEDED, DEBIAN)
    failed = []

    def guarded() -> None:
        try:
            run(options)
        except Failed as e:
            failed.append(shared.fail(PROGRAM, 1, e))

    code = shared.guarded(PROGRAM, guarded, options.debug, lambda: "interrupted")
    return failed[0] if failed else code
