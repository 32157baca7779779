"""tools/peek_zap.py: small networks that tell which outputs are zero, what they learn and cost."""
import contextlib
import io
import math
import os
from unittest import mock

import torch

from extracting import Basic, images, shake
from peeking import Peeking, layer_settings, unittest
from peeksim.accuracy import cost, insert, zap
from peeksim.commands import accuracy as accuracy_command
from peeksim.commands import zap as command
from peeksim.errors import ExtractError
from test_calibrate import NET, samples


def network(net=None):
    net = shake(Basic()) if net is None else net
    with torch.no_grad():
        return insert.Network(net.eval(), images(1)[0][None])


def learned(net, steps, given=8, pattern="checkerboard", before=None):
    """(the Learning, what it learned on random images)"""
    layers = zap.layers_of(net)
    pupils = zap.Learning(
        net, layers, cost.units(net, layers, lambda: samples(given), 4), zap.Recipe(steps=steps, batch=4)
    )
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

    def test_the_patterns_compute_as_many_outputs_first_as_they_say(self):
        for name, share in (("checkerboard", 2), ("thirds", 3), ("quarter", 4)):
            self.assertEqual(int(zap.first_of(name, 12, 12).sum()), 144 // share)

    def test_a_decision_costs_its_two_convolutions_without_the_products_that_are_known_zeros(self):
        layer = layer_settings(shape=(4, 12, 12))
        for name, macs in (("checkerboard", 9 + 9), ("thirds", 9 + 5), ("quarter", 9 + 3)):
            self.assertEqual(zap.Zap(name, {}).cost(layer), (macs, 1))

    def test_a_score_at_the_threshold_is_taken_for_zero(self):
        center = torch.zeros(2, 1, 3, 3)
        center[:, :, 1, 1] = 1
        folded = zap.Folded(center, torch.zeros(2), center, torch.zeros(2))
        values = torch.tensor([0.0, 1.0, 2.0, 3.0]).expand(1, 2, 1, 4)
        gated = zap.Zap("checkerboard", {"a": folded}, {"a": [1.0, -math.inf]}).gated(
            layer_settings(name="a", thresholds=()), values
        )
        self.assertEqual(gated[0, :, 0].tolist(), [[True, True, False, False], [False] * 4])
        with_own = layer_settings(name="a", thresholds=(None, 2.0))
        gated = zap.Zap("checkerboard", {"a": folded}, {"a": [1.0]}).gated(with_own, values)
        self.assertEqual(gated[0, :, 0].tolist(), [[False] * 4, [True, True, True, False]])


class Learning(Peeking):
    def test_the_first_layer_and_those_without_a_relu_are_not_predicted(self):
        self.assertEqual([l.name for l in zap.layers_of(network())], ["conv2"])

    def test_it_learns_what_is_the_opposite_of_its_beginning(self):
        # An output is positive where its neighbors, which are computed first, are negative.
        torch.manual_seed(2)
        blur = torch.nn.AvgPool2d(3, 1, 1)
        smooth = blur(blur(torch.randn(16, 8, 16, 16))) * 3
        first = zap.first_of("checkerboard", 16, 16)
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

        layers = zap.layers_of(net)
        pupils = zap.Learning(
            net, layers, cost.units(net, layers, lambda: samples(8), 4), zap.Recipe(steps=6, batch=4)
        )
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
        settings_of = layer_settings(name=name, shape=(4, 6, 6), thresholds=())
        for by_channel in (False, True):
            measured = zap.Measured(one, "checkerboard", by_channel)
            measured.add(values[:2], moved[:2])
            measured.add(values[2:], moved[2:])
            curves = measured.curves(10)
            for b in (20, 32, 40):
                predictor = zap.Zap("checkerboard", folded, {name: [zap.GRID[b]]})
                first = predictor.first(settings_of)
                gated = predictor.gated(settings_of, values.masked_fill(~first, 0)) & ~first
                lost = (moved * gated).sum((2, 3)).double().pow(2).sum(0)
                saved_macs = gated.sum((0, 2, 3)).double() * 10
                wanted = (lost, saved_macs) if by_channel else (lost.sum()[None], saved_macs.sum()[None])
                self.assertTrue(torch.allclose(curves.cost[:, b], 0.5 * wanted[0] / 3))
                self.assertTrue(torch.allclose(curves.saved[:, b], wanted[1] / 3))
                self.assertTrue((curves.thresholds[:, b] == zap.GRID[b]).all())


class Files(Peeking):
    def test_a_predictor_reads_back_as_it_was_written(self):
        _, folded = learned(network(), 1, pattern="thirds")
        (name,) = folded
        written = zap.Zap("thirds", folded, {name: [0.25, -math.inf]})
        path = os.path.join(self.folder, "zap.npz")
        with open(path, "wb") as f:
            f.write(written.bytes())
        read = zap.load(path)
        self.assertEqual(read.pattern, "thirds")
        self.assertEqual(as_lists(read.layers), as_lists(folded))
        self.assertEqual(read.thresholds, written.thresholds)
        self.assertEqual(read.bytes(), written.bytes())

    def test_another_file_is_refused(self):
        path = os.path.join(self.folder, "other.npz")
        with open(path, "w") as f:
            f.write("no predictor")
        with self.assertRaisesRegex(ExtractError, "no file of tools/peek_zap.py") as refused:
            zap.load(path)
        self.assertEqual(refused.exception.code, 2)


def saved(value):
    data = io.BytesIO()
    torch.save(value, data)
    return data.getvalue()


LABELLED = """
def labelled():
    for i, x in enumerate(images()):
        yield "image%d" % i, x, i % 5
"""


class Command(Peeking):
    def setUp(self):
        super().setUp()
        self.net = os.path.join(self.folder, "zap_net.py")
        with open(self.net, "w") as f:
            f.write(NET + LABELLED)
        self.out = os.path.join(self.folder, "out.npz")

    def run_command(self, *more, main=command.main, words=None):
        """Exit code, stdout, stderr."""
        words = words or [self.net + ":load", "--images", self.net + ":images", "-o", self.out]
        words = list(words) + list(more)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(words)
            except SystemExit as e:
                code = e.code
        return code, out.getvalue(), err.getvalue()

    def test_it_writes_a_predictor_for_each_reduction_that_the_accuracy_tool_takes(self):
        code, out, err = self.run_command("--reduction", "5,10", "--steps", "4")
        self.assertEqual((code, err), (0, ""))
        for text in ("out-5.npz", "out-10.npz", "out-10.pth", "top-1 can lose at most as much"):
            self.assertIn(text, out)
        words = [self.net + ":load", "--images", self.net + ":labelled"]
        words += ["--predictor", os.path.join(self.folder, "out-10.npz"), "--batch", "5"]
        words += ["--corrected", os.path.join(self.folder, "out-10.pth")]
        code, out, err = self.run_command(main=accuracy_command.main, words=words)
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"\nzap +[1-9][0-9.]* ")
        # Another reduction needs no learning, and is the same as if it were asked for alone.
        with mock.patch.object(zap.Learning, "_learn", side_effect=AssertionError):
            code, _, err = self.run_command("--reduction", "10", "--steps", "4")
        self.assertEqual((code, err), (0, ""))
        with open(self.out, "rb") as one, open(os.path.join(self.folder, "out-10.npz"), "rb") as f:
            self.assertEqual(one.read(), f.read())

    def test_what_another_command_learned_is_not_taken(self):
        self.run_command("--reduction", "10", "--steps", "2")
        code, _, err = self.run_command("--reduction", "10", "--steps", "3", "-o", self.out)
        self.assertEqual(code, 6)
        self.assertIn("out.npz exists", err)
        os.remove(self.out)
        os.remove(os.path.join(self.folder, "out.pth"))
        code, _, err = self.run_command("--reduction", "10", "--steps", "3")
        self.assertEqual(code, 6)
        self.assertIn("left by another command", err)
        self.assertEqual(self.run_command("--reduction", "10", "--steps", "3", "--force")[0], 0)

    def test_wrong_words_are_refused(self):
        for words, text in (
            (("--reduction", "0"), "above 0 and below 100"),
            (("--reduction", "10", "--steps", "0"), "at least 1"),
            (("--reduction", "10", "-o", "x.yaml"), "ends in .npz"),
        ):
            code, _, err = self.run_command(*words)
            self.assertEqual(code, 2)
            self.assertIn(text, err)
        code, _, err = self.run_command("--help")
        self.assertEqual(code, 0)


if __name__ == "__main__":
    unittest.main()
