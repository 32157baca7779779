"""A predictor of one's own: what it sees, what it gates, and docs/own-predictor.md as it stands."""
import contextlib
import io
import os
import re
import subprocess
import sys
import time

import h5py
import numpy as np
import torch
from PIL import Image

from extracting import ROOT, Basic, images, shake
from peeking import Peeking, unittest
from peeksim.accuracy import Cost, Predictor, files, insert, masks, named, settings
from peeksim.commands import accuracy as accuracy_command
from peeksim.errors import ExtractError

PAGE = os.path.join(ROOT, "docs", "own-predictor.md")


class Diagonal(Predictor):
    """2x2 windows with diagonal peeks at threshold 0, as the simulator's own."""

    name = "diagonal"

    def first(self, layer):
        _, P, Q = layer.shape
        return torch.arange(P)[:, None] % 2 == torch.arange(Q) % 2

    def gated(self, layer, values):
        _, P, Q = layer.shape
        positive = torch.zeros(values.shape[:2] + (P + P % 2, Q + Q % 2), dtype=torch.bool)
        positive[:, :, :P, :Q] = values > 0
        any_peek = positive[:, :, ::2, ::2] | positive[:, :, 1::2, 1::2]
        spread = any_peek.repeat_interleave(2, 2).repeat_interleave(2, 3)
        return ~spread[:, :, :P, :Q]


class Cheat(Diagonal):
    """Remembers what it was shown, and gates everything."""

    def gated(self, layer, values):
        self.shown = values
        return torch.ones_like(values, dtype=torch.bool)


class OwnPredictor(Peeking):
    def test_an_own_predictor_that_does_what_peeks_do_gates_what_they_gate(self):
        net, x = shake(Basic()), torch.stack(images(4))
        found = [
            insert.apply_prediction(net, one, x[:1])
            for one in (Diagonal(), self.machine(window=[2, 2], peeks="diagonal", exclude=[]))
        ]
        own, peeks = [(one.module(x), one.activations) for one in found]
        self.assertTrue(torch.equal(own[0], peeks[0]))
        self.assertEqual(list(own[1]), list(peeks[1]))
        for name, activation in own[1].items():
            self.assertEqual(activation.totals(), peeks[1][name].totals())
            self.assertGreater(activation.totals()["gated"], 0)

    def test_it_sees_only_what_is_computed_first_and_cannot_gate_that(self):
        cheat = Cheat()
        predicted = insert.apply_prediction(shake(Basic()), cheat, images(1)[0][None])
        predicted.module(torch.stack(images(2)))
        (name, activation), *_ = reversed(predicted.activations.items())
        first = activation.first
        self.assertTrue((cheat.shown[:, :, ~first] == 0).all())
        self.assertTrue((cheat.shown[:, :, first] != 0).any())
        share = 1 - float(first.double().mean())
        outputs, gated, _ = activation.totals().values()
        self.assertEqual(gated, round(share * outputs))

    def test_the_simulator_runs_its_masks_on_the_trace_that_was_recorded_with_them(self):
        loop = masks.MaskedLoop(Diagonal())
        self.extract(shake(Basic()), images(3), loop=loop, type="f32")
        path = os.path.join(self.folder, "masks.h5")
        loop.write(path, self.path)
        own = self.machine("own.yaml", policy="mask", masks_file="masks.h5")
        peeks = self.machine("peeks.yaml", window=[2, 2], peeks="diagonal", exclude=[])
        found, wanted = self.masks(self.path, own), self.masks(self.path, peeks)
        self.assertEqual(list(found), list(wanted))
        for name, gated in wanted.items():
            self.assertTrue(np.array_equal(found[name], gated), name)
        self.assertTrue(any(gated.any() for gated in wanted.values()))
        with h5py.File(path) as file:
            self.assertEqual(dict(file["conv1"].attrs), {"decision_macs": 0, "decision_bits": 1})
            self.assertEqual(file["conv1/first"].shape[0], 3)
        run = [settings.find_peeksim(), "run", own, "--trace", self.path, "--quiet"]
        done = subprocess.run(run, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"[1-9][0-9.]* % of the network's MACs saved")

    def test_the_same_masks_are_the_same_bytes_at_another_time(self):
        loop = masks.MaskedLoop(Diagonal())
        self.extract(shake(Basic()), images(2), loop=loop, type="f32")
        paths = [os.path.join(self.folder, name) for name in ("a.h5", "b.h5")]
        loop.write(paths[0], self.path)
        second = int(time.time())
        while int(time.time()) <= second:  # as fine as times in a file are
            time.sleep(0.05)
        loop.write(paths[1], self.path)
        self.assertEqual(*map(files.sha256_of, paths))

    def test_a_layer_can_be_left_out(self):
        class Some(Diagonal):
            def predicts(self, layer):
                return layer.name != "conv1"

        predicted = insert.apply_prediction(shake(Basic()), Some(), images(1)[0][None])
        self.assertNotIn("conv1", predicted.activations)
        why = {s.name: s.why_not for s in predicted.settings.layers}
        self.assertEqual(why["conv1"], "left out by diagonal")
        self.assertEqual(why["fc"], "no ReLU")

    def test_a_wrong_answer_is_refused_with_its_layer_and_shape(self):
        class Wrong(Diagonal):
            def gated(self, layer, values):
                return values

        class Narrow(Diagonal):
            def first(self, layer):
                return torch.ones(1, dtype=torch.bool)

        class Shares(Diagonal):
            def first(self, layer):
                return torch.ones(layer.shape[1:])

        x = images(1)[0][None]
        predicted = insert.apply_prediction(shake(Basic()), Wrong(), x)
        with self.assertRaisesRegex(ExtractError, r"conv1: gated\(\) gave float32 .*expected bool"):
            predicted.module(x)
        with self.assertRaisesRegex(ExtractError, r"first\(\) gave bool \[1\], expected bool \[6, 6"):
            insert.apply_prediction(shake(Basic()), Narrow(), x)
        with self.assertRaisesRegex(ExtractError, r"first\(\) gave float32 \[6, 6\], expected bool"):
            insert.apply_prediction(shake(Basic()), Shares(), x)

    def test_what_is_no_predictor_is_refused(self):
        for spec in ("os:path", "builtins:dict", "nowhere"):
            with self.assertRaises(ExtractError) as refused:
                named.load(spec)
            self.assertEqual(refused.exception.code, 2)
        self.assertEqual(named.load("test_own_predictor:Diagonal").cost(None), Cost(0, 1))
        err = io.StringIO()
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(err):
            accuracy_command.arguments(["net.py:load", "--images", "x"])
        self.assertIn("Give a MACHINE, or --predictor", err.getvalue())


NET = """
import torch
from torch import nn

def load():
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(3, 4, 3, 4, 1), nn.ReLU(), nn.Conv2d(4, 6, 3, 2, 1), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3))
"""


class Page(Peeking):
    def test_the_page_runs_as_it_stands(self):
        with open(PAGE, encoding="utf-8") as f:
            page = f.read()
        own, commands = (re.findall(r"```%s\n(.*?)```" % k, page, re.S) for k in ("python", "sh"))
        self.assertEqual((len(own), len(commands)), (1, 1))
        lines = [line for line in (own[0] + commands[0]).splitlines() if line]
        self.assertLessEqual(len(lines), 40)
        self.put("own.py", own[0])
        self.put("net.py", NET)
        photos = os.path.join(self.folder, "photos")
        os.mkdir(photos)
        noise = np.random.default_rng(1).integers(0, 256, (3, 64, 64, 3), np.uint8)
        for i, pixels in enumerate(noise):
            Image.fromarray(pixels).resize((256, 256)).save(os.path.join(photos, "%d.png" % i))
        self.put("photos/labels.csv", "file,label_index\n0.png,0\n1.png,1\n2.png,2\n")
        for name in ("tools", "configs"):
            os.symlink(os.path.join(ROOT, name), os.path.join(self.folder, name))
        bin_folder = os.path.join(self.folder, "bin")
        os.mkdir(bin_folder)
        os.symlink(settings.find_peeksim(), os.path.join(bin_folder, "peeksim"))
        python = os.path.join(bin_folder, "python3")
        os.symlink(sys.executable, python)
        path = os.pathsep.join([bin_folder, os.environ.get("PATH", "")])
        done = subprocess.run(
            ["sh", "-ec", commands[0]],
            cwd=self.folder,
            env=dict(os.environ, PATH=path),
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("neighbors", done.stdout)
        self.assertIn("own.masks.h5", done.stdout)
        accuracy, cycles = (
            float(re.search(pattern, done.stdout).group(1))
            for pattern in (
                r"\nneighbors +\S+ +\S+ +(\S+) +\S+ +\S+\n",
                r"\n(\S+) % of the network's MACs saved",
            )
        )
        self.assertGreater(accuracy, 5)
        self.assertAlmostEqual(accuracy, cycles, delta=2)  # of three images, and of two
        self.assertNotIn("warning", done.stderr)

    def put(self, name, text):
        """Writes a file into the test's folder."""
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    unittest.main()
