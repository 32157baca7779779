"""tools/peek_zap.py: small networks that tell which outputs are zero, what they learn and cost, and
the machine files that run them."""
import contextlib
import io
import json
import os
from unittest import mock

import torch

from extracting import Basic, images, shake
from peeking import Peeking, layer_settings, unittest
from peeksim.accuracy import choose, cost, insert, zap
from peeksim.accuracy.files import sha256_of
from peeksim.accuracy.policies import gate_of
from peeksim.accuracy.policies.zap import Networks, first_of, load
from peeksim.commands import accuracy as accuracy_command
from peeksim.commands import extract_trace
from peeksim.commands import zap as command
from peeksim.errors import ExtractError
from peeksim.trace import loading
from test_calibrate import MACHINE, NET, samples
from test_closed_loop import ClosedLoop
from test_zap_policy import some_folded


def network(net=None):
    net = shake(Basic()) if net is None else net
    with torch.no_grad():
        return insert.Network(net.eval(), images(1)[0][None])


def pupils_of(net, steps, given=8):
    """What learns conv2 on random images."""
    layers = [l for l in net.layers if l.name == "conv2"]
    units = cost.units(net, layers, lambda: samples(given), 4)
    return zap.Learning(net, layers, units, zap.Recipe(steps=steps, batch=4))


def learned(net, steps, given=8, pattern="checkerboard", before=None):
    """(the Learning, what it learned on random images)"""
    pupils = pupils_of(net, steps, given)
    if before is not None:
        pupils.resume(before)
    return pupils, pupils.run(images(given), pattern, True)


def as_lists(folded):
    return {name: [part.tolist() for part in one] for name, one in folded.items()}


class Small(Peeking):
    """The small network of a layer."""

    def test_folded_it_scores_as_it_does_with_batch_norm(self):
        torch.manual_seed(1)
        unit = torch.rand(5) + 0.5
        learner = zap.Learner(unit, 3)
        for _ in range(5):
            learner(torch.randn(4, 5, 6, 7))  # moves the statistics
        x = torch.randn(2, 5, 6, 7)
        wanted = learner.eval()(x)
        self.assertTrue(torch.allclose(learner.folded().scores(x), wanted, atol=1e-5))


class Learning(Peeking):
    def test_it_learns_what_is_the_opposite_of_its_beginning(self):
        # An output is positive where its neighbors, which are computed first, are negative.
        torch.manual_seed(2)
        blur = torch.nn.AvgPool2d(3, 1, 1)
        smooth = blur(blur(torch.randn(16, 8, 16, 16))) * 3
        first = first_of("checkerboard", 16, 16)
        values = smooth * torch.where(first, 1.0, -1.0)
        learner = zap.Learner(values.pow(2).mean((0, 2, 3)).sqrt(), 1)

        def ranked():
            """Of the pairs of a positive output and another one, none of them computed first, those
            in which the positive one has the higher score."""
            scores = learner.folded().scores(values.masked_fill(~first, 0))[:, :, ~first]
            positive = values[:, :, ~first] > 0
            high, low = scores[positive], scores[~positive].sort()[0]
            return float(torch.searchsorted(low, high).double().mean()) / len(low)

        zap.loss_of(learner, values, first)  # batch-norm sees them once
        self.assertLess(ranked(), 0.2)
        optimizer = torch.optim.Adam(learner.parameters(), 0.05)
        for _ in range(80):
            optimizer.zero_grad()
            zap.loss_of(learner, values, first).backward()
            optimizer.step()
        self.assertGreater(ranked(), 0.9)

    def test_an_interrupted_learning_goes_on_to_the_same_numbers(self):
        net = network()
        _, whole = learned(net, 6)

        class Stop(Exception):
            pass

        kept = {}

        def keep(step):
            if step == 4:
                kept.update(torch.load(io.BytesIO(saved(pupils.state()))))
                raise Stop

        pupils = pupils_of(net, 6)
        with self.assertRaises(Stop):
            pupils.run(images(8), "checkerboard", True, keep)
        again, found = learned(net, 6, before=kept)
        self.assertEqual(again.step, 6)
        self.assertEqual(as_lists(found), as_lists(whole))

    def test_what_thresholds_save_and_cost_is_what_gating_at_them_does(self):
        net = network()
        _, folded = learned(net, 2)
        ((name, one),) = folded.items()
        torch.manual_seed(3)
        values, slope = torch.randn(3, 4, 6, 6), torch.randn(3, 4, 6, 6)
        moved = slope * values.clamp(min=0)
        path = os.path.join(self.folder, "zap.h5")
        Networks("checkerboard", folded).save(path)
        own = layer_settings(name=name, policy="zap", shape=(4, 6, 6), networks=path)
        for by_channel in (False, True):
            measured = zap.Measured(one, "checkerboard", by_channel)
            measured.add(values[:2], moved[:2])
            measured.add(values[2:], moved[2:])
            curves = measured.curves(10)
            for b in (20, 32, 40):
                at = own._replace(thresholds=(zap.GRID[b],))
                gated = gate_of(at, mock.Mock(features=False)).gated(values)
                lost = (moved * gated).sum((2, 3)).double().pow(2).sum(0)
                saved_macs = gated.sum((0, 2, 3)).double() * 10
                wanted = (lost, saved_macs) if by_channel else (lost.sum()[None], saved_macs.sum()[None])
                self.assertTrue(torch.allclose(curves.cost[:, b], 0.5 * wanted[0] / 3))
                self.assertTrue(torch.allclose(curves.saved[:, b], wanted[1] / 3))
                self.assertTrue((curves.thresholds[:, b] == zap.GRID[b]).all())


def saved(value):
    data = io.BytesIO()
    torch.save(value, data)
    return data.getvalue()


LABELLED = """
def labelled():
    for i, x in enumerate(images()):
        yield "image%d" % i, x, i % 5
"""


def network_of(file):
    """The Network of NET in a file."""
    net, _, _ = loading.load_model(file + ":load", [], None)
    with torch.no_grad():
        return insert.Network(net.float(), images(1)[0][None])


class TheLayers(Peeking):
    """Which layers learn; they need the program."""

    def names(self, machine):
        net = network()
        found = zap.ZapCalibration.layers_of(net, zap.unlearned(net, machine))
        return [l.name for l in found]

    def test_those_that_the_machine_predicts_learn_whatever_its_own_policy_is(self):
        self.assertEqual(self.names(MACHINE), ["conv2"])  # it excludes the first
        self.assertEqual(self.names(self.machine(policy="none", exclude=["conv2"])), ["conv1"])
        self.assertEqual(self.names(self.machine(exclude=[])), ["conv1", "conv2"])

    def test_a_layer_with_a_policy_of_its_own_does_not_learn(self):
        for policy in ("none", "oracle"):
            layers = [{"match": "conv1", "policy": policy}]
            self.assertEqual(self.names(self.machine(layers=layers, exclude=[])), ["conv2"])
        layers = [{"match": "conv1", "policy": "peek"}]
        with self.assertRaisesRegex(ExtractError, "conv1: policy peek: thresholds are chosen for policy zap"):
            self.names(self.machine(layers=layers, exclude=[]))

    def test_a_machine_that_predicts_no_layer_is_refused(self):
        with self.assertRaisesRegex(ExtractError, "predicts no layer of this network") as refused:
            self.names(self.machine(exclude=["conv*"]))
        self.assertEqual(refused.exception.code, 4)

    def test_a_network_without_a_relu_is_refused(self):
        with torch.no_grad():
            net = insert.Network(torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3)), images(1)[0][None])
        with self.assertRaisesRegex(ExtractError, "no layer has a ReLU and a map") as refused:
            zap.unlearned(net, MACHINE)
        self.assertEqual(refused.exception.code, 4)


class Choices(Peeking):
    def test_a_choice_changes_thresholds_alone_and_one_is_that_of_all_channels(self):
        calibration = object.__new__(zap.ZapCalibration)
        own = layer_settings(policy="zap", shape=(3, 4, 4))
        for thresholds, expected in (([0.5], (0.5, 0.5, 0.5)), ([1, -torch.inf, 0], (1.0, None, 0.0))):
            choice = choose.Choice(None, torch.tensor(thresholds), 1.0, 1.0)
            found = calibration.with_choice(own, choice)
            self.assertEqual(found, own._replace(thresholds=expected))


class Command(ClosedLoop):
    """They need the program."""

    def setUp(self):
        super().setUp()
        self.net = os.path.join(self.folder, "zap_net.py")
        with open(self.net, "w") as f:
            f.write(NET + LABELLED)
        self.out = self.at("out.yaml")
        self.model = [self.net + ":load", "--images", self.net + ":images"]

    def at(self, name):
        return os.path.join(self.folder, name)

    def bytes(self, name):
        with open(self.at(name), "rb") as f:
            return f.read()

    def run_command(self, *more, main=command.main, words=None):
        """Exit code, stdout, stderr."""
        words = words or [*self.model, MACHINE, "-o", self.out]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main([*words, *more])
            except SystemExit as e:
                code = e.code
        return code, out.getvalue(), err.getvalue()

    def done(self, *more, **given):
        """stdout of a command that has nothing to complain of."""
        code, out, err = self.run_command(*more, **given)
        self.assertEqual((code, err), (0, ""))
        return out

    def test_it_writes_a_machine_file_for_each_reduction_and_networks_that_serve_all(self):
        out = self.done("--reduction", "5,10", "--learn", "4")
        for name in ("out.h5", "out-5.yaml", "out-10.yaml", "out-10.thresholds.json", "out-10.pth"):
            self.assertIn(self.at(name) + "\n", out)
        self.assertIn("top-1 can lose at most as much", out)
        text = self.bytes("out-10.yaml").decode()
        self.assertEqual(
            text.split("\n", 2)[2].replace(os.path.relpath(MACHINE, self.folder), "MACHINE"),
            'extends: "MACHINE"\nname: "out-10"\n\nprediction:\n'
            '  thresholds_file: "out-10.thresholds.json"\n'
            '  policy: zap\n  zap_file: "out.h5"\n  zap_sha256: "%s"\n' % sha256_of(self.at("out.h5")),
        )
        (thresholds,) = json.loads(self.bytes("out-10.thresholds.json")).values()
        self.assertEqual((len(thresholds), len(set(thresholds))), (6, 1))
        self.assertIn(thresholds[0], zap.GRID)
        self.assertEqual(list(load(self.at("out.h5")).layers), ["2"])

    def test_another_reduction_needs_no_learning_and_is_the_same_as_if_it_were_asked_for_alone(self):
        self.done("--reduction", "5,10", "--learn", "4")
        before = self.bytes("out.h5")
        with mock.patch.object(zap.Learning, "_learn", side_effect=AssertionError):
            self.done("--reduction", "10", "--learn", "4")
        for ending in (".thresholds.json", ".pth"):
            self.assertEqual(self.bytes("out" + ending), self.bytes("out-10" + ending))
        self.assertEqual(
            self.bytes("out.yaml").replace(b'"out', b'"out-10').replace(b"-10.h5", b".h5"),
            self.bytes("out-10.yaml"),
        )
        self.assertEqual(self.bytes("out.h5"), before)

    def test_a_repeated_call_gives_the_same_bytes(self):
        words = ("--reduction", "10", "--learn", "3", "--by-channel")
        self.done(*words)
        files = ["out" + e for e in (".h5", ".yaml", ".thresholds.json", ".pth")]
        first = [self.bytes(name) for name in files]
        self.done(*words, "--force")
        self.assertEqual(first, [self.bytes(name) for name in files])
        moved = self.at("moved")
        os.mkdir(moved)
        self.done(words=[*self.model, MACHINE, "-o", os.path.join(moved, "out.yaml"), *words])
        for name in ("out.h5", "out.thresholds.json", "out.pth"):
            self.assertEqual(self.bytes(name), self.bytes("moved/" + name), name)

    def test_distillation_changes_the_weights_and_thresholds_and_not_the_small_networks(self):
        words = ("--reduction", "10", "--learn", "3")
        self.done(*words)
        files = ["out.h5", "out.yaml", "out.pth"]
        before = [self.bytes(name) for name in files]
        os.remove(self.at("out.yaml"))
        for ending in (".thresholds.json", ".pth"):
            os.remove(self.at("out" + ending))
        with mock.patch.object(zap.Learning, "_learn", side_effect=AssertionError):
            self.done(*words, "--steps", "2", "--no-correction")
        after = [self.bytes(name) for name in files]
        self.assertEqual(after[:2], before[:2])
        self.assertNotEqual(after[2], before[2])

    def test_the_other_tools_and_the_simulator_run_what_it_writes(self):
        self.done("--reduction", "10", "--learn", "4")
        words = [self.net + ":load", self.out, "--images", self.net + ":labelled", "--batch", "1"]
        words += ["--corrected", self.at("out.pth"), "-o", self.at("results.json")]
        out = self.done(main=accuracy_command.main, words=words)
        self.assertRegex(out, r"\nout +[1-9][0-9.]* ")
        self.assertIn("MACs of decisions, %", out)
        (found,) = json.loads(self.bytes("results.json"))["machines"]
        layers = {l["name"]: l for l in found["layers"]}
        self.assertEqual([l["policy"] for l in layers.values()], ["none", "zap", "none"])
        own = layers["2"]  # 6 x 12 x 12 outputs of 10 images, half of them decided on
        self.assertEqual((own["decision_macs"], own["decision_bits"]), (10 * 432 * 18, 10 * 432))
        trace = self.at("trace.h5")
        words = [*self.model, "--machine", self.out, "--state-dict", self.at("out.pth"), "-o", trace]
        words += ["--float32", "--type", "f32"]  # the arithmetic of the tool above
        out = self.done(main=extract_trace.main, words=words)
        self.assertRegex(out, r"\n  loop     closed: [1-9][0-9.]* % of these values gated by ")
        results, _, errors = self.run_on(trace, self.out)
        self.assertNotIn("mispredictions", errors)
        counters = results["totals"]["network"]["machine"]["counters"]
        self.assertEqual(counters["predicted_zero"], own["predicted_zero"])
        self.assertEqual(counters["false_zero"], own["false_zero"])
        self.assertEqual(counters["decision_macs"], own["decision_macs"])

    def test_what_another_command_learned_is_not_taken(self):
        self.done("--reduction", "10", "--learn", "2")
        for words in (("--learn", "3"), ("--learn", "2", "--first", "quarter")):
            code, _, err = self.run_command("--reduction", "10", *words, "-o", self.out)
            self.assertEqual(code, 6)
            self.assertIn("out.yaml exists", err)
            code, _, err = self.run_command("--reduction", "20,30", *words)
            self.assertEqual(code, 6)
            self.assertIn("out.learned.pth was left by another command", err)
        other = self.machine(exclude=[])
        words = [*self.model, other, "-o", self.out, "--reduction", "20,30", "--learn", "2"]
        code, _, err = self.run_command(words=words)
        self.assertEqual(code, 6)
        self.assertIn("left by another command", err)
        self.assertEqual(self.run_command(words=[*words, "--force"])[0], 0)
        self.assertEqual(sorted(load(self.at("out.h5")).layers), ["0", "2"])

    def test_a_networks_file_that_is_not_what_was_learned_stays_and_nothing_is_learned(self):
        words = ("--reduction", "10", "--learn", "2")
        with open(self.at("out.h5"), "w") as f:
            f.write("somebody's")
        with mock.patch.object(zap.Learning, "_learn", side_effect=AssertionError):
            code, _, err = self.run_command(*words)
        self.assertEqual(code, 6)
        self.assertIn("out.h5 exists, and is not what was learned; --force replaces it", err)
        self.assertEqual(self.bytes("out.h5"), b"somebody's")
        self.done(*words, "--force")
        Networks("checkerboard", {"2": some_folded(6)}).save(self.at("out.h5"))
        code, _, err = self.run_command("--reduction", "20,30", "--learn", "2")
        self.assertEqual(code, 6)
        self.assertIn("out.h5 exists, and is not what was learned", err)
        self.assertFalse(os.path.exists(self.at("out-20.yaml")))

    def test_a_machine_that_cannot_run_it_is_refused_before_anything_is_learned(self):
        for machine in (
            self.machine(threshold_unit="rms"),
            self.machine(policy="none", typo=1),
            MACHINE + ".missing",
        ):
            words = [*self.model, machine, "-o", self.out, "--reduction", "10"]
            with mock.patch.object(zap.Learning, "_learn", side_effect=AssertionError):
                code, _, err = self.run_command(words=words)
            self.assertEqual(code, 3, err)
            self.assertFalse(os.path.exists(self.at("out.learned.pth")))

    def test_a_machine_that_is_zaps_already_learns_anew_and_names_its_own_networks(self):
        self.done("--reduction", "10", "--learn", "2")
        words = [*self.model, self.out, "-o", self.at("again.yaml"), "--reduction", "10"]
        self.done(words=[*words, "--learn", "3", "--first", "thirds"])
        self.assertEqual(load(self.at("again.h5")).pattern, "thirds")
        own = network_of(self.net).resolve(self.at("again.yaml"))
        self.assertTrue(os.path.samefile(own.layers[1].networks, self.at("again.h5")))

    def test_another_networks_file_than_the_one_that_was_meant_is_refused(self):
        self.done("--reduction", "10", "--learn", "2")
        Networks("checkerboard", {"2": some_folded(6)}).save(self.at("out.h5"))
        words = [self.net + ":load", self.out, "--images", self.net + ":labelled"]
        code, _, err = self.run_command(main=accuracy_command.main, words=words)
        self.assertEqual(code, 3)
        self.assertIn("prediction.zap_sha256", err)

    def test_wrong_words_are_refused(self):
        for words, text in (
            (("--reduction", "0"), "above 0 and below 100"),
            (("--reduction", "10,10.0"), "names one twice"),
            (("--reduction", "10", "--learn", "0"), "at least 1"),
            (("--reduction", "10", "--count", "1"), "at least 2"),
            (("--reduction", "10", "-o", "x.npz"), "ends in .yaml"),
            ((), "--reduction"),
        ):
            code, _, err = self.run_command(*words)
            self.assertEqual(code, 2)
            self.assertIn(text, err)
        code, _, err = self.run_command("--reduction", "10", "-o", self.at("none/x.yaml"))
        self.assertEqual(code, 6)
        self.assertIn("no such folder", err)
        self.assertEqual(self.run_command("--help")[0], 0)


if __name__ == "__main__":
    unittest.main()
