"""Calibration: from unlabelled images to a machine file with thresholds and patterns that save a
wanted share of the MACs at the least change of the network's output, and the network's weights
corrected and distilled for them.

A reduction's result does not depend on which others are asked for.
"""
import copy
import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch

from ..errors import MODEL, USAGE, ExtractError
from ..progress import Work
from ..trace.layers import Layer
from ..trace.loading import Sample, Samples, spread
from . import choose, correct, cost, distil, search, sensitivity
from .choose import Choice
from .insert import Network, Predicted
from .patterns import Pattern
from .settings import LayerSettings, MachineSettings


class Trial(NamedTuple):
    """A choice for all layers, and what it does in the loop."""

    settings: MachineSettings
    choices: dict[str, Choice]  # by layer
    price: float  # nats a MAC
    saved: float  # share of the MACs of all convolutions
    changed: float  # share of the images whose class is another one than without prediction
    divergence: float  # nats an image


class HeldOut(NamedTuple):
    """What a Trial does on the images that nothing was chosen or learned on."""

    images: int
    changed: int  # of them, those whose class is another one than without prediction
    saved: float  # share of the MACs of all convolutions
    divergence: float  # nats an image


class Effort(NamedTuple):
    """What is done for a reduction."""

    corrects: bool = True  # scale and shift of each convolution
    rounds: int = 4  # of attempts at the wanted saving, at most
    near: float = 0.002  # when the saving is the wanted one
    weighings: int = 3  # how often the layers' costs are measured, and the choice repeated
    weighed: int = 100  # images for it
    searches: int = 0  # rounds of search()
    learning: distil.Recipe = distil.Recipe(steps=0)

    @property
    def changes_weights(self) -> bool:
        """Whether the network's weights are others afterwards."""
        return self.corrects or self.learning.steps > 0


# A layer that was measured as harmless at one choice may not be at the next.
MIN_SCALE = 0.25
# Images on which the saving in the loop and the correction are measured: enough for means, and
# the correction holds a layer's outputs for all of them in memory.
TRIED = 250
BESIDE = ("none", "oracle")  # policies that may stand beside: they look at a value alone
HELD_OUT = 5  # every so manieth image is held out
# Passes of an image that a pass with gradients, and a correction with its trial, take about.
BACKWARD, TRY = 4, 4


def parted(given: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """(images to choose and to learn on, images held out): every fifth, at least one. Throws
    ExtractError(USAGE)."""
    if len(given) < 2:
        raise ExtractError(
            USAGE,
            "calibration needs at least 2 images, since some are held out, not %d" % len(given),
        )
    held = [i for i in range(len(given)) if i % HELD_OUT == HELD_OUT - 1] or [len(given) - 1]
    return [s for i, s in enumerate(given) if i not in set(held)], [given[i] for i in held]


class Calibration:
    """Measures once, then tries any number of reductions."""

    POLICY = "peek"  # whose thresholds are chosen
    ABOUT = (  # the first lines of the machine file
        "Written by tools/peek_calibrate.py: per layer the window and the peeks, per channel the",
        "threshold, chosen for the least cost to the network's answers on unlabelled images.",
    )

    def __init__(
        self,
        network: Network,
        machine: MachineSettings,
        candidates: Sequence[Pattern],
        samples: Samples,
        batch: int,
        mirror: bool,
        work: Work | None = None,
    ) -> None:
        """machine: MachineSettings; its excluded layers stay as they are. samples: parted() into
        those to choose on and those held out. mirror: whether mirror images count as images, too.
        work: of passes() in all; None: nothing is shown."""
        self.network, self.machine, self.batch, self.mirror = network, machine, batch, mirror
        self.chosen_on, self.held_out = parted(list(samples()))
        self.tried = spread(self.chosen_on, min(TRIED, len(self.chosen_on)))
        self.work = work or Work(1)
        self.layers = self.layers_of(network, machine)
        own = {s.name: s for s in machine.layers}
        self.macs = sum(
            math.prod(s.shape) * s.macs_per_output for s in machine.layers if s.kind == "conv"
        )
        seen = len(self.chosen_on) * (1 + mirror)
        show = self.work.stage("measuring", BACKWARD * seen)
        measured = self.measure(candidates, lambda done: show(done / seen))
        self.curves = {
            l.name: [
                (one.pattern, one.curves(own[l.name].macs_per_output)) for one in measured[l.name]
            ]
            for l in self.layers
        }
        # Measured effect of a layer's gating / its cost by the curves: factors of the layers'
        # costs.
        self.scales = {l.name: 1.0 for l in self.layers}
        self.plain = self._scores(network.module, self.tried)
        self.teacher = copy.deepcopy(network.module)  # the plain network

    @classmethod
    def layers_of(cls, network: Network, machine: MachineSettings) -> list[Layer]:
        """Those whose thresholds are chosen. Throws ExtractError(MODEL): there are none, or the
        machine has other policies."""
        for s in machine.layers:
            if s.policy not in (cls.POLICY, *BESIDE):
                raise ExtractError(
                    MODEL,
                    "%s: policy %s: thresholds are chosen for policy %s, with no other policy "
                    "beside it than %s" % (s.name, s.policy, cls.POLICY, ", ".join(BESIDE)),
                )
        own = {s.name: s for s in machine.layers}
        found = [
            l
            for l in network.layers
            if own[l.name].policy == cls.POLICY and math.prod(own[l.name].shape[1:]) > 1
        ]
        if not found:
            raise ExtractError(
                MODEL, "the machine predicts no layer of this network: nothing to choose"
            )
        return found

    def measure(
        self, candidates: Sequence[Pattern], show: Callable[[int], None]
    ) -> Mapping[str, Sequence[Any]]:
        """What each candidate of each layer saves and costs: cost.Measured, or alike."""
        return cost.measure(
            self.network,
            self.layers,
            candidates,
            lambda: self.chosen_on,
            self.batch,
            self.mirror,
            show,
        )

    def _scores(self, module: torch.nn.Module, some: Sequence[Sample]) -> torch.Tensor:
        with torch.no_grad():
            return torch.cat(
                [module(x) for x in cost.batches(lambda: some, self.batch, self.network.device)]
            )

    def settings_of(self, choices: Mapping[str, Choice]) -> MachineSettings:
        """The machine's MachineSettings with these choices, by layer."""
        return self.machine._replace(
            layers=tuple(
                self.with_choice(l, choices[l.name]) if l.name in choices else l
                for l in self.machine.layers
            )
        )

    def with_choice(self, layer: LayerSettings, choice: Choice) -> LayerSettings:
        """The settings of a layer with its choice."""
        return layer._replace(
            window=(choice.pattern.height, choice.pattern.width),
            peeks=tuple(choice.pattern.peeks),
            thresholds=choice.limits(layer.shape[0]),
        )

    def keys_of(self, trial: Trial) -> list[str]:
        """The lines of a machine file's section `prediction`, besides the thresholds."""
        return ["layers:"] + [
            "  - {match: %s, window: [%d, %d], peeks: %s}"
            % (json.dumps(layer), choice.pattern.height, choice.pattern.width, choice.pattern.text)
            for layer, choice in trial.choices.items()
        ]

    def overlay(self, base: str, name: str, trial: Trial, thresholds_file: str) -> str:
        """The text of a machine file that extends `base` (a path as written into it)."""
        lines = ["# " + line for line in self.ABOUT]
        lines += ["extends: %s" % json.dumps(base), "name: %s" % json.dumps(name), ""]
        keys = ["thresholds_file: %s" % json.dumps(thresholds_file), *self.keys_of(trial)]
        return "\n".join(lines + ["prediction:", *("  " + key for key in keys)]) + "\n"

    def restore(self) -> None:
        """Restores the network's own weights."""
        self.network.module.load_state_dict(self.teacher.state_dict())

    def _chosen(
        self, reduction: float, scales: Mapping[str, float]
    ) -> tuple[float, dict[str, Choice], Predicted]:
        """(price of a MAC, {layer: Choice}, the network with these choices in its loop)"""
        price, choices = choose.for_saving(self.curves, reduction * self.macs, scales)
        return price, choices, self.network.apply(self.settings_of(choices))

    def weigh(self, reduction: float, images: int) -> None:
        """Scales the estimated costs to the measured effect of gating each layer alone, at the
        choice for this reduction. The estimate is good for small changes only: it sees nothing
        where the network is certain of its class, and ranks some other layers wrongly."""
        self.restore()
        _, choices, predicted = self._chosen(reduction, self.scales)
        some = spread(self.chosen_on, min(images, len(self.chosen_on)))
        show = self.work.stage("weighing", len(some) * len(self.layers) / 2)
        measured = sensitivity.alone(
            self.network,
            predicted,
            lambda: some,
            self.batch,
            images,
            lambda done: show(done / len(some)),
        )
        for name, choice in choices.items():
            if choice.cost > 0:
                self.scales[name] = max(measured[name] / choice.cost, MIN_SCALE)

    def search(self, reduction: float, rounds: int, corrects: bool) -> None:
        """Improves the factors of the layers' costs by the network's output with prediction inside,
        gated for this reduction and corrected; a round is an attempt()."""

        def score(scales: dict[str, float]) -> float:
            self.scales = scales
            trial = self.attempt(reduction, corrects)
            # What is saved in the loop differs a little from choice to choice: at the price of a
            # MAC.
            return trial.divergence - trial.price * (trial.saved - reduction) * self.macs

        self.scales, _ = search.evolve(self.scales, score, rounds)

    def _saved(self, predicted: Predicted, images: int) -> float:
        """Share of the convolutions' MACs that the activations have gated since they were reset."""
        saved = sum(a.macs_saved() for a in predicted.activations.values())
        return saved / images / self.macs

    def attempt(self, reduction: float, corrects: bool) -> Trial:
        """A Trial for this share of the convolutions' MACs; leaves the corrected weights in
        place."""
        self.restore()
        show = self.work.stage("trying", len(self.tried) * TRY)
        price, choices, predicted = self._chosen(reduction, self.scales)
        if corrects:
            correct.correct(
                self.network,
                predicted,
                lambda: self.tried,
                self.batch,
                lambda i, n: show(i / n),
            )
        return self._trial(price, choices, predicted)

    def _trial(self, price: float, choices: dict[str, Choice], predicted: Predicted) -> Trial:
        """The Trial of choices with the weights as they are."""
        saved, changed, apart = self._effect(predicted, self.tried, self.plain)
        return Trial(
            predicted.settings, choices, price, saved, changed / len(self.tried), apart
        )

    def _effect(
        self, predicted: Predicted, some: Sequence[Sample], plain: torch.Tensor
    ) -> tuple[float, int, float]:
        """(share of the MACs saved, images whose class changes, nats an image)"""
        for activation in predicted.activations.values():
            activation.reset()
        scores = self._scores(predicted.module, some)
        changed = int((scores.argmax(1) != plain.argmax(1)).sum())
        apart = float(sensitivity.divergence(plain, scores).mean())
        return self._saved(predicted, len(some)), changed, apart

    def hold(self, trial: Trial) -> HeldOut:
        """What the Trial that was returned last does on the images held out."""
        plain = self._scores(self.teacher, self.held_out)
        predicted = self.network.apply(trial.settings)
        saved, changed, apart = self._effect(predicted, self.held_out, plain)
        return HeldOut(len(self.held_out), changed, saved, apart)

    def for_reduction(self, wanted: float, effort: Effort = Effort()) -> Trial:
        """A Trial that saves `wanted` in the loop, where losses of a layer change what later ones
        see; leaves its weights in place."""
        self.scales = dict.fromkeys(self.scales, 1.0)
        for _ in range(effort.weighings):
            self.weigh(wanted, effort.weighed)
        if effort.searches > 0:
            self.search(wanted, effort.searches, effort.corrects)
        asked, trial = self._nearest(
            wanted, wanted, effort, lambda asked: self.attempt(asked, effort.corrects)
        )
        return self.learn(trial, asked, wanted, effort)

    def learn(self, trial: Trial, asked: float, wanted: float, effort: Effort) -> Trial:
        """The Trial with weights distilled for its choices, and with thresholds that save `wanted`
        with these weights. asked: what the choices were made for; the trial's weights are in
        place, and those that are learned are afterwards."""
        recipe = effort.learning
        if recipe.steps == 0:
            return trial
        recipe = dataclasses.replace(recipe, mirror=recipe.mirror and self.mirror)
        show = self.work.stage("learning", recipe.steps * recipe.batch * (BACKWARD + 1))
        distil.distil(
            self.network,
            self.teacher,
            self.network.apply(trial.settings),
            [s.tensor for s in self.chosen_on],
            [s.tensor for s in self.held_out],
            recipe,
            lambda done: show(done / recipe.steps),
        )

        def same_weights(asked: float) -> Trial:
            self.work.stage("trying", len(self.tried))
            return self._trial(*self._chosen(asked, self.scales))

        return self._nearest(wanted, asked, effort, same_weights)[1]

    def _nearest(
        self, wanted: float, asked: float, effort: Effort, attempt: Callable[[float], Trial]
    ) -> tuple[float, Trial]:
        """(what was asked for, the Trial) that saves about `wanted`, of a few attempts."""
        best: tuple[float, Trial] | None = None
        trial = None
        for _ in range(effort.rounds):
            trial = attempt(asked)
            if best is None or abs(trial.saved - wanted) < abs(best[1].saved - wanted):
                best = (asked, trial)
            if abs(trial.saved - wanted) <= effort.near or trial.saved == 0:
                break
            asked = min(1.0, asked * wanted / trial.saved)
        assert best  # there is a round
        return best if best[1] is trial else (best[0], attempt(best[0]))

    def for_loss(self, allowed: float, effort: Effort = Effort(rounds=6)) -> Trial:
        """The Trial with the largest saving that changes the class of at most this share of
        images."""
        low, high, best = 0.0, 0.5, None
        for _ in range(effort.rounds):
            middle = (low + high) / 2
            self.weigh(middle, effort.weighed)
            trial = self.attempt(middle, effort.corrects)
            if trial.changed <= allowed:
                low, best = middle, (middle, dict(self.scales))
            else:
                high = middle
        if best is None:
            raise ExtractError(
                MODEL, "no reduction was found that changes the class of so few images; allow more"
            )
        reduction, self.scales = best
        trial = self.attempt(reduction, effort.corrects)
        return self.learn(trial, reduction, trial.saved, effort)


def passes(images: int, layers: int, mirror: bool, effort: Effort, reductions: int) -> float:
    """About how many passes of an image through the network a Calibration and so many reductions
    take."""
    held = max(1, images // HELD_OUT)
    chosen_on = images - held
    tried, weighed = min(TRIED, chosen_on), min(effort.weighed, chosen_on)
    recipe = effort.learning
    each = effort.weighings * weighed * layers / 2 + (2 + effort.searches) * tried * TRY
    if recipe.steps > 0:
        each += recipe.steps * recipe.batch * (BACKWARD + 1) + 2 * tried
    return BACKWARD * chosen_on * (1 + mirror) + reductions * each


def thresholds(trial: Trial) -> str:
    """The text of the thresholds file: JSON, which is YAML."""
    rows = []
    for layer in trial.settings.layers:
        if layer.name in trial.choices:
            values = ['"never"' if t is None else repr(t) for t in layer.thresholds]
            rows.append("%s: [%s]" % (json.dumps(layer.name), ", ".join(values)))
    return "{\n%s\n}\n" % ",\n".join(rows)
