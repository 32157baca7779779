"""Fine-tunes a CNN with zero prediction inside, so that it recovers accuracy that prediction cost.

    tools/peek_finetune.py MODEL --images TRAINING_FOLDER MACHINE.yaml -o OUT.pth [--epochs N]

MODEL may be Python, torchvision's or an ONNX file. Plain SGD; OUT.pth is written after every epoch
and is what --state-dict of the other tools reads. Advice: docs/accuracy.md.

Exit codes: 0 done, 2 usage or images, 3 machine file, 4 a network that cannot be traced or trained,
6 OUT.pth cannot be written, 130 interrupted: the same command with --resume then continues after
the last complete epoch, with the same result.
"""
import argparse
import math
import os
import sys
from collections.abc import Sequence
from typing import Any

from . import shared

PROGRAM = "peek_finetune"


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of the words argv. Ends the process with code 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    shared.add_model(parser, "what to train")
    add("machine", metavar="MACHINE", help="a machine file (YAML)")
    shared.add_images(parser, "; all need labels")
    add("-o", "--output", required=True, metavar="OUT", help="the weights, and what --resume needs")
    add("--validate", metavar="FOLDER_OR_CALLABLE", help="images to measure on after every epoch")
    add("--epochs", type=int, default=1, metavar="N", help="in all (default 1)")
    add("--lr", type=float, default=0.001, help="learning rate (default 0.001)")
    add("--momentum", type=float, default=0.9, help="default 0.9")
    add("--weight-decay", type=float, default=0.0, help="default 0")
    add("--batch", type=int, default=32, metavar="B", help="images at a time (default 32)")
    add("--flip", action="store_true", help="mirror half of the training images")
    add(
        "--shift",
        type=int,
        default=0,
        metavar="PIXELS",
        help="shift training images by up to so many pixels (default 0)",
    )
    add(
        "--freeze-norm",
        action="store_true",
        help="keep batch-norm's statistics (default: follow the training images)",
    )
    add("--seed", type=int, default=1, help="of the images' order and augmentation (default 1)")
    add("--workers", type=int, default=0, metavar="N", help="processes that read images")
    add("--device", help="of torch, such as cuda:0 (default: the GPU if there is one)")
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="overrides a key of the machine file; may be repeated",
    )
    add("--resume", action="store_true", help="continue after the last epoch that OUT holds")
    add("--force", action="store_true", help="replace OUT")
    shared.add_debug(parser)
    options = parser.parse_intermixed_args(argv)
    for name, minimum in (("epochs", 1), ("batch", 1), ("shift", 0), ("seed", 0), ("workers", 0)):
        if getattr(options, name) < minimum:
            number = getattr(options, name)
            parser.error("--%s must be at least %d, not %d" % (name, minimum, number))
    for name in ("lr", "momentum", "weight_decay"):
        number = getattr(options, name)
        if not (math.isfinite(number) and number >= 0 and (number > 0 or name != "lr")):
            parser.error("--%s is %g, expected a number from 0" % (name.replace("_", "-"), number))
    if options.resume and options.force:
        parser.error("--resume goes on with OUT, --force replaces it: give one of them")
    return options


def run(options: argparse.Namespace, state: argparse.Namespace) -> None:
    """Trains and prints each epoch. state: gets the `epochs` that are done. Throws ExtractError."""
    import torch
    from ..accuracy import finetune, insert, measure
    from ..trace import loading
    from ..errors import MODEL, OUTPUT, ExtractError

    if os.path.exists(options.output) and not (options.force or options.resume):
        raise ExtractError(
            OUTPUT, "%s exists; --resume goes on with it, --force replaces it" % options.output
        )
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cudnn.allow_tf32 = False  # the sign of a sum is what prediction looks at
    torch.backends.cudnn.deterministic = True
    net, meta, _ = loading.load_model(options.model, options.model_arg, options.state_dict)
    net = net.to(device=device, dtype=torch.float32)
    preprocess = loading.preprocessing(options.preprocess, meta)
    images = finetune.Images(options.images, preprocess)
    validation = options.validate and finetune.Images(options.validate, preprocess, "--validate")
    with torch.no_grad():
        network = insert.Network(net, images[0][0][None].to(device))
    if not network.analysis.any_count:
        raise ExtractError(
            MODEL,
            "%s takes one image at a time, training takes batches: make its sizes follow the "
            "number of images, as x.view(x.size(0), -1) does" % options.model,
        )
    predicted = network.apply(network.resolve(options.machine, options.set))
    for entry in predicted.settings.unmatched:
        print("note: %s: %s names no layer" % (options.machine, entry), file=sys.stderr)

    recipe = finetune.Recipe(
        **{name: getattr(options, name) for name in finetune.Recipe.__dataclass_fields__}
    )
    what = {name: getattr(options, name) for name in ("model", "model_arg", "preprocess", "images")}
    what.update(
        vars(recipe), weights=measure.fingerprint(net), machine=repr(predicted.settings.layers)
    )
    training = finetune.Training(net, predicted, recipe, device, options.workers)
    if options.resume and os.path.exists(options.output):
        training.resume(options.output, what)
        state.epochs = training.epoch
    elif options.resume:
        print(
            "note: %s is not there: training starts from the beginning" % options.output,
            file=sys.stderr,
        )
    if validation and training.epoch == 0:
        print("before: %s" % summary("validation", training.measure(validation)), flush=True)
    while training.epoch < options.epochs:
        measured = {"training": training.train(images)}
        if validation:
            measured["validation"] = training.measure(validation)
        training.history.append(measured)
        finetune.save(options.output, training.checkpoint(what))
        state.epochs = training.epoch
        print(
            "epoch %d of %d: %s"
            % (state.epochs, options.epochs, "; ".join(summary(*m) for m in measured.items())),
            flush=True,
        )
    print("weights after %d epochs in %s" % (training.epoch, options.output))


def summary(what: str, measured: Any) -> str:
    """A finetune.Measured as text."""
    return "%s loss %.4f, top-1 %.2f %%, MACs saved %.2f %%" % (
        what,
        measured.loss,
        100 * measured.top1,
        100 * measured.mac_reduction,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages(PROGRAM)
    state = argparse.Namespace(epochs=0)

    def interrupted() -> str:
        if state.epochs:
            return "interrupted; %s holds epoch %d, --resume goes on from there" % (
                options.output,
                state.epochs,
            )
        return "interrupted before the end of the first epoch; nothing is kept"

    return shared.guarded(PROGRAM, lambda: run(options, state), options.debug, interrupted)
