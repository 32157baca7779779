"""Results as rows: on a terminal, and as the tables of a page."""
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from peeksim.errors import OUTPUT, USAGE, ExtractError

from .check import Result

COLUMNS = ("network", "shows", "layers (ReLU)", "MACs", "left out", "outputs compared")
SMALL, TORCHVISION = "small networks", "torchvision"  # the names of a page's tables


def print_head() -> None:
    names = ("network", "layers", "MACs", "left out", "checked", "s", "shows")
    print("%-23s %-8s %9s %9s %8s %5s  %s" % names)


def print_row(result: Result) -> None:
    """One line of a Result, and one for each of its faults."""
    entry = result.entry
    numbers = "%-23s %-8s %9d %9d %8d %5.1f  %s" % (
        entry.name,
        layers_of(result),
        result.macs,
        result.left_out,
        result.values,
        result.seconds,
        entry.shows,
    )
    refused = "%-23s %-8s %40.1f  %s" % (entry.name, "refused", result.seconds, entry.shows)
    print(refused if entry.refused else numbers, flush=True)
    for fault in result.faults:
        print("model_zoo: %s: %s" % (entry.name, fault), file=sys.stderr)


def layers_of(result: Result) -> str:
    return "%d (%d)" % (result.layers, result.relus)


def small_networks(results: Iterable[Result]) -> str:
    """A table for each family, in Markdown."""
    lines, family = [], None
    for result in results:
        if result.entry.family != family:
            family = result.entry.family
            lines += ["", "### %s" % (family[0].upper() + family[1:]), "", *_head(*COLUMNS)]
        lines.append(_row(*_cells(result)))
    return "\n".join(lines[1:])


def _cells(result: Result) -> list[str]:
    entry = result.entry
    given = ["`%s`" % entry.name, entry.shows]
    if entry.refused:
        return given + ["refused"] + [""] * 3
    counts = [result.macs, result.left_out, result.values]
    return given + [layers_of(result)] + [_number(n) for n in counts]


def torchvision(rows: Iterable[Mapping[str, Any]]) -> str:
    """rows: of bundled.py."""
    lines = _head("model", "image", "layers (ReLU)", "GMACs", "left out", "checked", "trace", "s")
    for row in rows:
        given = ["`%s`" % row["name"], "%d×%d" % (row["size"], row["size"])]
        if row["refused"]:
            lines.append(_row(*given, "refused: %s" % row["refused"], *[""] * 5))
            continue
        total = row["macs"] + row["left_out"]
        share = "%.1f %%: %s" % (100 * row["left_out"] / total, row["where"])
        lines.append(
            _row(
                *given,
                "%d (%d)" % (row["layers"], row["relus"]),
                "%.2f" % (total / 1e9),
                share if row["left_out"] else "–",
                "every value" if row["values"] else "trace, run",
                "%.1f MB" % (row["bytes"] / 1e6),
                "%.0f" % row["seconds"],
            )
        )
    return "\n".join(lines)


def _head(*names: str) -> list[str]:
    return [_row(*names), "|%s" % ("---|" * len(names))]


def _row(*cells: str) -> str:
    return "| %s |" % " | ".join(cell.replace("|", "\\|") for cell in cells)


def _number(n: int) -> str:
    return "{:,}".format(n).replace(",", " ") if n else "–"


def put(path: str, name: str, table: str) -> None:
    """Replaces the page's table of that name. Throws ExtractError: USAGE or OUTPUT."""
    page = read(path)
    begin, end = _marks(name)
    start, stop = page.find(begin), page.find(end)
    if start < 0 or stop < start:
        raise ExtractError(USAGE, "%s has no lines %s and %s" % (path, begin, end))
    _write(path, page[: start + len(begin)] + "\n" + table + "\n" + page[stop:])


def taken(path: str, name: str) -> str:
    """The page's table of that name."""
    begin, end = (re.escape(mark) for mark in _marks(name))
    found = re.search("%s\n(.*)\n%s" % (begin, end), read(path), re.DOTALL)
    assert found, "%s has no table %s" % (path, name)
    return found[1]


def _marks(name: str) -> tuple[str, str]:
    return "<!-- begin: %s -->" % name, "<!-- end: %s -->" % name


def read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError as e:
        raise ExtractError(USAGE, "%s cannot be read: %s" % (path, e)) from e


def _write(path: str, text: str) -> None:
    """All of it, or nothing."""
    new = path + ".new"
    try:
        with open(new, "w", encoding="utf-8") as f:
            f.write(text)
        os.replace(new, path)
    except OSError as e:
        raise ExtractError(OUTPUT, "%s cannot be written: %s" % (path, e)) from e
    finally:
        if os.path.exists(new):
            os.remove(new)
