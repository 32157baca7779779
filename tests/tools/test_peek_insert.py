"""apply_prediction puts a PeekActivation where the extractor records an ofmap, in any network."""
import torch
from torch import nn
from torch.nn import functional as F

from extracting import Basic, Fire, Functional, Inverted, PreActivation, Shared, Tokens
from extracting import images, shake
from peeking import Peeking, unittest
from peeksim.accuracy.activation import PeekActivation
from peeksim.accuracy.insert import Network, apply_prediction
from peeksim.errors import ExtractError

NETWORKS = (Basic, Inverted, Fire, Functional, PreActivation, Shared, Tokens)


class Insertion(Peeking):
    def setUp(self):
        super().setUp()
        self.x = torch.stack(images(2)).double()

    def net(self, kind):
        return shake(kind()).double()

    def test_the_oracle_changes_no_output_and_gates_the_zeros_of_the_trace(self):
        machine = self.machine(policy="oracle")
        for kind in NETWORKS:
            expected = self.net(kind)(self.x.clone())
            predicted = apply_prediction(self.net(kind), machine, self.x[:1])
            one_by_one = torch.cat([predicted.module(x[None]) for x in self.x])
            torch.testing.assert_close(one_by_one, expected, rtol=0, atol=1e-12)
            self.extract(self.net(kind), [x.clone() for x in self.x], force=True)
            layers = self.read()
            relu = [n for n, l in layers.items() if l["activation"] != "none"]
            self.assertEqual(sorted(predicted.activations), sorted(relu), kind.__name__)
            for name, activation in predicted.activations.items():
                ofmap = layers[name]["ofmap"]
                self.assertEqual(
                    activation.totals(),
                    {"outputs": ofmap.size, "gated": int((ofmap <= 0).sum()), "false_zero": 0},
                    (kind.__name__, name),
                )

    def test_every_small_network_has_layers_to_predict_but_the_pre_activated_shortcut(self):
        machine = self.machine(policy="oracle")
        found = {
            kind.__name__: list(apply_prediction(self.net(kind), machine, self.x[:1]).activations)
            for kind in NETWORKS
        }
        self.assertEqual(found["Basic"], ["conv1", "conv2"])
        self.assertEqual(found["PreActivation"], ["conv1"])
        self.assertEqual(found["Shared"], ["conv#1", "conv#2"])
        self.assertTrue(all(found.values()), found)

    def test_errors_propagate_through_the_block_as_written_by_hand(self):
        machine = self.machine(window=[2, 2], peeks="corner", threshold=0.3)
        net = self.net(Basic)
        predicted = apply_prediction(net, machine, self.x[:1])
        by_name = {s.name: s for s in predicted.settings.layers}
        first, second = (PeekActivation(by_name[n]) for n in ("conv1", "conv2"))
        y = F.relu(first(net.bn1(net.conv1(self.x))))
        y = F.relu(second(net.bn2(net.conv2(y)) + net.down(self.x)))
        expected = net.fc(F.adaptive_avg_pool2d(y, 1).flatten(1))
        self.assertTrue(torch.equal(predicted.module(self.x.clone()), expected))
        self.assertFalse(torch.allclose(net(self.x), expected))
        for name, reference in (("conv1", first), ("conv2", second)):
            self.assertEqual(predicted.activations[name].totals(), reference.totals())
            self.assertGreater(reference.totals()["false_zero"], 0)

    def test_every_reader_of_a_gated_value_sees_the_zeros(self):
        class Twice(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 4, 3)

            def forward(self, x):
                x = self.conv(x)
                return torch.relu(x).sum((2, 3)) + F.max_pool2d(x, 2).relu().sum((2, 3))

        net = self.net(Twice)
        predicted = apply_prediction(net, self.machine(peeks="corner"), self.x[:1])
        y = PeekActivation(predicted.settings.layers[0])(net.conv(self.x))
        expected = torch.relu(y).sum((2, 3)) + F.max_pool2d(y, 2).relu().sum((2, 3))
        torch.testing.assert_close(predicted.module(self.x), expected)

    def test_one_network_serves_several_machines_and_shares_its_parameters_with_all(self):
        net = self.net(Basic)
        network = Network(net, self.x[:1])
        small, large = (
            network.apply(network.resolve(self.machine("%d.yaml" % n, window=[n, n])))
            for n in (2, 4)
        )
        outputs = [one.module(self.x) for one in (small, large)]
        self.assertFalse(torch.equal(*outputs))
        self.assertEqual(small.activations["conv1"].totals()["outputs"], 2 * 4 * 6 * 6)
        outputs[0].sum().backward()
        self.assertGreater(float(net.conv2.weight.grad.abs().sum()), 0)
        self.assertNotIn("peek", "".join(net.state_dict()))

    def test_layers_are_excluded_as_the_simulator_excludes_them(self):
        machine = self.machine(
            exclude=["first"],
            layers=[{"match": "right*", "policy": "none"}, {"match": "left", "window": [3, 3]}],
        )
        predicted = apply_prediction(self.net(Fire), machine, self.x[:1])
        self.assertEqual(sorted(predicted.activations), ["left", "left2"])
        self.assertEqual(predicted.activations["left"].settings.window, (3, 3))
        reasons = {s.name: s.why_not for s in predicted.settings.layers}
        self.assertEqual(reasons["squeeze"], "excluded by 'first'")

    def test_settings_of_another_network_and_a_bad_machine_file_are_refused(self):
        settings = Network(self.net(Fire), self.x[:1]).resolve(self.machine())
        with self.assertRaisesRegex(ExtractError, "other layers"):
            apply_prediction(self.net(Basic), settings, self.x[:1])
        with self.assertRaises(ExtractError) as refused:
            apply_prediction(self.net(Basic), self.machine(windows=[2, 2]), self.x[:1])
        self.assertEqual(refused.exception.code, 3)
        self.assertIn("did you mean", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
