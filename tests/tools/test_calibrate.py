"""tools/peek_calibrate.py: what gating costs and saves, which thresholds are chosen, and how the
network is corrected.
"""
import json
import math
import os
import subprocess
import unittest
from unittest import mock

import torch
from torch import nn

from extracting import HAS_MODELS, NO_MODELS, ROOT, SHARED, Basic, Extracting, Sample, images, shake
from peeksim.accuracy import calibrate, choose, correct, cost, distil, files, insert, patterns
from peeksim.accuracy import search, sensitivity
from peeksim.accuracy.activation import PeekActivation
from peeksim.errors import ExtractError

MACHINE = os.path.join(ROOT, "configs/peek-16x16.yaml")
TOOL = os.path.join(ROOT, "tools/peek_calibrate.py")


class Plain(nn.Module):
    """Three convolutions; the machine excludes the first."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 6, 3, padding=1)
        self.third, self.relu = nn.Conv2d(6, 5, 3), nn.ReLU()
        self.fc = nn.Linear(5, 7)

    def forward(self, x):
        x = self.relu(self.second(self.relu(self.first(x))))
        x = self.relu(self.third(x))
        return self.fc(x.mean((2, 3)))


NET = """
import torch
from torch import nn

def load():
    torch.manual_seed(3)
    body = [nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 6, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5))

def images():
    generator = torch.Generator().manual_seed(5)
    for _ in range(10):
        yield torch.randn(3, 12, 12, generator=generator)
"""


def samples(count, shape=(3, 12, 12)):
    return [Sample("image%d" % i, x, -1) for i, x in enumerate(images(count, shape))]


class Calibrating(Extracting):
    def network(self, net):
        given = samples(1)
        for parameter in net.parameters():
            parameter.requires_grad_(False)
        with torch.no_grad():
            return insert.Network(net, given[0].tensor[None])

    def calibration(self, net, count=6, names=patterns.DEFAULT):
        network = self.network(net)
        given = samples(count)
        machine = network.resolve(MACHINE)
        return calibrate.Calibration(
            network, machine, [patterns.parse(n) for n in names], lambda: given, 3, False
        )


class Rows(nn.Module):
    """A 1-D convolution, and a fully connected layer over its positions."""

    def __init__(self):
        super().__init__()
        self.first, self.line = nn.Conv2d(3, 3, 1), nn.Conv1d(36, 6, 3)
        self.mix, self.fc = nn.Linear(6, 5), nn.Linear(5, 7)

    def forward(self, x):
        x = torch.relu(self.line(self.first(x).flatten(1, 2)))
        return self.fc(torch.relu(self.mix(x.transpose(1, 2))).mean(1))


class Patterns(Calibrating):
    def test_they_are_peeksims_own(self):
        network = self.network(shake(Plain()))
        for text in patterns.DEFAULT + ("3x4:checkerboard", "4x4:diagonal", "2x5:diagonal"):
            pattern = patterns.parse(text)
            size = "prediction.window=[%d, %d]" % (pattern.height, pattern.width)
            found = network.resolve(MACHINE, [size, "prediction.peeks=" + pattern.text])
            self.assertEqual(sorted(found.layers[1].peeks), sorted(pattern.peeks), text)

    def test_an_unknown_one_is_refused(self):
        for text in ("2x2", "2x2:ring", "0x2:corner", "ax2:corner", "2x2:0.2", "2x2:0.1+"):
            with self.assertRaisesRegex(ExtractError, "is no pattern: expected HEIGHTxWIDTH:PEEKS"):
                patterns.parse(text)


class Costs(Calibrating):
    def test_layers_of_one_row_or_column_are_measured_too(self):
        calibration = self.calibration(shake(Rows()), names=("1x2:corner", "2x1:corner"))
        self.assertEqual([l.name for l in calibration.layers], ["line", "mix"])
        for name, (across, down) in (("line", (0, 1)), ("mix", (1, 0))):
            saved = [curves.saved.max() for _, curves in calibration.curves[name]]
            self.assertGreater(saved[across], 0)
            self.assertEqual(saved[down], 0)

    def test_savings_are_the_neighbors_that_a_threshold_gates(self):
        found = self.calibration(shake(Plain()), count=3)
        self.assertEqual(len(found.chosen_on), 2)
        values = {}
        for sample in found.chosen_on:
            _, shown = cost.values_of(
                found.network.module, found.network.layers, sample.tensor[None]
            )
            for name, value in shown.items():
                values.setdefault(name, []).append(value)
        own = {s.name: s for s in found.machine.layers}
        self.assertEqual(sorted(found.curves), ["second", "third"])
        for name, candidates in found.curves.items():
            for pattern, curves in candidates:
                for b in (0, 14, 15, 28):
                    gated = 0
                    for value in values[name]:
                        settings = own[name]._replace(
                            window=(pattern.height, pattern.width),
                            peeks=pattern.peeks,
                            thresholds=tuple(curves.thresholds[:, b].tolist()),
                        )
                        gated += PeekActivation(settings).gated(value).sum((0, 2, 3))
                    expected = gated * own[name].macs_per_output / 2
                    self.assertTrue(torch.equal(curves.saved[:, b], expected.double()))
                self.assertTrue((curves.cost >= 0).all())
                self.assertTrue((curves.saved[:, 1:] >= curves.saved[:, :-1]).all())

    def test_outputs_that_are_zero_anyway_cost_nothing(self):
        net = shake(Plain())
        net.third.bias.data -= 100  # no output of it is ever positive
        found = self.calibration(net, count=3)
        for _, curves in found.curves["third"]:
            self.assertEqual(float(curves.cost.max()), 0.0)
            self.assertGreater(float(curves.saved.max()), 0.0)

    def test_directions_have_the_fisher_information_as_covariance(self):
        scores = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
        generator = torch.Generator().manual_seed(1)
        drawn = cost.direction_of(scores.expand(200000, 4), generator)
        p = scores[0].softmax(0)
        fisher = p.diag() - p[:, None] * p
        torch.testing.assert_close(drawn.T @ drawn / len(drawn), fisher, rtol=0, atol=5e-3)

    def test_a_network_that_is_sure_of_its_class_still_has_a_direction(self):
        sure = torch.tensor([[1000.0, 0.0, 0.0]])
        drawn = cost.direction_of(sure, torch.Generator().manual_seed(1))
        self.assertTrue((drawn[0, 1:] != 0).all())

    def test_a_mirror_image_is_an_image_too(self):
        found = self.calibration(shake(Plain()), count=3)
        given = samples(3)
        both = given[:2] + [s._replace(tensor=s.tensor.flip(-1)) for s in given[:2]] + given[2:]
        machine, pattern = found.network.resolve(MACHINE), patterns.parse("2x2:diagonal")
        savings = [
            calibrate.Calibration(
                found.network, machine, [pattern], lambda: those, 2, mirror
            ).curves["third"][0][1].saved
            for those, mirror in ((given, True), (both, False))
        ]
        # The units of the thresholds come from the images themselves: only nearly the same.
        torch.testing.assert_close(savings[0], savings[1], rtol=0.2, atol=50)


class Sensitivities(Calibrating):
    def test_a_layer_alone_does_what_a_machine_that_predicts_only_this_layer_does(self):
        found = self.calibration(shake(Basic()), count=5)
        given = samples(5)
        predicted = found.network.apply(found.machine)
        measured = sensitivity.alone(found.network, predicted, lambda: given, 2, 100)
        self.assertEqual(sorted(measured), sorted(predicted.activations))
        x = torch.stack([s.tensor for s in given])
        with torch.no_grad():
            plain = found.network.module(x)
            for name, nats in measured.items():
                only = found.machine._replace(
                    layers=tuple(
                        s if s.name == name else s._replace(policy="none")
                        for s in found.machine.layers
                    )
                )
                scores = found.network.apply(only).module(x)
                expected = float(sensitivity.divergence(plain, scores).mean())
                self.assertAlmostEqual(nats, expected, places=6)

    def test_divergence_is_zero_for_the_same_answer_and_positive_for_another(self):
        said = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
        self.assertTrue(torch.equal(sensitivity.divergence(said, said + 5), torch.zeros(2).double()))
        self.assertTrue((sensitivity.divergence(said, said.flip(1) * 2 + said) > 0).any())

    def test_a_layer_that_is_costlier_than_it_was_estimated_saves_less_afterwards(self):
        found = self.calibration(shake(Plain()), count=8)
        _, before = choose.for_saving(found.curves, 0.15 * found.macs)
        measured = {n: (100 if n == "third" else 1) * c.cost for n, c in before.items()}
        with mock.patch.object(sensitivity, "alone", lambda *_: measured):
            found.weigh(0.15, 8)
        self.assertAlmostEqual(found.scales["second"], 1.0)
        self.assertAlmostEqual(found.scales["third"], 100.0)
        _, after = choose.for_saving(found.curves, 0.15 * found.macs, found.scales)
        self.assertLess(after["third"].saved, before["third"].saved)
        self.assertGreater(after["second"].saved, before["second"].saved)


class Searches(unittest.TestCase):
    def test_evolution_finds_the_factors_of_a_simple_landscape(self):
        wanted = {"a": 8.0, "b": 0.5, "c": 1.0}
        far = lambda s: sum((math.log(s[n]) - math.log(w)) ** 2 for n, w in wanted.items())
        start = dict.fromkeys(wanted, 1.0)
        best, least = search.evolve(start, far, 200)
        self.assertEqual(least, far(best))
        self.assertLess(least, 0.05)
        self.assertEqual(start, dict.fromkeys(wanted, 1.0))

    def test_no_round_leaves_the_factors_as_they_are_and_rounds_never_make_them_worse(self):
        score = lambda s: abs(s["a"] - 1.0)
        self.assertEqual(search.evolve({"a": 1.0}, score, 0), ({"a": 1.0}, 0.0))
        self.assertEqual(search.evolve({"a": 1.0}, score, 9), ({"a": 1.0}, 0.0))


class Parts(unittest.TestCase):
    def test_every_fifth_image_is_held_out_and_at_least_one(self):
        given = samples(12)
        chosen_on, held_out = calibrate.parted(given)
        self.assertEqual([s.name for s in held_out], ["image4", "image9"])
        self.assertEqual(len(chosen_on), 10)
        self.assertEqual([len(part) for part in calibrate.parted(given[:2])], [1, 1])
        with self.assertRaisesRegex(ExtractError, "at least 2 images"):
            calibrate.parted(given[:1])


class Choices(Calibrating):
    def test_a_higher_price_saves_no_less_and_costs_no_less(self):
        found = self.calibration(shake(Plain()))
        before = (0.0, 0.0)
        for price in (0.0, 1e-9, 1e-7, 1e-6, 1e-5, 1e-3):
            chosen = choose.at_price(found.curves, price).values()
            now = sum(c.saved for c in chosen), sum(c.cost for c in chosen)
            self.assertGreaterEqual(now[0], before[0])
            self.assertGreaterEqual(now[1], before[1] - 1e-12)
            before = now

    def test_the_wanted_saving_is_reached_in_the_loop(self):
        found = self.calibration(shake(Plain()))
        for corrects in (False, True):
            trial = found.for_reduction(0.1, calibrate.Effort(corrects, near=0.01))
            self.assertAlmostEqual(trial.saved, 0.1, delta=0.03)

    def test_a_reduction_is_the_same_whatever_was_asked_for_before(self):
        effort = calibrate.Effort(rounds=1, learning=distil.Recipe(steps=2, batch=2))
        alone, after = self.calibration(shake(Plain())), self.calibration(shake(Plain()))
        after.for_reduction(0.2, effort)
        trials = [one.for_reduction(0.1, effort) for one in (alone, after)]
        self.assertEqual(trials[0].settings, trials[1].settings)
        states = [one.network.module.state_dict() for one in (alone, after)]
        for name, value in states[0].items():
            self.assertTrue(torch.equal(value, states[1][name]), name)

    def test_a_search_leaves_the_answers_nearer_to_the_plain_networks(self):
        for corrects in (False, True):
            found = self.calibration(shake(Plain()), count=8)
            before = found.attempt(0.15, corrects)
            found.search(0.15, 12, corrects)
            after = found.attempt(0.15, corrects)
            allowed = after.price * (after.saved - before.saved) * found.macs
            self.assertLessEqual(after.divergence, before.divergence + max(0.0, allowed) + 1e-9)
            self.assertAlmostEqual(after.saved, before.saved, delta=0.05)

    def test_the_allowed_loss_is_kept(self):
        found = self.calibration(shake(Plain()))
        self.assertLessEqual(found.for_loss(0.34, calibrate.Effort(False, rounds=6)).changed, 0.34)

    def test_the_files_mean_what_was_chosen_to_peeksim(self):
        found = self.calibration(shake(Plain()))
        trial = found.for_reduction(0.1, calibrate.Effort(False))
        path = os.path.join(self.folder, "m.yaml")
        base = os.path.relpath(MACHINE, self.folder)
        files.put(os.path.join(self.folder, "t.json"), calibrate.thresholds(trial))
        files.put(path, found.overlay(base, "m", trial, "t.json"))
        read = {s.name: s for s in found.network.resolve(path).layers}
        for expected in trial.settings.layers:
            got = read[expected.name]
            self.assertEqual(got.policy, expected.policy)
            if expected.name in trial.choices:
                self.assertEqual(got.window, expected.window)
                self.assertEqual(sorted(got.peeks), sorted(expected.peeks))
                self.assertEqual(got.thresholds, expected.thresholds)


class Corrections(Calibrating):
    def moments(self, module, nodes, given):
        found = {}
        for sample in given:
            values = {}

            def show(node, value):
                if node.name in nodes:
                    values[node.name] = value

            cost.Run(module, show).run(sample.tensor[None])
            for name, value in values.items():
                found.setdefault(name, []).append(value)
        return {n: correct._moments(v) for n, v in found.items()}

    def test_convolutions_have_their_mean_and_deviation_again(self):
        for net in (Plain(), Basic()):
            with self.subTest(type(net).__name__), torch.no_grad():
                found = self.calibration(shake(net))
                given = found.tried
                plain = self.moments(found.network.module, self.names(found), given)
                trial = found.attempt(0.1, True)
                after = self.moments(
                    found.network.apply(trial.settings).module, self.names(found), given
                )
                self.assertEqual(len(after), len(plain))
                for name, (mean, variance) in plain.items():
                    torch.testing.assert_close(after[name][0], mean, rtol=1e-3, atol=1e-3)
                    torch.testing.assert_close(after[name][1], variance, rtol=1e-2, atol=1e-3)

    def names(self, found):
        """The nodes whose values are corrected: behind the batch-norm where it takes the shift."""
        names = []
        for layer in found.network.layers:
            if layer.name in correct.foldable(found.network):
                conv, norm = correct.foldable(found.network)[layer.name]
                names.append((list(layer.node.users)[0] if norm else layer.node).name)
        return names

    def test_nothing_is_changed_where_nothing_is_gated(self):
        found = self.calibration(shake(Plain()))
        given = samples(6)
        nothing = found.machine._replace(
            layers=tuple(s._replace(policy="none") for s in found.machine.layers)
        )
        folded = correct.correct(found.network, found.network.apply(nothing), lambda: given, 3)
        for scale, shift in folded.values():
            torch.testing.assert_close(scale, torch.ones_like(scale), rtol=1e-5, atol=1e-5)
            torch.testing.assert_close(shift, torch.zeros_like(shift), rtol=0, atol=1e-4)


class Distillations(Calibrating):
    def learned(self, net, recipe, threshold, on_the_same=False):
        """(Calibration, what is predicted, divergence on images held out at the start, at the end);
        on_the_same: held out are those that it learns on."""
        found = self.calibration(net, count=20)
        machine = found.network.resolve(MACHINE, ["prediction.threshold=%g" % threshold])
        predicted = found.network.apply(machine)
        held = [s.tensor for s in (found.chosen_on if on_the_same else found.held_out)]
        with torch.no_grad():
            wanted = found.teacher(torch.stack(held))
            apart = sensitivity.divergence(wanted, predicted.module(torch.stack(held)))
        end = distil.distil(
            found.network,
            found.teacher,
            predicted,
            [s.tensor for s in found.chosen_on],
            held,
            recipe,
        )
        return found, predicted, float(apart.mean()), end

    def test_the_answers_with_prediction_come_nearer_to_those_without(self):
        recipe = distil.Recipe(steps=60, batch=8, rate=3e-3, crop=1.0, mirror=False)
        found, predicted, start, end = self.learned(shake(Plain()), recipe, 0.3, True)
        self.assertGreater(start, 0)
        self.assertLess(end, 0.8 * start)
        held = torch.stack([s.tensor for s in found.chosen_on])
        with torch.no_grad():
            apart = sensitivity.divergence(found.teacher(held), predicted.module(held))
        self.assertAlmostEqual(float(apart.mean()), end, places=6)  # the best weights are in place

    def test_weights_that_become_worse_are_not_kept(self):
        net = shake(Plain())
        before = {n: v.clone() for n, v in net.state_dict().items()}
        _, _, start, end = self.learned(net, distil.Recipe(steps=4, batch=4, rate=10.0), 0.05)
        self.assertEqual(end, start)
        for name, value in net.state_dict().items():
            self.assertTrue(torch.equal(value, before[name]), name)

    def test_what_plain_weights_give_is_left_alone_where_nothing_is_gated(self):
        _, _, start, end = self.learned(shake(Plain()), distil.Recipe(steps=2, batch=2), -1e9)
        self.assertAlmostEqual(start, 0.0, places=6)
        self.assertAlmostEqual(end, 0.0, places=6)

    def test_the_rate_rises_and_falls_to_nothing(self):
        recipe = distil.Recipe(steps=100, rate=1.0)
        rates = [distil.rate_at(step, recipe) for step in range(100)]
        self.assertLess(rates[0], 0.06)
        self.assertEqual(max(rates), rates[19])
        self.assertLess(rates[99], 0.001)

    def test_every_image_is_seen_once_before_any_is_seen_again(self):
        given = [torch.full((1, 8, 8), float(i)) for i in range(7)]
        recipe = distil.Recipe(steps=7, batch=3)
        parts = distil.batches(given, recipe, torch.Generator().manual_seed(1))
        seen = torch.cat([x[:, 0, 4, 4] for x in parts]).round().int().tolist()
        self.assertEqual(len(seen), 21)
        for start in (0, 7, 14):
            self.assertEqual(sorted(seen[start : start + 7]), list(range(7)))


class CommandLine(Calibrating):
    def tool(self, *words, code=0):
        done = subprocess.run(
            [TOOL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout + done.stderr

    def test_usage_errors_name_what_is_wrong(self):
        model = ["x.py:y", MACHINE, "--images", "z", "-o"]
        self.assertIn("required", self.tool(*model, "a.yaml", code=2))
        self.assertIn("ends in .yaml", self.tool(*model, "a.txt", "--loss", "1", code=2))
        self.assertIn("below 100", self.tool(*model, "a.yaml", "--loss", "100", code=2))
        for wrong in ("0", "15,x", "15,", "20,100"):
            self.assertIn("below 100", self.tool(*model, "a.yaml", "--reduction", wrong, code=2))
        twice = self.tool(*model, "a.yaml", "--reduction", "20,15,20.0", code=2)
        self.assertIn("names one twice", twice)
        missing = os.path.join(self.folder, "none", "a.yaml")
        self.assertIn("no such folder", self.tool(*model, missing, "--loss", "1", code=6))

    def test_several_reductions_have_files_of_their_own_that_one_alone_would_have(self):
        path = os.path.join(self.folder, "net.py")
        with open(path, "w", encoding="utf-8") as f:
            f.write(NET)
        words = [path + ":load", MACHINE, "--images", path + ":images", "--steps", "2"]
        out = os.path.join(self.folder, "out.yaml")
        said = self.tool(*words, "--reduction", "5,10", "-o", out)
        self.assertEqual(said.count("of the images held out (95 %: "), 2)
        self.assertEqual(said.count("top-1 can lose at most as much"), 2)
        self.assertIn("8 to choose and learn on, 2 held out", said)
        alone = os.path.join(self.folder, "alone.yaml")
        self.tool(*words, "--reduction", "10", "-o", alone)
        for end in (".thresholds.json", ".pth"):
            with open(alone[:-5] + end, "rb") as one, open(out[:-5] + "-10" + end, "rb") as other:
                self.assertEqual(one.read(), other.read(), end)
        self.assertIn("out-5.yaml exists", self.tool(*words, "--reduction", "5,20", "-o", out, code=6))

    @unittest.skipUnless(HAS_MODELS, NO_MODELS)
    def test_resnet20_keeps_more_of_its_answers_than_with_threshold_0(self):
        graph_net = os.path.join(SHARED, "models", "graph_net.py")
        model = [graph_net + ":load", "--model-arg", "cifar_resnet20"]
        model += ["--preprocess", graph_net + ":preprocess"]
        model += ["--images", os.path.join(SHARED, "images", "cifar10_eval")]
        out = os.path.join(self.folder, "chosen.yaml")
        said = self.tool(*model, MACHINE, "--count", "60", "--reduction", "18.5", "-o", out)
        self.assertRegex(said, r"MACs saved +18\.\d+ %|MACs saved +19\.\d+ %")
        results = os.path.join(self.folder, "r.json")
        tool = os.path.join(ROOT, "tools/peek_accuracy.py")
        for machine, more in ((MACHINE, []), (out, ["--corrected", out[:-5] + ".pth"])):
            words = [tool, *model, machine, "-o", results, "--force", *more]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
            with open(results, encoding="utf-8") as f:
                found = json.load(f)["machines"][0]
            share = found["totals"]["convolutions"]["mac_reduction"]
            print(
                "\n%s: %.1f %% of the MACs, top-1 %+.1f %%"
                % (os.path.basename(machine), 100 * share, 100 * found["top1"]["difference"])
            )
            if machine == MACHINE:
                fixed = found["top1"]["difference"]
                self.assertAlmostEqual(share, 0.186, delta=0.02)
            else:
                self.assertGreaterEqual(found["top1"]["difference"], fixed)
                self.assertAlmostEqual(share, 0.185, delta=0.02)


if __name__ == "__main__":
    unittest.main()
