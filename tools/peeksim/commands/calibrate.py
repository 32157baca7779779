"""Chooses windows, peeks and thresholds for a trained CNN, from images without labels.

    tools/peek_calibrate.py MODEL --images FOLDER MACHINE.yaml --reduction 20 -o OUT/NAME.yaml

Measures for every layer, channel, pattern and threshold what gating saves and how much it changes
the network's output, and chooses the cheapest that save the wanted share of the convolutions' MACs.
Writes the machine file OUT/NAME.yaml, which extends MACHINE and can be given to `peeksim run`, its
thresholds OUT/NAME.thresholds.json, and the network's weights, corrected for what prediction takes
away, OUT/NAME.pth (--state-dict of the other tools). How and how well: docs/accuracy.md.

Exit codes: 0 done, 2 usage or images, 3 machine file, 4 a network that cannot be traced, 6 a file
cannot be written, 130 interrupted; nothing is left behind by any but the first.
"""
import argparse
import os
import sys
from collections.abc import Sequence

from . import shared

PROGRAM = "peek_calibrate"


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of the words argv. Ends the process with code 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    shared.add_model(parser, "what to calibrate; see peek_accuracy.py --help")
    add("machine", metavar="MACHINE", help="a machine file (YAML) with policy peek")
    shared.add_images(parser)
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument(
        "--reduction", type=float, metavar="P", help="save P %% of the convolutions' MACs"
    )
    wanted.add_argument(
        "--loss",
        type=float,
        metavar="P",
        help="save as much as changes the class of at most P %% of the images",
    )
    add("-o", "--output", required=True, metavar="FILE", help="the machine file, NAME.yaml")
    shared.add_count(parser)
    add("--batch", type=int, default=25, metavar="B", help="images at a time (default 25)")
    add("--device", help="of torch, such as cuda:0 (default: the GPU if there is one)")
    add(
        "--patterns",
        metavar="LIST",
        help="what layers may choose from, such as 2x2:diagonal,3x3:checkerboard "
        "or 2x4:0.1+1.2 with peeks as ROW.COL (default: these two, 2x2:corner, "
        "3x3:diagonal, 3x3:0.1+1.0+1.2+2.1)",
    )
    add("--no-correction", action="store_true", help="leave the weights as they are: no .pth")
    add(
        "--search",
        type=int,
        default=0,
        metavar="N",
        help="with --reduction: N rounds of evolution, each three passes over the images (default "
        "0)",
    )
    add("--no-mirror", action="store_true", help="do not count mirror images as images, too")
    add("--force", action="store_true", help="replace the files")
    shared.add_debug(parser)
    options = parser.parse_intermixed_args(argv)
    for name in ("reduction", "loss"):
        number = getattr(options, name)
        if number is not None and not 0 < number < 100:
            parser.error("--%s must be above 0 and below 100, not %g" % (name, number))
    for name, minimum in (("count", 1), ("batch", 1), ("search", 0)):
        number = getattr(options, name)
        if number is not None and number < minimum:
            parser.error("--%s must be at least %d, not %d" % (name, minimum, number))
    if options.search and options.reduction is None:
        parser.error("--search goes with --reduction")
    if not options.output.endswith(".yaml"):
        parser.error("-o must name a file that ends in .yaml, not '%s'" % options.output)
    return options


def progress(what: str, state: object) -> None:
    """Shows on a terminal how far the work is."""
    if sys.stderr.isatty():
        print("\r\033[K%s %s" % (what, state), end="", file=sys.stderr, flush=True)


def run(options: argparse.Namespace) -> None:
    """Calibrates, writes the files, prints what they hold. Throws ExtractError."""
    import torch
    from ..accuracy import calibrate, files, insert, patterns
    from ..trace import loading
    from ..errors import OUTPUT, ExtractError

    stem = options.output[: -len(".yaml")]
    paths = [options.output, stem + ".thresholds.json"]
    if not options.no_correction:
        paths.append(stem + ".pth")
    for path in paths:
        if os.path.exists(path) and not options.force:
            raise ExtractError(OUTPUT, "%s exists; --force replaces it" % path)
    folder = os.path.dirname(os.path.abspath(options.output))
    if not os.path.isdir(folder):
        raise ExtractError(OUTPUT, "%s: no such folder" % folder)
    names = options.patterns.split(",") if options.patterns else patterns.DEFAULT
    candidates = [patterns.parse(name) for name in names]

    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cudnn.allow_tf32 = False
    net, meta, _ = loading.load_model(options.model, options.model_arg, options.state_dict)
    net = net.to(device=device, dtype=torch.float32)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    given = list(
        loading.Inputs(
            options.images, loading.preprocessing(options.preprocess, meta), options.count
        )()
    )
    with torch.no_grad():
        first = given[0].tensor[None].to(device=device, dtype=torch.float32)
        network = insert.Network(net, first)
    machine = network.resolve(options.machine)
    batch = network.at_once(options.batch)
    found = calibrate.Calibration(
        network, machine, candidates, lambda: given, batch, not options.no_mirror, progress
    )
    corrects = not options.no_correction
    if options.reduction is not None:
        trial = found.for_reduction(options.reduction / 100, corrects, searches=options.search)
    else:
        trial = found.for_loss(options.loss / 100, corrects)
    progress("", "")

    name = os.path.basename(stem)
    base = os.path.relpath(options.machine, folder)
    if corrects:
        state = {k: v.cpu() for k, v in net.state_dict().items()}
        files.put(paths[2], files.saved(state))
    files.put(paths[1], calibrate.thresholds(trial))
    files.put(paths[0], calibrate.overlay(base, name, trial, os.path.basename(paths[1])))
    print("%s" % "\n".join(paths))
    for what, value in (
        ("images", "%d, without their labels" % len(given)),
        (
            "MACs saved",
            "%.2f %% of the convolutions', in the loop, on these images" % (100 * trial.saved),
        ),
        ("classes changed", "%.1f %% of these images" % (100 * trial.changed)),
        ("divergence", "%.4f nats an image" % trial.divergence),
    ):
        print("  %-15s %s" % (what, value))


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages(PROGRAM)
    return shared.guarded(
        PROGRAM, lambda: run(options), options.debug, lambda: "interrupted; nothing is written"
    )
