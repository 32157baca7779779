"""PeekActivation gates exactly what the simulator gates: its masks, bit for bit."""
import json
import os

import torch

from peeking import Peeking, layer_settings, ofmaps, trace_path
from peeksim.accuracy.activation import PeekActivation
from peeksim.errors import ExtractError

TRACES = ("resnet18", "squeezenet1_1", "cifar_resnet20")
PATTERNS = ("corner", "diagonal", "checkerboard", "all")
WINDOWS = ([2, 2], [3, 3], [4, 4], [1, 3], [5, 2], [8, 8])
# What a layer can be told beside a pattern; one layer after another gets the next.
SPECIAL = (
    {"window": [2, 3], "peeks": [[1, 2], [0, 1]]},
    {"window": [3, 2], "peeks": [[2, 1]]},  # missing in the windows of an odd edge
    {"threshold": -0.3},
    {"threshold": 0.2, "window": [3, 3], "peeks": "corner"},
    {"policy": "oracle"},
    {"policy": "none"},
    {"window": [64, 64], "peeks": [[0, 0], [3, 3], [0, 3]]},
)


class TheRule(Peeking):
    def compare(self, trace, values, machine):
        """Asserts that all masks are the same; -> outputs gated."""
        expected, total = self.masks(trace, machine), 0
        for name, own in self.resolved(trace, machine).items():
            if own.policy == "none":
                self.assertFalse(expected[name].any(), name)
                continue
            activation = PeekActivation(own)
            gated = activation(values[name])
            mask = activation.gated(values[name]).numpy()
            self.assertTrue((mask == expected[name]).all(), (trace, name, own[:6]))
            self.assertEqual(
                activation.totals(),
                {
                    "outputs": mask.size,
                    "gated": int(expected[name].sum()),
                    "false_zero": int((expected[name] & (values[name].numpy() > 0)).sum()),
                },
            )
            kept = torch.where(torch.from_numpy(expected[name]), torch.zeros(()), values[name])
            self.assertTrue(torch.equal(gated, kept), name)
            total += int(expected[name].sum())
        return total

    def test_every_pattern_and_window_on_every_shipped_trace_is_the_simulators(self):
        for network in TRACES:
            trace = trace_path(network)
            values = ofmaps(trace)
            for turn, pattern in enumerate(PATTERNS):
                layers = [
                    {"match": name, "window": WINDOWS[(i + turn) % len(WINDOWS)]}
                    for i, name in enumerate(values)
                ]
                machine = self.machine(peeks=pattern, layers=layers)
                gated = self.compare(trace, values, machine)
                self.assertEqual(gated > 0, pattern != "all", (network, pattern))

    def test_lists_thresholds_policies_and_huge_windows_are_the_simulators(self):
        for network in TRACES:
            trace = trace_path(network)
            values = ofmaps(trace)
            layers = [dict(SPECIAL[i % len(SPECIAL)], match=name) for i, name in enumerate(values)]
            machine = self.machine(layers=layers, exclude=["first"])
            self.assertGreater(self.compare(trace, values, machine), 0)

    def test_thresholds_per_channel_from_a_file_are_the_simulators(self):
        trace = trace_path("cifar_resnet20")
        values = ofmaps(trace)
        some = (0.1, -0.25, 0, "never", 1e-3)
        thresholds = {
            name: [some[(i + k) % len(some)] for k in range(v.shape[1])]
            for i, (name, v) in enumerate(values.items())
        }
        with open(os.path.join(self.folder, "thresholds.json"), "w") as f:
            json.dump(thresholds, f)
        machine = self.machine(thresholds_file="thresholds.json")
        self.assertGreater(self.compare(trace, values, machine), 0)
        resolved = self.resolved(trace, machine)["conv1"].thresholds
        self.assertEqual(resolved[:4], (0.09999999403953552, -0.25, 0.0, None))

    def test_an_unrectified_value_is_needed_for_a_negative_threshold(self):
        trace = os.path.join(self.folder, "rectified.h5")
        net = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1, bias=False), torch.nn.ReLU())
        net[0].weight.data.fill_(1)
        self.extract(net, [torch.arange(16.0).reshape(1, 4, 4)], path=trace)
        machine = self.machine(threshold=-1)
        with self.assertRaises(ExtractError) as refused:
            self.masks(trace, machine)
        self.assertEqual(refused.exception.code, 4)
        self.assertIn("passed the ReLU", str(refused.exception))
        self.assertFalse([n for n in os.listdir(self.folder) if "masks" in n])


class TheModule(Peeking):
    def test_the_gradient_passes_computed_values_only(self):
        activation = PeekActivation(layer_settings())
        x = torch.tensor([[[[-1.0, 3, 1, 1], [2, -1, 1, 1]]]], requires_grad=True)
        y = activation(x)
        y.sum().backward()
        self.assertEqual(y.tolist(), [[[[-1, 0, 1, 1], [0, -1, 1, 1]]]])
        self.assertEqual(x.grad.tolist(), [[[[1, 0, 1, 1], [0, 1, 1, 1]]]])
        self.assertEqual(activation.totals(), {"outputs": 8, "gated": 2, "false_zero": 2})
        activation.reset()
        self.assertEqual(activation.totals()["outputs"], 0)

    def test_a_window_without_a_peek_and_one_that_is_never_predicted_stay(self):
        corner = layer_settings(peeks=((1, 1),), shape=(1, 3, 3))
        mask = PeekActivation(corner).gated(torch.full((1, 1, 3, 3), -1.0))[0, 0]
        self.assertEqual(mask.long().tolist(), [[1, 1, 0], [1, 0, 0], [0, 0, 0]])
        never = PeekActivation(layer_settings(thresholds=(None, 0.0)))
        mask = never.gated(torch.full((1, 2, 4, 4), -1.0))
        self.assertEqual(mask.sum((2, 3)).tolist(), [[0, 8]])

    def test_a_fully_connected_layer_is_read_with_its_channels_last(self):
        oracle = PeekActivation(
            layer_settings(policy="oracle", window=(1, 1), peeks=(), thresholds=(0.0,) * 3), True
        )
        for shape in ((2, 3), (2, 5, 3), (2, 4, 5, 3)):
            x = torch.randn(shape)
            self.assertTrue(torch.equal(oracle(x), x.clamp(min=0)), shape)
        corner = PeekActivation(
            layer_settings(peeks=((0, 0),), thresholds=(0.0,) * 3, shape=(3, 4, 4)), True
        )
        x = torch.randn(2, 4, 4, 3)
        expected = PeekActivation(corner.settings)(x.movedim(-1, 1)).movedim(1, -1)
        self.assertTrue(torch.equal(corner(x), expected))

    def test_a_policy_that_predicts_nothing_has_no_module(self):
        with self.assertRaisesRegex(ValueError, "'none' predicts nothing"):
            PeekActivation(layer_settings(policy="none"))
