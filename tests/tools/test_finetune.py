"""tools/peek_finetune.py: training with prediction in the loop, its checkpoints, what it wins."""
import contextlib
import csv
import io
import os
import signal
import unittest
from unittest import mock

import torch
from torch.nn import functional as F

from extracting import HAS_MODELS, NO_MODELS, SHARED
from peeking import Peeking
from peeksim.accuracy import finetune, insert
from peeksim.commands import finetune as peek_finetune
from peeksim.trace import loading

MODEL_FILE = """
import os, signal
import torch
from torch import nn

def load():
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(),
                         nn.Conv2d(6, 6, 3), nn.ReLU(), nn.Dropout(0.1),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2))

def stripes(count=40, seed=1):
    # Class 0: rows, class 1: columns.
    g = torch.Generator().manual_seed(seed)
    for i in range(count):
        wave = torch.sin(torch.arange(8.0) * 2)[:, None].expand(8, 8)
        x = (wave if i % 2 == 0 else wave.t())[None] + 0.3 * torch.randn(1, 8, 8, generator=g)
        yield "image%d" % i, x, i % 2

class One(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 2, 3), nn.Linear(72, 2)
    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).view(1, -1))

def others():
    return stripes(20, 2)

def unlabelled():
    yield torch.zeros(1, 8, 8)

def third_class():
    yield "image", torch.zeros(1, 8, 8), 2

def sizes():
    yield "small", torch.zeros(1, 8, 8), 0
    yield "large", torch.zeros(1, 9, 9), 0
"""


class Finetuning(Peeking):
    def setUp(self):
        super().setUp()
        self.model = os.path.join(self.folder, "stripes_model.py")
        with open(self.model, "w") as f:
            f.write(MODEL_FILE)
        self.rough = self.machine("rough.yaml", peeks="corner", window=[2, 2], threshold=0.1)
        self.out = os.path.join(self.folder, "out.pth")

    def call(self, *words, images="stripes", out=None, machine=None, model="load"):
        """Runs the command in this process: exit code, stdout, stderr."""
        command = ["%s:%s" % (self.model, model), "--images", "%s:%s" % (self.model, images)]
        command += [machine or self.rough, "-o", out or self.out, "--lr", "0.05", "--batch", "8"]
        return called(command + list(words))

    def refused(self, code, pattern, *words, **named):
        found, _, err = self.call(*words, **named)
        self.assertEqual(found, code, err)
        self.assertRegex(err, pattern)

    def state(self, path=None):
        return torch.load(path or self.out, map_location="cpu", weights_only=True)["state_dict"]

    def assert_same(self, one, other):
        self.assertEqual(list(one), list(other))
        for name in one:
            self.assertTrue(torch.equal(one[name], other[name]), name)


def called(words):
    out, err = io.StringIO(), io.StringIO()
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = peek_finetune.main(words)
        except SystemExit as e:
            code = e.code
    for number, handler in before.items():
        signal.signal(number, handler)
    return code, out.getvalue(), err.getvalue()


def column(lines, what, of):
    """The numbers behind `of` in the lines' part about `what`."""
    parts = [p for l in lines for p in l.split(": ", 1)[-1].split("; ") if p.startswith(what)]
    return [float(p.split(of + " ")[1].split()[0].rstrip(",")) for p in parts]


class TheTraining(Finetuning):
    def test_the_loss_decreases_with_prediction_on_and_the_result_is_a_state_dict(self):
        words = ("--validate", self.model + ":others", "--epochs", "6")
        code, out, err = self.call(*words)
        self.assertEqual((code, err), (0, ""))
        lines = out.splitlines()
        training, validation = (column(lines, w, "loss") for w in ("training", "validation"))
        self.assertEqual((len(training), len(validation)), (6, 7))
        self.assertLess(training[-1], 0.7 * training[0])
        self.assertLess(validation[-1], 0.7 * validation[0])
        self.assertGreater(column(lines, "validation", "saved")[-1], 0)
        net, _, _ = loading.load_model(self.model + ":load", (), self.out)
        self.assert_same(net.state_dict(), self.state())
        before = loading.load_model(self.model + ":load")[0].state_dict()
        self.assertFalse(any(torch.equal(before[n], v) for n, v in self.state().items()))

    def test_a_gated_output_passes_no_gradient_and_a_computed_one_its_whole(self):
        large = self.machine("large.yaml", peeks="corner", threshold=0.3, exclude=["3"])
        net, _, _ = loading.load_model(self.model + ":load")
        images = finetune.Images(self.model + ":stripes", None)
        x, labels = next(images.batches(16))
        predicted = insert.apply_prediction(net, large, x[:1])
        F.cross_entropy(predicted.module(x), labels).backward()
        found = {n: p.grad.clone() for n, p in net.named_parameters()}
        net.zero_grad()
        y = net[1](net[0](x))
        computed = ~predicted.activations["0"].gated(y.detach())
        self.assertTrue((y[~computed] > 0).any() and (y[computed] > 0).any())
        F.cross_entropy(net[2:](y * computed), labels).backward()
        for name, parameter in net.named_parameters():
            torch.testing.assert_close(found[name], parameter.grad)

    def test_macs_saved_are_shares_of_the_whole_network_and_training_moves_what_is_not_gated(self):
        all_gated = self.machine(
            "all.yaml", peeks="corner", threshold=1000, window=[64, 64], exclude=["3"]
        )
        net, _, _ = loading.load_model(self.model + ":load")
        images = finetune.Images(self.model + ":stripes", None)
        predicted = insert.apply_prediction(net, all_gated, images[0][0][None])
        training = finetune.Training(net, predicted, finetune.Recipe(), "cpu")
        before = net[3].weight.detach().clone()
        training.train(images)
        self.assertFalse(torch.equal(before, net[3].weight))
        first, others = 6 * 9, 36 * 6 * 54 + 2 * 6
        self.assertEqual(training.measure(images).mac_reduction, 63 * first / (64 * first + others))

    def test_batch_norms_statistics_follow_the_images_unless_frozen(self):
        before = loading.load_model(self.model + ":load")[0].state_dict()["1.running_mean"]
        self.call()
        self.assertFalse(torch.equal(self.state()["1.running_mean"], before))
        self.call("--freeze-norm", "--force")
        self.assertTrue(torch.equal(self.state()["1.running_mean"], before))

    def test_every_option_of_the_recipe_has_its_effect_and_the_seed_decides(self):
        self.call()
        plain = self.state()
        self.call("--force")
        self.assert_same(self.state(), plain)
        for words in (
            ["--lr", "0.02"],
            ["--momentum", "0.5"],
            ["--weight-decay", "0.1"],
            ["--batch", "5"],
            ["--flip"],
            ["--shift", "1"],
            ["--seed", "2"],
            ["--set", "prediction.threshold=0.2"],
        ):
            self.assertEqual(self.call(*words, "--force")[0], 0)
            self.assertFalse(torch.equal(self.state()["0.weight"], plain["0.weight"]), words)

    def test_images_are_mirrored_and_shifted_as_asked_and_by_no_more(self):
        x = torch.arange(1.0, 25).reshape(1, 1, 4, 6).repeat(200, 1, 1, 1)
        generator = torch.Generator().manual_seed(1)
        flipped = finetune.augmented(x, finetune.Recipe(flip=True), generator)
        mirrored = sum(torch.equal(one, x[0].flip(2)) for one in flipped)
        self.assertEqual(mirrored + sum(torch.equal(one, x[0]) for one in flipped), 200)
        self.assertTrue(70 < mirrored < 130)
        shifted = finetune.augmented(x, finetune.Recipe(shift=1), generator)
        places = {tuple(one[0, 1:3, 2:4].flatten().tolist()) for one in shifted}
        self.assertEqual(len(places), 9)
        self.assertEqual(len({tuple(one.flatten().tolist()) for one in shifted}), 9)
        self.assertEqual(shifted.shape, x.shape)

    def test_a_folder_is_read_by_its_table_also_by_other_processes(self):
        from PIL import Image

        folder = os.path.join(self.folder, "images")
        os.mkdir(folder)
        rows = ["file,label_index"]
        for i, (name, x, label) in enumerate(loading.load_object(self.model + ":stripes")(12)):
            pixels = ((x[0] + 2) * 60).clamp(0, 255).byte().numpy()
            Image.fromarray(pixels).save(os.path.join(folder, name + ".png"))
            rows.append("%s.png,%d" % (name, label))
        with open(os.path.join(folder, "labels.csv"), "w") as f:
            f.write("\n".join(rows) + "\n")
        with open(self.model, "a") as f:
            f.write(
                "\ndef grey(image):\n    import numpy as np\n"
                "    return torch.from_numpy(np.asarray(image) / np.float32(255))[None]\n"
            )
        command = [
            self.model + ":load",
            "--images",
            folder,
            "--preprocess",
            self.model + ":grey",
            self.rough,
            "-o",
            self.out,
        ]
        self.assertEqual(called(command)[0], 0)
        alone = self.state()
        self.assertEqual(called(command + ["--workers", "2", "--force"])[0], 0)
        self.assert_same(self.state(), alone)
        os.remove(os.path.join(folder, "labels.csv"))
        code, _, err = called(command + ["--force"])
        self.assertEqual(code, 2)
        self.assertIn("training needs labels.csv", err)


class Checkpoints(Finetuning):
    def test_going_on_ends_where_an_uninterrupted_training_ends(self):
        words = ("--flip", "--shift", "1")
        self.assertEqual(self.call("--epochs", "3", *words)[0], 0)
        whole = self.state()
        pieces = os.path.join(self.folder, "pieces.pth")
        self.assertEqual(self.call("--epochs", "1", *words, out=pieces)[0], 0)
        code, out, _ = self.call("--epochs", "3", "--resume", *words, out=pieces)
        self.assertEqual(code, 0)
        self.assertNotIn("epoch 1 of 3", out)
        self.assert_same(self.state(pieces), whole)

    def test_ctrl_c_leaves_the_last_epoch_and_says_how_to_go_on(self):
        self.call("--epochs", "3")
        whole, batches = self.state(), []
        original = finetune.augmented

        def interrupting(*arguments):
            batches.append(1)
            if len(batches) == 8:  # of 5 an epoch
                os.kill(os.getpid(), signal.SIGINT)
            return original(*arguments)

        with mock.patch.object(finetune, "augmented", interrupting):
            code, _, err = self.call("--epochs", "3", "--force")
        self.assertEqual(code, 130)
        self.assertIn("out.pth holds epoch 1, --resume goes on from there", err)
        self.assertEqual(self.call("--epochs", "3", "--resume")[0], 0)
        self.assert_same(self.state(), whole)
        self.assertEqual([n for n in os.listdir(self.folder) if "out" in n], ["out.pth"])

    def test_interrupted_in_the_first_epoch_nothing_is_kept_and_resume_starts(self):
        def interrupting(*_):
            os.kill(os.getpid(), signal.SIGINT)

        with mock.patch.object(finetune, "augmented", interrupting):
            code, _, err = self.call()
        self.assertEqual(code, 130)
        self.assertIn("nothing is kept", err)
        self.assertFalse(os.path.exists(self.out))
        code, _, err = self.call("--resume")
        self.assertEqual(code, 0)
        self.assertIn("out.pth is not there: training starts from the beginning", err)

    def test_an_existing_or_foreign_checkpoint_is_not_touched(self):
        self.call()
        before = self.state()
        self.refused(6, "out.pth exists; --resume goes on with it, --force replaces it")
        self.refused(6, "left by another command", "--resume", "--seed", "2")
        self.refused(6, "left by another command", "--resume", "--set", "prediction.threshold=1")
        self.assert_same(self.state(), before)
        with open(self.out, "w") as f:
            f.write("nothing")
        self.refused(2, "out.pth is not a checkpoint of peek_finetune", "--resume")
        self.refused(6, "cannot be written", out=os.path.join(self.folder, "no", "out.pth"))


class BadInput(Finetuning):
    def test_images_that_cannot_be_trained_on_are_refused(self):
        self.refused(2, "0000 has no label; training needs labels.csv", images="unlabelled")
        self.refused(2, "label 2, but the network has 2 classes", images="third_class")
        self.refused(2, "all need one size: --preprocess", images="sizes")
        self.refused(2, "has no 'nothing'", images="nothing")
        self.refused(4, "takes one image at a time", model="One")
        self.assertFalse(os.path.exists(self.out))

    def test_bad_options_and_machines_are_refused(self):
        for words in (
            ["--epochs", "0"],
            ["--lr", "-1"],
            ["--lr", "nan"],
            ["--shift", "-1"],
            ["--lr", "0"],
            ["--momentum", "-0.1"],
            ["--resume", "--force"],
        ):
            self.refused(2, "error: --", *words)
        self.refused(3, "did you mean", machine=self.machine("bad.yaml", windows=[2, 2]))

    def test_a_training_that_diverges_stops_and_keeps_the_last_epoch(self):
        self.refused(4, "training diverged; lower --lr", "--lr", "1e30", "--epochs", "3")


class OnATrainedNetwork(Finetuning):
    @unittest.skipUnless(HAS_MODELS, NO_MODELS)
    def test_resnet20_wins_back_accuracy_on_images_that_it_was_not_tuned_on(self):
        source = os.path.join(SHARED, "images", "cifar10_eval")
        with open(os.path.join(source, "labels.csv"), newline="") as f:
            rows = list(csv.DictReader(f))
        for name, part in (("train", rows[:300]), ("other", rows[300:])):
            os.mkdir(os.path.join(self.folder, name))
            with open(os.path.join(self.folder, name, "labels.csv"), "w") as f:
                f.write("file,label_index\n")
                for row in part:
                    path = os.path.abspath(os.path.join(source, row["file"]))
                    f.write("%s,%s\n" % (path, row["label_index"]))
        graph_net = os.path.join(SHARED, "models", "graph_net.py")
        machine = self.machine(window=[2, 2], peeks="corner")
        code, out, err = called(
            [graph_net + ":load", "--model-arg", "cifar_resnet20", machine, "-o", self.out]
            + ["--preprocess", graph_net + ":preprocess", "--flip", "--epochs", "3"]
            + ["--images", os.path.join(self.folder, "train")]
            + ["--validate", os.path.join(self.folder, "other"), "--batch", "10", "--lr", "2e-4"]
        )
        self.assertEqual(code, 0, err)
        lines = out.splitlines()
        top1, saved = (column(lines, "validation", w) for w in ("top-1", "saved"))
        print(
            "\nResNet-20, corner peeks: top-1 %.1f %% -> %.1f %%, MACs saved %.1f %% -> %.1f %%"
            % (top1[0], top1[-1], saved[0], saved[-1])
        )
        self.assertLess(top1[0], 60)  # of 91 without prediction
        self.assertGreater(top1[-1], top1[0] + 8)
        self.assertGreater(saved[-1], saved[0] - 5)


if __name__ == "__main__":
    unittest.main()
