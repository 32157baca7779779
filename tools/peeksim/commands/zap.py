"""Trains a predictor of zeros for a CNN, layer by layer and without labels: ZAP (Shomron et al.,
ECCV 2020; docs/zap.md), policy zap of a machine file.

    tools/peek_zap.py MODEL MACHINE.yaml --images FOLDER --reduction 20,30 -o OUT/NAME.yaml

A pattern of each layer's outputs is computed first, and two small depthwise convolutions tell which
of the others are zero, in the layers that MACHINE predicts. Writes these, OUT/NAME.h5, and for each
reduction the machine file OUT/NAME-20.yaml (OUT/NAME.yaml for one reduction), which extends
MACHINE, its thresholds OUT/NAME-20.thresholds.json, and the network's weights, corrected and with
--steps distilled, OUT/NAME-20.pth (--state-dict of the other tools). What was learned is in
OUT/NAME.learned.pth: after an interruption the same command goes on from there, and another
--reduction needs no learning.

Exit codes: 0 done, 2 usage or images, 3 machine file, 4 a network that cannot be traced, 6 a file
cannot be written, 130 interrupted.
"""
import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import calibrate, shared

if TYPE_CHECKING:
    import torch
    from ..accuracy.policies.zap import Networks
    from ..accuracy.zap import Learning
    from ..trace.layers import Layer
    from ..trace.loading import Sample

PROGRAM = "peek_zap"
KEPT_EVERY = 20  # steps


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of the words argv. Ends the process with code 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    shared.add_model(parser, "what to predict; see peek_accuracy.py --help")
    add("machine", metavar="MACHINE", help="a machine file (YAML); its own policy does not count")
    shared.add_images(parser)
    add("--reduction", required=True, **calibrate.REDUCTION)
    add("-o", "--output", required=True, metavar="FILE", help="the machine file, NAME.yaml")
    add(
        "--first",
        default="checkerboard",
        choices=("checkerboard", "thirds", "quarter"),
        help="which outputs are computed first: 50, 33 or 25 %% (default %(default)s)",
    )
    add(
        "--learn",
        type=int,
        default=200,
        metavar="N",
        help="steps of learning, of 16 images each (default %(default)s)",
    )
    add(
        "--by-channel",
        action="store_true",
        help="a threshold for each channel (default: for each layer, as published)",
    )
    calibrate.add_choosing(parser)
    add("--force", action="store_true", help="replace the files, and learn anew")
    shared.add_debug(parser)
    return calibrate.checked(parser, argv, {"count": 2, "batch": 1, "learn": 1, "steps": 0})


def run(options: argparse.Namespace, state: argparse.Namespace) -> None:
    """Learns, chooses, writes. state: gets `written`, the machine files so far. Throws
    ExtractError."""
    from ..accuracy import calibrate as choosing, cost, zap
    from ..progress import Work

    effort = calibrate.effort_of(options)
    stems = calibrate.stems_of(options, effort.changes_weights)
    net, network, samples = calibrate.given_by(options)
    layers = zap.ZapCalibration.layers_of(network, zap.unlearned(network, options.machine))
    mirror = not options.no_mirror
    recipe = zap.Recipe(steps=options.learn)
    learning = recipe.steps * recipe.batch * (choosing.BACKWARD + 1)
    work = Work(
        learning + choosing.passes(len(samples), len(layers), mirror, effort, len(stems))
    )
    try:
        batch = network.at_once(options.batch)
        chosen_on, _ = choosing.parted(samples)
        pupils = zap.Learning(
            network,
            layers,
            cost.units(network, layers, lambda: chosen_on, batch),
            recipe,
        )
        show = work.stage("learning", learning)
        path = options.output[: -len(".yaml")] + ".h5"
        command = command_of(options, net, layers)
        networks = learned(options, pupils, command, chosen_on, path, show)
        work.clear()
        print(path)
        found = zap.ZapCalibration(
            networks,
            path,
            options.by_channel,
            network,
            zap.with_networks(network, options.machine, path),
            (),
            lambda: samples,
            batch,
            mirror,
            work,
        )
        calibrate.put_reductions(options, state, net, found, effort, stems)
    finally:
        work.clear()


def learned(
    options: argparse.Namespace,
    pupils: "Learning",
    command: Mapping[str, Any],
    samples: "Sequence[Sample]",
    path: str,
    show: Callable[[float], None],
) -> "Networks":
    """What was learned on the samples after all steps, which the file at `path` holds then.
    command: of command_of(); show(share of the learning that is done). Throws ExtractError."""
    from ..accuracy.policies.zap import Networks
    from ..errors import OUTPUT, ExtractError

    kept = Kept(path[: -len(".h5")] + ".learned.pth", command, options.force)
    kept.resume(pupils)
    must_stay = os.path.exists(path) and not options.force
    other = ExtractError(
        OUTPUT, "%s exists, and is not what was learned; --force replaces it" % path
    )
    if must_stay and pupils.step < options.learn:
        raise other

    def after(step: int) -> None:
        show(step / options.learn)
        if step % KEPT_EVERY == 0 or step == options.learn:
            kept.keep(pupils)

    images = [s.tensor for s in samples]
    networks = Networks(
        options.first, pupils.run(images, options.first, not options.no_mirror, after)
    )
    if not must_stay:
        networks.save(path)
    elif not is_of(path, networks):
        raise other
    return networks


def is_of(path: str, networks: "Networks") -> bool:
    """Whether the file holds these networks."""
    from ..accuracy.policies import zap
    from ..errors import ExtractError

    try:
        return zap.load(path).same_as(networks)
    except ExtractError:
        return False


def command_of(
    options: argparse.Namespace, net: "torch.nn.Module", layers: "Sequence[Layer]"
) -> dict[str, Any]:
    """What must be the same for the same learning."""
    from ..accuracy import measure

    names = ("model", "model_arg", "preprocess", "images", "count", "first", "learn", "no_mirror")
    return dict(
        {name: getattr(options, name) for name in names},
        layers=[l.name for l in layers],
        weights=measure.fingerprint(net),
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


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code. argv: the words after the program's name (default: those of this process)."""
    options = arguments(argv)
    shared.find_packages(PROGRAM)
    state = argparse.Namespace(written=[])
    return shared.guarded(
        PROGRAM,
        lambda: run(options, state),
        options.debug,
        lambda: calibrate.interrupted(
            state.written, "the same command goes on from what was learned"
        ),
    )
