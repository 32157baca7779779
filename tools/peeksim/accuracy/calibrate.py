"""Calibration: from unlabelled images to a machine file with thresholds and patterns that save a
wanted share of the MACs at the least change of the network's output, and the network corrected for
them.
"""
import copy
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch

from ..errors import MODEL, ExtractError
from ..trace.loading import Samples
from . import choose, correct, cost, search, sensitivity
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


# A layer that was measured as harmless at one choice may not be at the next.
MIN_SCALE = 0.25


class Calibration:
    """Measures once, then tries any number of reductions."""

    def __init__(
        self,
        network: Network,
        machine: MachineSettings,
        candidates: Sequence[Pattern],
        samples: Samples,
        batch: int,
        mirror: bool,
        show: Callable[[str, Any], None],
    ) -> None:
        """machine: MachineSettings; its excluded layers stay as they are. mirror: whether mirror
        images count as images, too."""
        self.network, self.machine, self.samples, self.batch = network, machine, samples, batch
        self.show = show
        own = {s.name: s for s in machine.layers}
        self.layers = [
            l
            for l in network.layers
            if own[l.name].policy == "peek" and math.prod(own[l.name].shape[1:]) > 1
        ]
        if not self.layers:
            raise ExtractError(
                MODEL, "the machine predicts no layer of this network: nothing to choose"
            )
        self.macs = sum(
            math.prod(s.shape) * s.macs_per_output for s in machine.layers if s.kind == "conv"
        )
        measured = cost.measure(
            network, self.layers, candidates, samples, batch, mirror, lambda n: show("measuring", n)
        )
        self.curves = {
            l.name: [
                (one.pattern, one.curves(own[l.name].macs_per_output)) for one in measured[l.name]
            ]
            for l in self.layers
        }
        # Measured effect of a layer's gating / its cost by the curves: factors of the layers'
        # costs.
        self.scales = {l.name: 1.0 for l in self.layers}
        self.plain = self._scores(network.module)
        self.weights = copy.deepcopy(network.module.state_dict())

    def _scores(self, module: torch.nn.Module) -> torch.Tensor:
        with torch.no_grad():
            return torch.cat(
                [module(x) for x in cost.batches(self.samples, self.batch, self.network.device)]
            )

    def settings_of(self, choices: Mapping[str, Choice]) -> MachineSettings:
        """The machine's MachineSettings with these choices, by layer."""
        def chosen(layer: LayerSettings) -> LayerSettings:
            c = choices.get(layer.name)
            if c is None:
                return layer
            return layer._replace(
                window=(c.pattern.height, c.pattern.width),
                peeks=tuple(c.pattern.peeks),
                thresholds=tuple(None if t == float("-inf") else t for t in c.thresholds.tolist()),
            )

        return self.machine._replace(layers=tuple(map(chosen, self.machine.layers)))

    def restore(self) -> None:
        """Restores the network's own weights."""
        self.network.module.load_state_dict(self.weights)

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
        measured = sensitivity.alone(
            self.network,
            predicted,
            self.samples,
            self.batch,
            images,
            lambda n: self.show("weighing", n),
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

        self.scales, _ = search.evolve(
            self.scales,
            score,
            rounds,
            show=lambda done, best: self.show(
                "searching", "%d of %d, divergence %.4f" % (done, rounds, best)
            ),
        )

    def _saved(self, predicted: Predicted) -> float:
        """Share of the convolutions' MACs that the activations have gated since they were reset."""
        own = {s.name: s.macs_per_output for s in self.machine.layers}
        counts = {n: a.totals() for n, a in predicted.activations.items()}
        gated = sum(c["gated"] * own[n] for n, c in counts.items())
        return gated / len(self.plain) / self.macs

    def attempt(self, reduction: float, corrects: bool) -> Trial:
        """A Trial for this share of the convolutions' MACs; leaves the corrected weights in
        place."""
        self.restore()
        price, choices, predicted = self._chosen(reduction, self.scales)
        if corrects:
            correct.correct(
                self.network,
                predicted,
                self.samples,
                self.batch,
                lambda i, n: self.show("correcting", "%d of %d" % (i, n)),
            )
        for activation in predicted.activations.values():
            activation.reset()
        scores = self._scores(predicted.module)
        return Trial(
            predicted.settings,
            choices,
            price,
            self._saved(predicted),
            float((scores.argmax(1) != self.plain.argmax(1)).double().mean()),
            float(sensitivity.divergence(self.plain, scores).mean()),
        )

    def for_reduction(
        self,
        wanted: float,
        corrects: bool,
        rounds: int = 4,
        near: float = 0.002,
        weighings: int = 3,
        searches: int = 0,
        weighed: int = 100,
    ) -> Trial:
        """A Trial that saves `wanted` in the loop, where losses of a layer change what later ones
        see.

        weighings: how often the layers' costs are measured, on `weighed` images, and the choice
        repeated; searches: rounds of search().
        """
        for _ in range(weighings):
            self.weigh(wanted, weighed)
        if searches > 0:
            self.search(wanted, searches, corrects)
        asked = wanted
        best: tuple[float, Trial] | None = None
        for _ in range(rounds):
            trial = self.attempt(asked, corrects)
            if best is None or abs(trial.saved - wanted) < abs(best[1].saved - wanted):
                best = (asked, trial)
            if abs(trial.saved - wanted) <= near or trial.saved == 0:
                break
            asked = min(1.0, asked * wanted / trial.saved)
        assert best  # there is a round
        return best[1] if best[0] == asked else self.attempt(best[0], corrects)

    def for_loss(
        self, allowed: float, corrects: bool, rounds: int = 6, weighed: int = 100
    ) -> Trial:
        """The Trial with the largest saving that changes the class of at most this share of
        images."""
        low, high, best = 0.0, 0.5, None
        for _ in range(rounds):
            middle = (low + high) / 2
            self.weigh(middle, weighed)
            trial = self.attempt(middle, corrects)
            if trial.changed <= allowed:
                low, best = middle, (middle, dict(self.scales))
            else:
                high = middle
        if best is None:
            raise ExtractError(
                MODEL, "no reduction was found that changes the class of so few images; allow more"
            )
        reduction, self.scales = best
        return self.attempt(reduction, corrects)


def overlay(base: str, name: str, trial: Trial, thresholds_file: str) -> str:
    """The text of a machine file that extends `base` (a path as written into it)."""
    lines = [
        "# Written by tools/peek_calibrate.py: per layer the window and the peeks, per channel the",
        "# threshold, chosen for the least cost to the network's answers on unlabelled images.",
        "extends: %s" % json.dumps(base),
        "name: %s" % json.dumps(name),
        "",
        "prediction:",
        "  thresholds_file: %s" % json.dumps(thresholds_file),
        "  layers:",
    ]
    for layer, choice in trial.choices.items():
        lines.append(
            "    - {match: %s, window: [%d, %d], peeks: %s}"
            % (json.dumps(layer), choice.pattern.height, choice.pattern.width, choice.pattern.text)
        )
    return "\n".join(lines) + "\n"


def thresholds(trial: Trial) -> str:
    """The text of the thresholds file: JSON, which is YAML."""
    rows = []
    for name, choice in trial.choices.items():
        values = [
            '"never"' if t == float("-inf") else repr(t)
            for t in choice.thresholds.double().tolist()
        ]
        rows.append("%s: [%s]" % (json.dumps(name), ", ".join(values)))
    return "{\n%s\n}\n" % ",\n".join(rows)
