"""Measures what zero prediction costs a trained CNN in accuracy, and what it saves in MACs.

    tools/peek_accuracy.py MODEL --images FOLDER MACHINE.yaml [MACHINE.yaml ...] [-o RESULTS.json]

MODEL may be Python, torchvision's or an ONNX file. Each machine file's prediction runs inside the
network, so that mispredictions propagate; the unmodified network runs beside it on the same images.
Of policy snapea only the guesses are counted: what it leaves out for certain is the simulator's to
count, on a trace. Results and their meaning: docs/accuracy.md.

Exit codes: 0 done, 2 usage or images, 3 machine file, 4 a network that cannot be traced, 6 the
results cannot be written, 130 interrupted: with -o the same command then continues where it
stopped.
"""
import argparse
import json
import os
import sys
import time
from collections.abc import Sequence

from . import shared

PROGRAM = "peek_accuracy"


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of the words argv. Ends the process with code 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    shared.add_model(parser, "what to measure")
    add("machines", metavar="MACHINE", nargs="*", help="a machine file (YAML)")
    shared.add_predictor(
        parser,
        "measured beside the machines, or alone; may be repeated",
        action="append",
        default=[],
    )
    shared.add_images(parser)
    add(
        "--corrected",
        metavar="FILE",
        help="weights of the network with prediction (peek_calibrate.py); it is compared with "
        "MODEL as it is",
    )
    add("-o", "--output", metavar="RESULTS", help="the results as JSON, everything per layer too")
    shared.add_count(parser)
    add("--batch", type=int, default=20, metavar="B", help="images at a time (default 20)")
    add("--device", help="of torch, such as cuda:0 (default: the GPU if there is one)")
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="overrides a key of every machine file; may be repeated",
    )
    add("--layers", action="store_true", help="print a table of the layers too")
    add("--force", action="store_true", help="replace RESULTS, and start over")
    shared.add_debug(parser)
    options = parser.parse_intermixed_args(argv)
    if not options.machines and not options.predictor:
        parser.error("what is to be measured? Give a MACHINE, or --predictor CLASS")
    for name in ("count", "batch"):
        number = getattr(options, name)
        if number is not None and number < 1:
            parser.error("--%s must be at least 1, not %d" % (name, number))
    return options


def run(options: argparse.Namespace, state: argparse.Namespace) -> None:
    """Measures and prints. state: gets the `journal`, for the message after Ctrl-C. Throws
    ExtractError."""
    import torch
    from ..accuracy import files, insert, measure, named, results
    from ..trace import loading
    from ..errors import OUTPUT, ExtractError

    if options.output and os.path.exists(options.output) and not options.force:
        raise ExtractError(OUTPUT, "%s exists; --force replaces it" % options.output)
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cudnn.allow_tf32 = False  # the sign of a sum is what prediction looks at
    net, meta, trained = loading.load_model(options.model, options.model_arg, options.state_dict)
    net = net.to(device=device, dtype=torch.float32)
    samples = loading.Inputs(
        options.images, loading.preprocessing(options.preprocess, meta), options.count
    )
    first = next(iter(samples())).tensor[None].to(device=device, dtype=torch.float32)
    with torch.no_grad():
        network = insert.Network(net, first)
    if options.corrected:
        corrected, _, _ = loading.load_model(options.model, options.model_arg, options.corrected)
        corrected = corrected.to(device=device, dtype=torch.float32)
        with torch.no_grad():
            network = insert.Network(corrected, first)
    own = [named.load(spec) for spec in options.predictor]
    resolved = [network.resolve(path, options.set) for path in options.machines]
    predicted = [network.apply(s) for s in resolved] + [network.apply(p) for p in own]
    settings = [one.settings for one in predicted]
    for machine in settings:
        for entry in machine.unmatched:
            print("note: %s: %s names no layer" % (machine.path, entry), file=sys.stderr)
    if not trained:
        print("note: random weights (no --state-dict)", file=sys.stderr)

    what = {
        name: getattr(options, name)
        for name in ("model", "model_arg", "state_dict", "preprocess", "images", "count", "batch")
    }
    what.update(
        weights=measure.fingerprint(net),
        corrected=measure.fingerprint(corrected) if options.corrected else None,
        device=device,
        torch=torch.__version__,
        machines=[repr(s) for s in settings],
    )
    if options.output:
        journal: measure.Memory = measure.Journal(options.output + ".partial", what, options.force)
    else:
        journal = measure.Memory()
    state.journal, before, start = journal, journal.images(), time.monotonic()
    batch = network.at_once(options.batch)
    measure.evaluate(net, predicted, samples, batch, device, journal, options.count)
    seconds = time.monotonic() - start

    del what["machines"]
    found = results.document(what, settings, journal.outcomes)
    if options.output:
        files.put(options.output, json.dumps(found, indent=1) + "\n")
    journal.finish()
    print(results.table(found, options.layers), end="")
    print(
        "\n%.1f images a second on %s, %d networks each"
        % ((journal.images() - before) / seconds, device, 1 + len(predicted))
    )
    if options.output:
        print("results in %s" % options.output)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages(PROGRAM)
    state = argparse.Namespace(journal=None)

    def interrupted() -> str:
        if options.output and state.journal:
            return "interrupted after %d images; the same command goes on from there" % (
                state.journal.images()
            )
        return "interrupted; nothing is kept"

    return shared.guarded(PROGRAM, lambda: run(options, state), options.debug, interrupted)
