"""Runs images through a trained CNN and records what enters each ReLU: a trace for peeksim.

    tools/extract_trace.py MODEL --images FOLDER_OR_CALLABLE -o FILE.h5

MODEL may be Python, torchvision's or an ONNX file. The format is docs/trace-format.md; which values
are recorded, and which layers get activation "none", is told in traces/README.md.

Exit codes: 0 done, 2 usage or images, 3 machine file, 4 a network that cannot be traced, 6 the
trace cannot be written, 130 interrupted; nothing is left behind by any but the first.
"""
import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from . import shared

if TYPE_CHECKING:
    from ..accuracy.masks import MaskedLoop
    from ..trace.extract import Loop, Summary
    from ..trace.layers import Analysis, Layer


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of the words argv. Ends the process with code 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    shared.add_model(parser, "what to trace")
    shared.add_images(parser, "; it is called twice and must yield the same")
    add("-o", "--output", required=True, metavar="FILE", help="the trace")
    shared.add_count(parser)
    add(
        "--type",
        choices=("i8", "f16", "f32"),
        help="of the recorded values (default i8: one scale per tensor, signs kept)",
    )
    add(
        "--compression",
        type=int,
        choices=range(1, 10),
        default=2,
        metavar="LEVEL",
        help="gzip's, 1 to 9 (default %(default)s: 9 takes ten times as long for 5 %% less)",
    )
    add(
        "--no-ifmap",
        action="store_true",
        help="leave the ifmaps out: zero activations are not gated",
    )
    add(
        "--with-weights",
        action="store_true",
        help="also weight and bias with batch-norm folded in, and the residuals",
    )
    add(
        "--quantize",
        choices=("int8",),
        help="run the network in int8 arithmetic and record its integers, weights, biases and "
        "residuals, from which the ofmaps follow to the bit; symmetric, a scale per activation "
        "tensor and one per output channel of the weights",
    )
    add(
        "--calibration",
        metavar="FOLDER_OR_CALLABLE",
        help="images from whose largest magnitudes --quantize takes the activations' scales "
        "(default: the recorded images)",
    )
    add(
        "--calibration-count",
        type=int,
        metavar="N",
        help="N images of --calibration only, as --count takes them (default: all)",
    )
    add(
        "--machine",
        metavar="MACHINE",
        help="closed loop: run this machine file's zero prediction inside the network, so that "
        "the values carry the mispredictions of earlier layers (docs/accuracy.md)",
    )
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="overrides a key of --machine; may be repeated",
    )
    shared.add_predictor(
        parser, "in the loop in the place of --machine's; its decisions go to FILE.masks.h5"
    )
    add(
        "--random-weights",
        action="store_true",
        help="MODEL's weights are not trained ones: marks the trace as synthetic",
    )
    add("--network", metavar="NAME", help="its name in the trace (default: from MODEL)")
    add("--origin", metavar="TEXT", help="how the trace was made (default: this command)")
    add(
        "--float32",
        action="store_true",
        help="run the network in single precision (default: double, so that the bytes do not "
        "depend on the CPU's order of summation)",
    )
    add("--force", action="store_true", help="replace FILE")
    shared.add_debug(parser)
    options = parser.parse_args(argv)
    for name in ("count", "calibration_count"):
        number = getattr(options, name)
        if number is not None and number < 1:
            parser.error("--%s must be at least 1, not %d" % (name.replace("_", "-"), number))
    if options.calibration and not options.quantize:
        parser.error("--calibration needs --quantize int8")
    if options.calibration_count and not options.calibration:
        parser.error("--calibration-count needs --calibration")
    if options.quantize and (options.type not in (None, "i8") or options.no_ifmap):
        parser.error("--quantize int8 records all as i8, ifmaps too: drop --type and --no-ifmap")
    if options.random_weights and options.state_dict:
        parser.error("--random-weights says that there are none of --state-dict: drop one")
    if options.predictor and options.machine:
        parser.error("--machine and --predictor both predict: drop one")
    if options.set and not options.machine:
        parser.error("--set needs --machine")
    return options


def run(options: argparse.Namespace) -> None:
    """Extracts and prints a summary. Throws ExtractError."""
    from ..trace import extract, loading

    net, meta, trained = loading.load_model(options.model, options.model_arg, options.state_dict)
    trained = trained and not options.random_weights
    preprocess = loading.preprocessing(options.preprocess, meta)
    samples = loading.Inputs(options.images, preprocess, options.count)
    network = options.network or loading.network_name(options.model, options.model_arg)
    calibration = None
    if options.calibration:
        calibration = loading.Inputs(
            options.calibration, preprocess, options.calibration_count, "--calibration-count"
        )
    loop: "Callable[[list[Layer], Analysis], Loop] | None" = None
    masked: "MaskedLoop | None" = None
    if options.machine:
        from ..accuracy import insert

        loop = insert.closed_loop(options.machine, options.set)
    elif options.predictor:
        from ..accuracy import masks, named

        loop = masked = masks.MaskedLoop(named.load(options.predictor))
        masked.require_free(masks_of(options), options.force)
    origin = options.origin or "tools/extract_trace.py %s --images %s%s%s%s%s" % (
        " --model-arg ".join([options.model] + options.model_arg),
        options.images,
        " --quantize int8" if options.quantize else "",
        " --calibration %s" % options.calibration if options.calibration else "",
        loop_of(options),
        weights_of(options, trained),
    )
    summary = extract.extract(
        net,
        samples,
        options.output,
        extract.Options(
            network,
            origin,
            not trained,
            options.type,
            not options.no_ifmap,
            options.with_weights,
            options.force,
            "f32" if options.float32 else "f64",
            bool(options.quantize),
            calibration,
            loop,
            options.compression,
        ),
    )
    if masked:
        masked.write(masks_of(options), options.output)
    for note in summary.notes:
        print("note: %s" % note, file=sys.stderr)
    if not trained:
        print("note: random weights: marked as synthetic", file=sys.stderr)
    print_summary(options, network, summary)


def masks_of(options: argparse.Namespace) -> str:
    """Where the decisions of --predictor go."""
    return "%s.masks.h5" % os.path.splitext(options.output)[0]


def loop_of(options: argparse.Namespace) -> str:
    """The words of the command that put prediction into the loop."""
    if options.predictor:
        return " --predictor %s" % options.predictor
    if not options.machine:
        return ""
    words: list[str] = [" --machine %s" % options.machine, *options.set]
    return " --set ".join(words)


def weights_of(options: argparse.Namespace, trained: bool) -> str:
    """What the trace's origin says of the weights where no file names them."""
    if options.state_dict:
        return " --state-dict %s" % options.state_dict
    if options.model.lower().endswith(".onnx"):
        return ""
    return "; weights as the callable made them" if trained else "; random weights"


def unrecorded_row(summary: "Summary") -> Iterator[tuple[str, str]]:
    """The row on MACs of no layer, where there are any."""
    macs, text = summary.unrecorded
    if macs:
        share = 100 * macs / summary.macs
        yield "missing", "%s MACs an image, %.1f %% of the network's: %s" % (
            "{:,}".format(macs),
            share,
            text,
        )


def loop_row(options: argparse.Namespace, summary: "Summary") -> Iterator[tuple[str, str]]:
    """The rows on the closed loop, where there is one."""
    by = options.machine or options.predictor
    if by:
        share = 100 * summary.gated / max(1, summary.outputs)
        yield "loop", "closed: %.1f %% of these values gated by %s" % (share, by)
        if summary.interpolated:
            yield "", "%d outputs interpolated" % summary.interpolated
    if options.predictor:
        yield "masks", masks_of(options)


def print_summary(options: argparse.Namespace, network: str, summary: "Summary") -> None:
    """Prints what the trace holds."""
    relu = sum(l.activation != "none" for l in summary.layers)
    rows = (
        ("network", network),
        ("images", summary.images),
        ("layers", "%d, %d followed by a ReLU" % (len(summary.layers), relu)),
        (
            "zeros",
            "%.1f %% of the %d values that enter a ReLU"
            % (100 * summary.zeros / max(1, summary.outputs), summary.outputs),
        ),
        *unrecorded_row(summary),
        *loop_row(options, summary),
        (
            "size",
            "%.2f MB, %s" % (os.path.getsize(options.output) / 1e6, summary.stored),
        ),
    )
    print(options.output)
    for name, value in rows:
        print("  %-8s %s" % (name, value))


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages("extract_trace")
    interrupted = "interrupted; %s is not written" % options.output
    return shared.guarded(
        "extract_trace", lambda: run(options), options.debug, lambda: interrupted
    )
