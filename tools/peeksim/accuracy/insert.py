"""Inserts Gates into a network, each at the value that the trace extractor records as ofmap.

That value is what enters the activation: after bias, batch-norm and residual add. The hardware
stores the ofmap with zeros where it gated, so every later reader sees the zeros: if several nodes
read the value (two ReLUs, or poolings and concatenations before a ReLU), all get the gated one.
A value that something else than a ReLU reads too (the shortcut of a pre-activation network) is
never predicted: its layer counts as one that no ReLU follows, here as in a trace.
"""
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import fx

from ..errors import MODEL, ExtractError
from ..trace.analyse import analyse
from ..trace.extract import Loop
from ..trace.layers import Analysis, Layer

from . import settings as peek_settings
from .activation import Gate, PredictorActivation
from .operands import Operands
from .policies import gate_of
from .predictor import Predictor, of_predictor
from .settings import LayerSettings, MachineSettings


class Predicted(NamedTuple):
    """A network with prediction inside.

    The module shares the network's parameters, so that training the one trains the other and
    net.state_dict() is that of the plain network.
    """

    module: fx.GraphModule
    activations: dict[str, Gate]  # by layer name, only of predicted layers
    settings: MachineSettings


def activations_of(
    layers: Sequence[Layer], analysis: Analysis, settings: MachineSettings
) -> dict[fx.Node, Gate]:
    """{node: Gate} of the values that are predicted. Throws ExtractError."""
    by_name = {s.name: s for s in settings.layers}
    if sorted(by_name) != sorted(l.name for l in layers):
        raise ExtractError(MODEL, "the settings name other layers than the network has")

    def gate(own: LayerSettings, operands: Operands) -> Gate:
        if settings.predictor is None:
            return gate_of(own, operands)
        return PredictorActivation(settings.predictor, own, operands.features)

    return {
        l.value: gate(by_name[l.name], Operands(l, analysis))
        for l in layers
        if by_name[l.name].policy != "none"
    }


class Network:
    """A traced network from which any number of predicting ones can be made.

    Its modules are no longer in place afterwards; what it computes is the same.
    """

    def __init__(self, net: torch.nn.Module, first: torch.Tensor) -> None:
        """first: one image, [1, C, H, W]. Throws ExtractError(MODEL): it cannot be traced."""
        self.device = first.device
        self.module, self.analysis = analyse(net, first)
        self.layers = self.analysis.find()

    def at_once(self, batch: int) -> int:
        """How many images of the `batch` that is wanted the traced network takes at a time."""
        return batch if self.analysis.any_count else 1

    def resolve(self, machine: str, overrides: Sequence[str] = ()) -> MachineSettings:
        """MachineSettings of a machine file. Throws ExtractError."""
        return peek_settings.resolve(self.layers, self.analysis, machine, overrides)

    def apply(self, settings: MachineSettings | Predictor) -> Predicted:
        """Predicted; gates that look at weights have them as they are now. Throws ExtractError:
        MODEL, the settings are of another network, or it hides what a policy looks at; USAGE."""
        if isinstance(settings, Predictor):
            settings = of_predictor(self.layers, self.analysis, settings)
        gates = activations_of(self.layers, self.analysis, settings)
        copies: dict[fx.Node, fx.Node] = {}
        graph = fx.Graph()
        graph.output(graph.graph_copy(self.module.graph, copies))
        module = fx.GraphModule(self.module, graph)
        activations: dict[str, Gate] = {}
        for layer in self.layers:
            if layer.value not in gates:
                continue
            target = "peek_%04d" % len(activations)
            activation = gates[layer.value].to(self.device)
            activations[layer.name] = activation
            module.add_submodule(target, activation)
            value, keys = copies[layer.value], self.analysis.keys(layer)
            read = {
                name: [copies[key.node] for key in keys.get(name, ())] for name in activation.reads
            }
            with graph.inserting_after(value):
                gated = graph.call_module(target, (value,), read)
            value.replace_all_uses_with(gated, delete_user_cb=lambda user: user is not gated)
        module.recompile()
        module.eval()
        return Predicted(module, activations, settings)


def apply_prediction(
    net: torch.nn.Module, settings: MachineSettings | Predictor | str, first: torch.Tensor
) -> Predicted:
    """The network with prediction in its loop, for images like `first` [1, C, H, W].

    settings: MachineSettings, a Predictor, or the path of a machine file. Returns Predicted.
    """
    network = Network(net, first)
    if isinstance(settings, str):
        settings = network.resolve(settings)
    return network.apply(settings)


def closed_loop(
    machine: str, overrides: Sequence[str] = ()
) -> Callable[[list[Layer], Analysis], Loop]:
    """What extract.Options takes as `loop`: for a network's layers, an extract.Loop."""

    def resolve(layers: list[Layer], analysis: Analysis) -> Loop:
        settings = peek_settings.resolve(layers, analysis, machine, overrides)
        label = "closed loop: %s" % settings.name
        if settings.digest:
            label += ", settings %s" % settings.digest
        notes = ["%s: %s names no layer" % (machine, entry) for entry in settings.unmatched]
        return Loop(label, activations_of(layers, analysis, settings), notes)

    return resolve
