"""Trains a predictor of zeros for a CNN, layer by layer and without labels: ZAP (Shomron et al.,
ECCV 2020, arXiv 1909.07636; docs/accuracy.md).

    tools/peek_zap.py MODEL --images FOLDER --reduction 20,30 -o NAME.npz

Half of each layer's outputs are computed first, and two small depthwise convolutions tell which of
the others are zero. Writes NAME-20.npz and so on (NAME.npz for one reduction), which
tools/peek_accuracy.py and tools/extract_trace.py take as --predictor, and beside each NAME-20.pth,
the network's corrected weights. What was learned is in NAME.learned.pth: after an interruption the
same command goes on from there, and another --reduction needs no training.

Exit codes: 0 done, 2 usage or images, 4 a network that cannot be traced, 6 a file cannot be
written, 130 interrupted.
"""
import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import shared
from .calibrate import add_choosing, held_out_rows, is_percent

if TYPE_CHECKING:
    from ..accuracy.calibrate import Trial
    from ..accuracy.zap import Learning, Zap, ZapCalibration

PROGRAM = "peek_zap"
KEPT_EVERY = 20  # steps


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of the words argv. Ends the process with code 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    shared.add_model(parser, "what to predict")
    shared.add_images(parser)
    add(
        "--reduction",
        required=True,
        metavar="PERCENT",
        help="MACs to save, of all convolutions; or several, such as 15,20,25",
    )
    add("-o", "--output", required=True, metavar="FILE", help="the predictor, NAME.npz")
    add(
        "--first",
        default="checkerboard",
        choices=("checkerboard", "thirds", "quarter"),
        help="which outputs are computed first: 50, 33 or 25 %% (default %(default)s)",
    )
    add("--steps", type=int, default=200, metavar="N", help="of learning (default %(default)s)")
    add(
        "--by-channel",
        action="store_true",
        help="a threshold for each channel (default: for each layer, as published)",
    )
    add_choosing(parser)
    add("--force", action="store_true", help="replace the files, and learn anew")
    shared.add_debug(parser)
    options = parser.parse_args(argv)
    options.reductions = options.reduction.split(",")
    for text in options.reductions:
        if not is_percent(text):
            parser.error("--reduction must be above 0 and below 100, not %s" % text)
    for name, minimum in (("count", 2), ("batch", 1), ("steps", 1)):
        number = getattr(options, name)
        if number is not None and number < minimum:
            parser.error("--%s must be at least %d, not %d" % (name, minimum, number))
    if not options.output.endswith(".npz"):
        parser.error("-o must name a file that ends in .npz, not '%s'" % options.output)
    return options


def run(options: argparse.Namespace, state: argparse.Namespace) -> None:
    """Learns, chooses, writes. state: gets `learned`, how many steps are kept. Throws
    ExtractError."""
    import torch
    from ..accuracy import calibrate, cost, insert, zap
    from ..accuracy.predictor import of_predictor
    from ..progress import Work
    from ..trace import loading
    from ..errors import MODEL, OUTPUT, ExtractError

    stem = options.output[: -len(".npz")]
    stems = [stem + "-" + r for r in options.reductions] if len(options.reductions) > 1 else [stem]
    for path in (s + ending for s in stems for ending in (".npz", ".pth")):
        if os.path.exists(path) and not options.force:
            raise ExtractError(OUTPUT, "%s exists; --force replaces it" % path)
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cudnn.allow_tf32 = False
    net, meta, _ = loading.load_model(options.model, options.model_arg, options.state_dict)
    net = net.to(device=device, dtype=torch.float32)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    preprocess = loading.preprocessing(options.preprocess, meta)
    given = list(loading.Inputs(options.images, preprocess, options.count)())
    with torch.no_grad():
        first = given[0].tensor[None].to(device=device, dtype=torch.float32)
        network = insert.Network(net, first)
    layers = zap.layers_of(network)
    if not layers:
        raise ExtractError(MODEL, "no layer but the first has a ReLU and a map: nothing to predict")
    chosen_on, _ = calibrate.parted(given)
    mirror = not options.no_mirror
    effort = calibrate.Effort(corrects=not options.no_correction)
    learning = options.steps * 16 * (calibrate.BACKWARD + 1)
    work = Work(
        learning + calibrate.passes(len(given), len(layers), mirror, effort, len(stems))
    )
    try:
        batch = network.at_once(options.batch)
        show = work.stage("learning", learning)
        pupils = zap.Learning(
            network,
            layers,
            cost.units(network, layers, lambda: chosen_on, batch),
            zap.Recipe(steps=options.steps),
        )
        kept = Kept(stem + ".learned.pth", command_of(options, net), options.force)
        kept.resume(pupils)

        def after(step: int) -> None:
            show(step / options.steps)
            if step % KEPT_EVERY == 0 or step == options.steps:
                kept.keep(pupils)
                state.learned = step

        folded = pupils.run([s.tensor for s in chosen_on], options.first, mirror, after)
        predictor = zap.Zap(options.first, folded)
        machine = of_predictor(network.layers, network.analysis, predictor)
        calibration = zap.ZapCalibration(
            network,
            machine,
            (),
            lambda: given,
            batch,
            mirror,
            work,
            by_channel=options.by_channel,
        )
        for reduction, one in zip(options.reductions, stems):
            trial = calibration.for_reduction(float(reduction) / 100, effort)
            put(one, net, predictor, calibration, trial, effort.corrects)
    finally:
        work.clear()


def command_of(options: argparse.Namespace, net: Any) -> dict[str, Any]:
    """What must be the same for the same learning."""
    from ..accuracy import measure

    names = ("model", "model_arg", "preprocess", "images", "count", "first", "steps", "no_mirror")
    return dict(
        {name: getattr(options, name) for name in names}, weights=measure.fingerprint(net)
    )


class Kept:
    """What was learned so far, in a file."""

    def __init__(self, path: str, command: Mapping[str, Any], force: bool) -> None:
        """command: must equal that of an existing file, unless `force`. Throws ExtractError."""
        import torch
        from ..errors import OUTPUT, ExtractError

        self.path, self.command, self.found = path, dict(command), None
        if not os.path.exists(path) or force:
            return
        found = torch.load(path, map_location="cpu")
        if found["command"] != self.command:
            raise ExtractError(
                OUTPUT,
                "%s was left by another command; give the same options to go on with that one, "
                "or --force to learn anew" % path,
            )
        self.found = found["learned"]

    def resume(self, pupils: "Learning") -> None:
        """Goes on from the file, if there is one."""
        if self.found is not None:
            pupils.resume(self.found)

    def keep(self, pupils: "Learning") -> None:
        """Replaces the file. Throws ExtractError(OUTPUT)."""
        from ..accuracy import files

        files.put(self.path, files.saved({"command": self.command, "learned": pupils.state()}))


def put(
    stem: str,
    net: Any,
    predictor: "Zap",
    calibration: "ZapCalibration",
    trial: "Trial",
    weights: bool,
) -> None:
    """Writes a Trial's predictor and weights, and prints what they do. Throws ExtractError."""
    from ..accuracy import files, zap

    held = calibration.hold(trial)
    calibration.work.clear()
    thresholds = {name: c.thresholds.tolist() for name, c in trial.choices.items()}
    files.put(stem + ".npz", zap.Zap(predictor.pattern, predictor.layers, thresholds).bytes())
    print(stem + ".npz")
    if weights:
        files.put(stem + ".pth", files.saved({k: v.cpu() for k, v in net.state_dict().items()}))
        print(stem + ".pth")
    saved = "%.2f %% of the convolutions', in the loop; %.2f %% on %d images held out" % (
        100 * trial.saved,
        100 * held.saved,
        held.images,
    )
    for row in (("MACs saved", saved), *held_out_rows(held)):
        print("  %-15s %s" % row)
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages(PROGRAM)
    state = argparse.Namespace(learned=0)
    interrupted = "interrupted; the same command goes on from what was learned"
    return shared.guarded(PROGRAM, lambda: run(options, state), options.debug, lambda: interrupted)
