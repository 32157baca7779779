"""tools/peek_accuracy.py: what it measures, what it says, how it goes on after an interruption."""
import contextlib
import csv
import io
import json
import math
import os
import signal
import sys
import unittest
from unittest import mock

import torch

from extracting import HAS_MODELS, NO_MODELS, ROOT, SHARED
from peeking import Peeking
from peeksim.commands import accuracy
from peeksim.accuracy import measure, settings
from peeksim.accuracy.interval import paired_interval
from peeksim.trace import loading
from peeksim.errors import ExtractError

# Whole numbers throughout, so that no order of summation can move a sign.
MODEL_FILE = """
import os, signal
import torch
from torch import nn

def whole(shape, seed):
    return torch.randint(-3, 4, shape, generator=torch.Generator().manual_seed(seed)).float()

def load():
    net = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.Conv2d(3, 8, 3), nn.ReLU(),
                        nn.AdaptiveAvgPool2d(1), nn.Flatten())
    for i, p in enumerate(net.parameters()):
        p.data = whole(p.shape, i)
    return net

def one_at_a_time():
    class One(nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net
        def forward(self, x):
            return self.net(x).view(1, -1)
    return One(load())

def labelled():
    for i in range(23):
        yield "image%d" % i, whole((2, 9, 9), 100 + i), i % 8

def unlabelled():
    yield whole((2, 9, 9), 1)

def interrupted():
    for i, item in enumerate(labelled()):
        if i == 13 and os.path.exists(os.environ["STOP"]):
            os.remove(os.environ["STOP"])
            os.kill(os.getpid(), signal.SIGINT)
        yield item
"""


class Commanding(Peeking):
    def setUp(self):
        super().setUp()
        self.model = os.path.join(self.folder, "whole_model.py")
        with open(self.model, "w") as f:
            f.write(MODEL_FILE)
        self.out = os.path.join(self.folder, "results.json")

    def call(self, *words):
        """Runs the command in this process: exit code, stdout, stderr."""
        out, err = io.StringIO(), io.StringIO()
        before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = accuracy.main(list(words))
            except SystemExit as e:
                code = e.code
        for number, handler in before.items():
            signal.signal(number, handler)
        return code, out.getvalue(), err.getvalue()

    def words(self, *machines, images="labelled", model="load"):
        return ["%s:%s" % (self.model, model), "--images", "%s:%s" % (self.model, images)] + list(machines)

    def results(self, path=None):
        with open(path or self.out) as f:
            return json.load(f)


class TheCommand(Commanding):
    def test_it_saves_what_a_run_of_the_simulator_saves_when_no_error_propagates(self):
        machine = self.machine(exclude=["first"], peeks="corner")
        code, out, err = self.call(*self.words(machine), "-o", self.out, "--batch", "5")
        self.assertEqual((code, err), (0, ""))
        trace = os.path.join(self.folder, "net.h5")
        samples = loading.Inputs(self.model + ":labelled", None)
        self.extract(loading.load_model(self.model + ":load")[0], samples, path=trace)
        run = os.path.join(self.folder, "run")
        settings.run_peeksim("run", machine, "--trace", trace, "--out", run)
        simulated = self.results(os.path.join(run, "results.json"))
        found = self.results()["machines"][0]
        for scope in ("predicted_layers", "convolutions", "network"):
            total, counters = found["totals"][scope], simulated["totals"][scope]
            self.assertEqual(total["mac_reduction"], counters["mac_reduction"])
            self.assertEqual(total["false_zero_share"], counters["false_zero_share"])
            for name in ("macs_total", "macs_predicted", "predicted_zero", "false_zero"):
                self.assertEqual(total[name], counters["machine"]["counters"][name], name)
        self.assertGreater(found["totals"]["network"]["false_zero"], 0)
        self.assertIn("%.2f" % (100 * found["totals"]["network"]["mac_reduction"]), out)
        for layer, expected in zip(found["layers"], simulated["layers"]):
            self.assertEqual(layer["name"], expected["name"])
            self.assertEqual(layer["mac_reduction"], expected["mac_reduction"])
            self.assertEqual(layer["not_predicted_because"], expected["not_predicted_because"])

    def test_several_machines_share_images_and_baseline_and_oracle_and_none_cost_nothing(self):
        machines = [
            self.machine(name + ".yaml", **prediction)
            for name, prediction in (
                ("oracle", {"policy": "oracle"}),
                ("none", {"policy": "none"}),
                ("daring", {"threshold": 1000, "peeks": "corner"}),
            )
        ]
        code, out, _ = self.call(*self.words(*machines), "-o", self.out, "--layers")
        self.assertEqual(code, 0)
        results = self.results()
        oracle, none, daring = results["machines"]
        self.assertEqual(results["images"], 23)
        right = sum(i["dense_rank"] == 0 for i in results["per_image"])
        self.assertEqual(results["dense"]["top1"], right / 23)
        for one in (oracle, none):
            self.assertEqual(one["top1"]["difference"], 0)
            self.assertEqual(one["totals"]["network"]["false_zero_share"], 0)
        self.assertEqual(none["totals"]["network"]["mac_reduction"], 0)
        self.assertEqual(none["totals"]["predicted_layers"]["layers"], 0)
        self.assertGreater(oracle["totals"]["network"]["mac_reduction"], 0.2)
        # All but one of each window are gated: 56 of 9x9 outputs, 33 of 7x7.
        gated = [l["predicted_zero"] for l in daring["layers"]]
        self.assertEqual(gated, [23 * 3 * 56, 23 * 8 * 33])
        changed = daring["top1"]["won"] - daring["top1"]["lost"]
        self.assertEqual(changed / 23, daring["top1"]["difference"])
        ranks = [i["ranks"][2] for i in results["per_image"]]
        self.assertEqual(daring["top5"]["value"], sum(r < 5 for r in ranks) / 23)
        for line in ("dense", "oracle", "none", "daring", "MACs saved,", "0", "2"):
            self.assertRegex(out, r"(?m)^%s " % line)

    def test_a_network_that_takes_one_image_at_a_time_gets_one_at_a_time(self):
        machine = self.machine(peeks="corner")
        for model in ("load", "one_at_a_time"):
            words = self.words(machine, model=model) + ["-o", self.out, "--force", "--batch", "4"]
            self.assertEqual(self.call(*words)[0], 0)
            results = self.results()
            ranks = [(i["dense_rank"], i["ranks"]) for i in results["per_image"]]
            if model == "load":
                expected = ranks
        self.assertEqual(ranks, expected)

    def test_it_goes_on_after_an_interruption_as_if_there_had_been_none(self):
        stop = os.path.join(self.folder, "stop")
        machine = self.machine(peeks="corner")
        words = self.words(machine, images="interrupted") + ["--batch", "3", "-o", self.out]
        with mock.patch.dict(os.environ, STOP=stop):
            self.assertEqual(self.call(*words)[0], 0)
            whole = self.results()
            os.remove(self.out)
            open(stop, "w").close()
            code, out, err = self.call(*words)
            self.assertEqual((code, out), (130, ""))
            self.assertIn("after 12 images; the same command goes on", err)
            self.assertFalse(os.path.exists(self.out))
            with open(self.out + ".partial", "a") as f:
                f.write('{"names": ["half a li')
            other = list(words)
            other[other.index("3")] = "4"
            code, _, err = self.call(*other)
            self.assertEqual(code, 6)
            self.assertIn("left by another command", err)
            with open(self.out + ".partial") as f:
                self.assertEqual(f.read().count("\n"), 1 + 4)
            code, out, err = self.call(*words)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("23 images; ", out)
        self.assertEqual(self.results(), whole)
        self.assertFalse(os.path.exists(self.out + ".partial"))

    def test_what_it_cannot_use_is_refused_in_one_line(self):
        machine = self.machine()
        for code, part, words in (
            (2, "has no label", self.words(machine, images="unlabelled")),
            (3, "unknown key", self.words(self.machine("bad.yaml", windows=2))),
            (2, "--batch must be at least 1", self.words(machine) + ["--batch", "0"]),
            (2, "asks for 24", self.words(machine) + ["--count", "24"]),
            (6, "--force replaces it", self.words(machine) + ["-o", machine]),
            (6, "cannot be written", self.words(machine) + ["-o", self.folder + "/no/r.json"]),
        ):
            found, out, err = self.call(*words)
            self.assertEqual((found, out), (code, ""), err)
            self.assertIn(part, err)
        with mock.patch.dict(os.environ, PEEKSIM="/nowhere/peeksim"):
            code, _, err = self.call(*self.words(machine))
        self.assertEqual(code, 2)
        self.assertIn("build it", err)

    def test_a_bar_is_shown_on_a_terminal_and_erased(self):
        class Terminal(io.StringIO):
            def isatty(self):
                return True

        quiet = contextlib.redirect_stdout(io.StringIO())
        with quiet, mock.patch.object(sys, "stderr", Terminal()) as err:
            accuracy.run(
                accuracy.arguments(self.words(self.machine()) + ["--count", "20"]),
                mock.Mock(),
            )
            shown = err.getvalue()
        self.assertIn("[" + 30 * "#" + "] 20 of 20 images, 0 s left, ", shown)
        self.assertTrue(shown.endswith("\r\033[K"))

    def test_an_entry_that_names_no_layer_is_worth_a_note(self):
        machine = self.machine(exclude=["convv*"])
        _, _, err = self.call(*self.words(machine), "--count", "1")
        self.assertIn("prediction.exclude: 'convv*' names no layer", err)


class TheJournal(Peeking):
    def test_it_holds_whole_lines_only_whatever_was_cut_off(self):
        path = os.path.join(self.folder, "journal")
        first = measure.Journal(path, {"batch": 2}, False)
        first.add({"labels": [1, 2]})
        first.file.close()
        with open(path) as f:
            text = f.read()
        for length in range(len(text) + 1):
            with open(path, "w") as f:
                f.write(text[:length])
            again = measure.Journal(path, {"batch": 2}, False)
            self.assertEqual(again.images(), 2 if length == len(text) else 0)
            if again.images() == 0:
                again.add({"labels": [1, 2]})
            again.file.close()
            with open(path) as f:
                self.assertEqual(f.read(), text)

    def test_force_starts_again_and_another_commands_file_is_kept(self):
        path = os.path.join(self.folder, "journal")
        measure.Journal(path, {"batch": 2}, False).file.close()
        with self.assertRaisesRegex(ExtractError, "another command"):
            measure.Journal(path, {"batch": 3}, False)
        with open(path) as f:
            self.assertEqual(f.read(), '{"batch": 2}\n')
        forced = measure.Journal(path, {"batch": 3}, True)
        forced.finish()
        self.assertFalse(os.path.exists(path))


class TheInterval(unittest.TestCase):
    def test_it_is_tangos(self):
        # No pair differs: +-z^2 / (n + z^2), in closed form.
        edge = 1.959963984540054**2 / (50 + 1.959963984540054**2)
        self.assertAlmostEqual(paired_interval(50, 0, 0)[1], edge)
        self.assertAlmostEqual(paired_interval(50, 0, 0)[0], -edge)
        low, high = paired_interval(50, 0, 50)
        self.assertAlmostEqual(high, 1)
        self.assertAlmostEqual(low, 1 - 2 * edge, delta=0.1)

    def test_it_is_symmetric_and_is_the_normal_one_for_many_images(self):
        low, high = paired_interval(100, 12, 5)
        other = paired_interval(100, 5, 12)
        self.assertAlmostEqual(low, -other[1])
        self.assertAlmostEqual(high, -other[0])
        low, high = paired_interval(100000, 4000, 1000)
        half = 1.96 * math.sqrt(5000 - 3000**2 / 100000) / 100000
        self.assertAlmostEqual(low, -0.03 - half, delta=2e-5)
        self.assertAlmostEqual(high, -0.03 + half, delta=2e-5)

    def test_it_covers_the_truth_in_95_of_100_experiments(self):
        # Exactly: over all outcomes of 20 images of which 15 % lose and 10 % win.
        n, lose, win = 20, 0.15, 0.10
        covered = 0
        for lost in range(n + 1):
            for won in range(n + 1 - lost):
                low, high = paired_interval(n, lost, won)
                if low <= win - lose <= high:
                    ways = math.comb(n, lost) * math.comb(n - lost, won)
                    covered += (
                        ways * lose**lost * win**won * (1 - lose - win) ** (n - lost - won)
                    )
        self.assertAlmostEqual(covered, 0.95, delta=0.015)


@unittest.skipUnless(HAS_MODELS, NO_MODELS)
class ATrainedNetwork(Commanding):
    def test_resnet20_on_50_photographs(self):
        graph_net = os.path.join(SHARED, "models", "graph_net.py")
        folder = os.path.join(SHARED, "images", "cifar10_eval")
        shipped = os.path.join(ROOT, "configs", "peek-16x16.yaml")
        code, _, err = self.call(
            graph_net + ":load", "--model-arg", "cifar_resnet20", "--images", folder,
            "--preprocess", graph_net + ":preprocess", "--count", "50", "-o", self.out,
            shipped, self.machine("oracle.yaml", policy="oracle"),
        )  # fmt: skip
        self.assertEqual(code, 0, err)
        results = self.results()
        net, meta, _ = loading.load_model(graph_net + ":load", ["cifar_resnet20"])
        preprocess = loading.preprocessing(graph_net + ":preprocess", meta)
        samples = list(loading.Inputs(folder, preprocess, 50)())
        with torch.no_grad():
            best = net(torch.stack([s.tensor for s in samples])).argmax(1)
        right = sum(int(b) == s.label for b, s in zip(best, samples))
        self.assertEqual(results["dense"], {"top1": right / 50, "top5": 1.0})
        with open(os.path.join(folder, "labels.csv")) as f:
            names = sorted(row["file"] for row in csv.DictReader(f))[::10]  # 50 of 500
        self.assertEqual([i["name"] for i in results["per_image"]], names)
        peek, oracle = results["machines"]
        self.assertEqual(oracle["top1"]["difference"], 0)
        self.assertLess(peek["top1"]["interval"][0], peek["top1"]["difference"])
        saved = peek["totals"]["convolutions"]["mac_reduction"]
        self.assertTrue(0.15 < saved < 0.25, saved)
        self.assertLess(saved, oracle["totals"]["convolutions"]["mac_reduction"])
        self.assertEqual(peek["layers"][0]["not_predicted_because"], "excluded by 'first'")
