"""Chooses windows, peeks and thresholds for a trained CNN, from images without labels.

    tools/peek_calibrate.py MODEL --images FOLDER MACHINE.yaml --reduction 20 -o OUT/NAME.yaml

Measures for every layer, channel, pattern and threshold what gating saves and how much it changes
the network's output, chooses the cheapest that save the wanted share of the convolutions' MACs, and
corrects the weights for what prediction takes away; with --steps they also learn to give, with
prediction in the loop, what they gave without.
Writes the machine file OUT/NAME.yaml, which extends MACHINE and can be given to `peeksim run`, its
thresholds OUT/NAME.thresholds.json, and the weights OUT/NAME.pth (--state-dict of the other tools).
With several reductions, --reduction 15,20, the files are OUT/NAME-15.yaml, OUT/NAME-20.yaml and so
on; each is the same as if it were asked for alone. How and how well: docs/accuracy.md.

Exit codes: 0 done, 2 usage or images, 3 machine file, 4 a network that cannot be traced, 6 a file
cannot be written, 130 interrupted; the files of reductions that were done are left, and no others.
"""
import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import shared

if TYPE_CHECKING:
    import torch
    from ..accuracy.calibrate import Calibration, Effort, HeldOut, Trial
    from ..accuracy.insert import Network
    from ..trace.loading import Sample

PROGRAM = "peek_calibrate"
REDUCTION: dict[str, Any] = {  # of the option, which checked() takes apart
    "metavar": "P[,P...]",
    "help": "save P %% of the convolutions' MACs; several at once, such as 15,20,25",
}


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
    wanted.add_argument("--reduction", **REDUCTION)
    wanted.add_argument(
        "--loss",
        type=float,
        metavar="P",
        help="save as much as changes the class of at most P %% of the images",
    )
    add("-o", "--output", required=True, metavar="FILE", help="the machine file, NAME.yaml")
    add_choosing(parser)
    add(
        "--patterns",
        metavar="LIST",
        help="what layers may choose from, such as 2x2:diagonal,3x3:checkerboard "
        "or 2x4:0.1+1.2 with peeks as ROW.COL (default: these two, 2x2:corner, "
        "3x3:diagonal, 3x3:0.1+1.0+1.2+2.1)",
    )
    add(
        "--search",
        type=int,
        default=0,
        metavar="N",
        help="with --reduction: N rounds of evolution, each three passes over the images (default "
        "0)",
    )
    add("--force", action="store_true", help="replace the files")
    shared.add_debug(parser)
    options = checked(parser, argv, {"count": 2, "batch": 1, "search": 0, "steps": 0})
    if options.loss is not None and not is_percent(options.loss):
        parser.error("--loss must be above 0 and below 100, not %s" % options.loss)
    if options.search and options.reduction is None:
        parser.error("--search goes with --reduction")
    return options


def checked(
    parser: argparse.ArgumentParser, argv: Sequence[str] | None, least: Mapping[str, int]
) -> argparse.Namespace:
    """The options of the words argv, with `reductions` as texts. least: the smallest numbers that
    options can have, by name. Ends the process with code 2 where one is wrong."""
    options = parser.parse_intermixed_args(argv)
    options.reductions = options.reduction.split(",") if options.reduction is not None else []
    for text in options.reductions:
        if not is_percent(text):
            parser.error("--reduction must be above 0 and below 100, not %s" % text)
    if len(set(map(float, options.reductions))) < len(options.reductions):
        parser.error("--reduction names one twice: %s" % options.reduction)
    for name, minimum in least.items():
        number = getattr(options, name)
        if number is not None and number < minimum:
            parser.error("--%s must be at least %d, not %d" % (name, minimum, number))
    if not options.output.endswith(".yaml"):
        parser.error("-o must name a file that ends in .yaml, not '%s'" % options.output)
    return options


def add_choosing(parser: argparse.ArgumentParser) -> None:
    """How thresholds are chosen, here and in tools/peek_zap.py."""
    shared.add_count(parser)
    add = parser.add_argument
    add("--batch", type=int, default=25, metavar="B", help="images at a time (default 25)")
    add("--device", help="of torch, such as cuda:0 (default: the GPU if there is one)")
    add(
        "--no-correction",
        action="store_true",
        help="do not restore the mean and deviation of each convolution's outputs",
    )
    add("--no-mirror", action="store_true", help="do not count mirror images as images, too")
    add(
        "--steps",
        type=int,
        default=0,
        metavar="N",
        help="steps of distillation, of 16 images each, in which all weights learn (default 0); "
        "without them and with --no-correction the weights stay as they are: no .pth",
    )


def effort_of(options: argparse.Namespace, searches: int = 0) -> "Effort":
    """What is done for a reduction by these options of add_choosing()."""
    from ..accuracy import calibrate, distil

    return calibrate.Effort(
        corrects=not options.no_correction,
        searches=searches,
        learning=distil.Recipe(steps=options.steps),
    )


def is_percent(text: str | float) -> bool:
    """Whether it is a number above 0 and below 100."""
    try:
        return 0 < float(text) < 100
    except ValueError:
        return False


def files_of(stem: str, weights: bool) -> list[str]:
    """The machine file, its thresholds and, if there are any, its weights."""
    return [stem + ".yaml", stem + ".thresholds.json"] + [stem + ".pth"] * weights


def stems_of(options: argparse.Namespace, weights: bool) -> list[str]:
    """What the files of each reduction are called, without their endings; of --loss one. Throws
    ExtractError(OUTPUT): a file exists and must not be replaced, or the folder does not."""
    from ..errors import OUTPUT, ExtractError

    stem = options.output[: -len(".yaml")]
    several = len(options.reductions) > 1
    stems = [stem + "-" + r for r in options.reductions] if several else [stem]
    for path in (path for one in stems for path in files_of(one, weights)):
        if os.path.exists(path) and not options.force:
            raise ExtractError(OUTPUT, "%s exists; --force replaces it" % path)
    folder = os.path.dirname(os.path.abspath(options.output))
    if not os.path.isdir(folder):
        raise ExtractError(OUTPUT, "%s: no such folder" % folder)
    return stems


class Given(NamedTuple):
    """What thresholds are chosen for, and on."""

    net: "torch.nn.Module"  # its parameters do not learn
    network: "Network"
    samples: "list[Sample]"


def given_by(options: argparse.Namespace) -> Given:
    """MODEL and its images, on --device. Throws ExtractError."""
    import torch
    from ..accuracy import insert
    from ..trace import loading

    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cudnn.allow_tf32 = False
    net, meta, _ = loading.load_model(options.model, options.model_arg, options.state_dict)
    net = net.to(device=device, dtype=torch.float32)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    preprocess = loading.preprocessing(options.preprocess, meta)
    samples = list(loading.Inputs(options.images, preprocess, options.count)())
    with torch.no_grad():
        first = samples[0].tensor[None].to(device=device, dtype=torch.float32)
        return Given(net, insert.Network(net, first), samples)


def run(options: argparse.Namespace, state: argparse.Namespace) -> None:
    """Calibrates, writes the files, prints what they hold. state: gets `written`, the machine files
    so far. Throws ExtractError."""
    from ..accuracy import calibrate, patterns
    from ..progress import Work

    effort = effort_of(options, options.search)
    stems = stems_of(options, effort.changes_weights)
    names = options.patterns.split(",") if options.patterns else patterns.DEFAULT
    candidates = [patterns.parse(name) for name in names]
    net, network, samples = given_by(options)
    machine = network.resolve(options.machine)
    mirror, layers = not options.no_mirror, len(network.layers)
    work = Work(calibrate.passes(len(samples), layers, mirror, effort, len(stems)))
    try:
        batch = network.at_once(options.batch)
        found = calibrate.Calibration(
            network, machine, candidates, lambda: samples, batch, mirror, work
        )
        if not options.reductions:
            effort = effort._replace(rounds=6)
            trial = found.for_loss(options.loss / 100, effort)
            put(options, net, found, trial, stems[0], effort.changes_weights)
        put_reductions(options, state, net, found, effort, stems)
    finally:
        work.clear()


def put_reductions(
    options: argparse.Namespace,
    state: argparse.Namespace,
    net: "torch.nn.Module",
    found: "Calibration",
    effort: "Effort",
    stems: Sequence[str],
) -> None:
    """Chooses for each of the reductions and writes its files. state: as run() has it. Throws
    ExtractError."""
    for reduction, stem in zip(options.reductions, stems):
        trial = found.for_reduction(float(reduction) / 100, effort)
        put(options, net, found, trial, stem, effort.changes_weights)
        state.written.append(stem + ".yaml")


def held_out_rows(held: "HeldOut") -> tuple[tuple[str, str], ...]:
    """What is printed of the images held out: (what, value) each."""
    from ..accuracy.interval import share_interval

    low, high = share_interval(held.images, held.changed)
    return (
        (
            "classes changed",
            "%.1f %% of the images held out (95 %%: %.1f to %.1f %%); top-1 can lose at most as "
            "much" % (100 * held.changed / held.images, 100 * low, 100 * high),
        ),
        ("divergence", "%.4f nats an image held out" % held.divergence),
    )


def put(
    options: argparse.Namespace,
    net: "torch.nn.Module",
    found: "Calibration",
    trial: "Trial",
    stem: str,
    weights: bool,
) -> None:
    """Writes a Trial's files and prints what they hold. Throws ExtractError."""
    from ..accuracy import calibrate, files

    held = found.hold(trial)
    found.work.clear()
    paths, folder = files_of(stem, weights), os.path.dirname(os.path.abspath(stem))
    if weights:
        files.put(paths[2], files.saved({k: v.cpu() for k, v in net.state_dict().items()}))
    base, name = os.path.relpath(options.machine, folder), os.path.basename(stem)
    files.put(paths[1], calibrate.thresholds(trial))
    files.put(paths[0], found.overlay(base, name, trial, os.path.basename(paths[1])))
    print("\n".join(paths))
    for what, value in (
        (
            "images",
            "%d to choose and learn on, %d held out; without labels"
            % (len(found.chosen_on), held.images),
        ),
        (
            "MACs saved",
            "%.2f %% of the convolutions', in the loop, on %d of these images; %.2f %% on those "
            "held out" % (100 * trial.saved, len(found.tried), 100 * held.saved),
        ),
        *held_out_rows(held),
    ):
        print("  %-15s %s" % (what, value))
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages(PROGRAM)
    state = argparse.Namespace(written=[])
    return shared.guarded(
        PROGRAM,
        lambda: run(options, state),
        options.debug,
        lambda: interrupted(state.written, "nothing is written"),
    )


def interrupted(written: Sequence[str], before: str) -> str:
    """The message after Ctrl-C. written: the machine files so far; before: what there is to say
    when there are none."""
    if not written:
        return "interrupted; " + before
    return "interrupted; written: %s; ask for the other reductions again" % ", ".join(written)
