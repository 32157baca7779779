"""Closed-loop traces: extract_trace.py --machine records what the layers see when zeros are
predicted, and the simulator predicts on it what was predicted while it was made."""
import contextlib
import filecmp
import io
import json
import os
import signal
import subprocess
from unittest import mock

import h5py
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from extracting import Basic, Fire, Inverted, Tokens, images, shake
from peeking import Peeking, ofmaps, unittest
from peeksim.commands import extract_trace
from peeksim.accuracy import insert, policies, settings
from peeksim.accuracy.activation import PeekActivation
from peeksim.errors import ExtractError

ROUGH = dict(window=[2, 2], peeks="corner", threshold=0.3)


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.bn = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.b = nn.Conv2d(4, 5, 3, padding=1)

    def forward(self, x):
        return torch.relu(self.b(torch.relu(self.bn(self.a(x)))))


MODEL_FILE = """
import torch
from torch import nn

def load():
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 4, 3), nn.ReLU())

def pictures():
    yield torch.randn(1, 9, 9, generator=torch.Generator().manual_seed(2))
"""


def command(words):
    """Runs extract_trace.py in this process: exit code, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = extract_trace.main(words)
        except SystemExit as e:
            code = e.code
    for number, handler in before.items():
        signal.signal(number, handler)
    return code, out.getvalue(), err.getvalue()


class Keeping(PeekActivation):
    """Keeps the masks of the recording pass, by layer."""

    masks = {}

    def reset(self):  # the recording begins
        self.masks.pop(self.settings.name, None)
        super().reset()

    def gated(self, values):
        mask = super().gated(values)
        self.masks.setdefault(self.settings.name, []).append(mask.numpy())
        return mask


class ClosedLoop(Peeking):
    def setUp(self):
        super().setUp()
        self.x = images(2)

    def record(self, net, machine, name="closed.h5", **options):
        path = os.path.join(self.folder, name)
        loop = insert.closed_loop(machine) if machine else None
        return path, self.extract(net, self.x, path=path, loop=loop, **options)

    def run_on(self, trace, machine, *words):
        """results.json, the screen and stderr of `peeksim run`."""
        out = os.path.join(self.folder, "out")
        command = [settings.find_peeksim(), "run", machine, "--trace", trace, "--out", out]
        done = subprocess.run(command + ["--force", *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(out, "results.json")) as f:
            return json.load(f), done.stdout, done.stderr


class TheValues(ClosedLoop):
    def test_a_misprediction_changes_the_next_layer_as_written_by_hand(self):
        net, machine = shake(Two()), self.machine(**ROUGH)
        closed, _ = self.record(net, machine, weights=True)
        opened, _ = self.record(net, None, "open.h5", weights=True)
        closed_layers, open_layers = self.read(closed), self.read(opened)
        first = PeekActivation(self.resolved(closed, machine)["a"])
        with torch.no_grad():
            a = net.bn(net.a(torch.stack(self.x).double()))
            gated = torch.relu(first(a, a.float()))
            b = net.b(gated)
        self.assertGreater(first.totals()["false_zero"], 0)
        np.testing.assert_array_equal(closed_layers["a"]["ofmap"], open_layers["a"]["ofmap"])
        np.testing.assert_array_equal(closed_layers["b"]["ifmap"], gated.numpy().astype("f4"))
        np.testing.assert_allclose(closed_layers["b"]["ofmap"], b.numpy(), rtol=1e-6, atol=1e-7)
        self.assertFalse(
            np.allclose(closed_layers["b"]["ofmap"], open_layers["b"]["ofmap"], atol=0.1)
        )

    def test_residuals_and_their_layers_carry_the_zeros_of_earlier_layers(self):
        class Shortcut(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = (nn.Conv2d(3, 3, 3, padding=1) for _ in range(2))

            def forward(self, x):
                x = torch.relu(self.a(x))
                return torch.relu(self.b(x) + x)

        net, machine = shake(Shortcut()), self.machine(**ROUGH)
        layers = self.read(self.record(net, machine, weights=True)[0])
        mask = self.masks(os.path.join(self.folder, "closed.h5"), machine)["a"]
        a = np.where(mask, 0, np.maximum(layers["a"]["ofmap"], 0))
        self.assertTrue((mask & (layers["a"]["ofmap"] > 0)).any())
        np.testing.assert_array_equal(layers["b"]["added"], a)
        np.testing.assert_array_equal(layers["b"]["ifmap"], a)
        b = F.conv2d(torch.from_numpy(a), net.b.weight.float(), net.b.bias.float(), padding=1)
        np.testing.assert_allclose(layers["b"]["ofmap"], (b.detach() + a).numpy(), atol=1e-4)

    def test_the_simulators_masks_are_those_of_the_loop_in_every_type_and_in_integers(self):
        machine = self.machine(**ROUGH)
        kinds = [dict(type=t) for t in ("f32", "f16", "i8")] + [dict(type="i8", quantize=True)]
        for kind in (Basic, Inverted, Fire, Tokens):
            for options in kinds:
                Keeping.masks = {}
                with mock.patch.object(policies, "PeekActivation", Keeping):
                    path, summary = self.record(shake(kind()), machine, force=True, **options)
                false, values = 0, ofmaps(path)
                for name, mask in self.masks(path, machine).items():
                    in_loop = Keeping.masks.pop(name, [np.zeros_like(mask)])
                    same = np.concatenate(in_loop) == mask
                    self.assertTrue(same.all(), (kind, options, name))
                    false += int((mask & (values[name].numpy() > 0)).sum())
                    summary = summary._replace(gated=summary.gated - int(mask.sum()))
                self.assertEqual((Keeping.masks, summary.gated), ({}, 0), (kind, options))
                self.assertGreater(false, 0, (kind, options))

    def test_what_the_loop_of_peek_accuracy_computes_is_what_the_trace_holds(self):
        for kind in (Basic, Inverted, Fire, Tokens):
            net, machine = shake(kind()), self.machine(**ROUGH)
            path, summary = self.record(net, machine, precision="f32", force=True)
            predicted = insert.apply_prediction(net.float(), machine, self.x[0][None])
            with torch.no_grad():
                for x in self.x:  # one at a time, as the extractor does
                    predicted.module(x[None])
            masks = self.masks(path, machine)
            for name, activation in predicted.activations.items():
                self.assertEqual(activation.totals()["gated"], int(masks[name].sum()), name)
            self.assertEqual(
                summary.gated, sum(a.totals()["gated"] for a in predicted.activations.values())
            )


class OpenAndClosed(ClosedLoop):
    def test_without_prediction_the_closed_loop_is_the_open_one_but_for_its_name(self):
        machine = self.machine(policy="none")
        for options in (dict(type="f32", weights=True), dict(type="i8"), dict(quantize=True)):
            closed, summary = self.record(shake(Basic()), machine, force=True, **options)
            opened, _ = self.record(shake(Basic()), None, "open.h5", force=True, **options)
            self.assertEqual(summary.gated, 0)
            with h5py.File(closed, "a") as f:
                self.assertRegex(f.attrs["prediction"].decode(), "^closed loop: machine, settings")
                del f.attrs["prediction"]
            self.assertEqual(contents(closed), contents(opened))

    def test_the_same_command_gives_the_same_bytes(self):
        machine = self.machine(**ROUGH)
        paths = [self.record(shake(Basic()), machine, name)[0] for name in ("1.h5", "2.h5")]
        self.assertTrue(filecmp.cmp(*paths, shallow=False))


class TheSimulator(ClosedLoop):
    def test_a_run_says_which_loop_it_was_and_warns_of_other_settings(self):
        machine = self.machine(**ROUGH)
        path, _ = self.record(shake(Two()), machine)
        results, screen, errors = self.run_on(path, machine)
        self.assertEqual(
            (results["trace"]["loop"], results["trace"]["machine"]), ("closed", "machine")
        )
        self.assertIn("closed loop of machine", screen)
        self.assertNotIn("mispredictions", errors)
        self.assertGreater(results["totals"]["network"]["machine"]["counters"]["false_zero"], 0)
        # Another array is the same prediction; another threshold is not, whatever the name.
        _, _, errors = self.run_on(path, machine, "--set", "array.rows=2")
        self.assertNotIn("mispredictions", errors)
        _, _, errors = self.run_on(path, machine, "--set", "prediction.threshold=0.2")
        self.assertRegex(
            errors,
            "closed.h5 was recorded with the predictions of 'machine', whose "
            "settings are not those of 'machine'.*other mispredictions",
        )
        opened, _ = self.record(shake(Two()), None, "open.h5")
        results, screen, errors = self.run_on(opened, machine)
        self.assertEqual((results["trace"]["loop"], results["trace"]["machine"]), ("open", ""))
        self.assertIn("open loop", screen)
        self.assertNotIn("mispredictions", errors)

    def test_the_dense_machine_needs_the_same_cycles_and_gates_more_zeros_than_in_the_open_loop(
        self,
    ):
        machine = self.machine(**ROUGH)
        found = []
        for recorded_on in (machine, None):
            path, _ = self.record(shake(Two()), recorded_on, force=True)
            results, _, _ = self.run_on(path, machine)
            found.append(results["totals"]["network"]["dense"]["counters"])
        closed, opened = found
        self.assertEqual(closed["cycles"], opened["cycles"])
        self.assertEqual(closed["macs_total"], opened["macs_total"])
        self.assertGreater(closed["macs_zero_gated"], opened["macs_zero_gated"])

    def test_the_clocked_engine_computes_every_output_of_a_closed_loop_trace(self):
        machine = self.machine(**ROUGH)
        for options in (dict(type="f32", weights=True), dict(quantize=True)):
            path, _ = self.record(shake(Basic()), machine, force=True, **options)
            words = ("--engine", "clocked", "--check-values")
            results, _, _ = self.run_on(path, machine, *words)
            self.assertGreater(results["totals"]["network"]["machine"]["counters"]["false_zero"], 0)

    def test_the_check_finds_nothing_odd(self):
        path, _ = self.record(shake(Basic()), self.machine(**ROUGH), quantize=True)
        self.assertTrue(settings.run_peeksim("trace", "check", path).endswith(": ok\n"))
        info = settings.run_peeksim("trace", "info", path)
        self.assertRegex(info, r"\nloop     closed: recorded with the prediction of machine, set")

    def test_the_command_records_the_closed_loop_and_says_so(self):
        model = os.path.join(self.folder, "two_model.py")
        with open(model, "w") as f:
            f.write(MODEL_FILE)
        machine = self.machine(window=[2, 2], peeks="corner")
        words = [model + ":load", "--images", model + ":pictures"]
        closed = words + ["--machine", machine, "--set", "prediction.threshold=0.5"]
        code, out, err = command(
            closed + ["--set", "prediction.exclude=[none_such]", "-o", self.path]
        )
        self.assertEqual(code, 0, err)
        self.assertRegex(out, r"\n  loop     closed: [1-9][0-9.]* % of these values gated by ")
        self.assertRegex(
            err, "note: .*machine.yaml: prediction.exclude: 'none_such' names no layer"
        )
        info = settings.run_peeksim("trace", "info", self.path)
        self.assertIn("machine.yaml --set prediction.threshold=0.5 --set", info)
        self.assertEqual(self.run_on(self.path, machine)[0]["trace"]["loop"], "closed")
        other = os.path.join(self.folder, "other.h5")
        code, _, err = command(words + ["--set", "prediction.threshold=0.5", "-o", other])
        self.assertEqual(code, 2)
        self.assertIn("--set needs --machine", err)
        code, _, err = command(words + ["--machine", "no.yaml", "-o", other])
        self.assertEqual(code, 3)
        self.assertFalse(os.path.exists(other))

    def test_a_bad_machine_file_is_refused_and_leaves_nothing(self):
        machine = self.machine(windows=[2, 2])
        with self.assertRaises(ExtractError) as refused:
            self.record(shake(Two()), machine)
        self.assertEqual(refused.exception.code, 3)
        self.assertEqual(os.listdir(self.folder), ["machine.yaml"])


def contents(path):
    """Every attribute and every dataset's values, scales and storage."""
    found = {}

    def note(name, item):
        found[name] = {k: np.asarray(v).tolist() for k, v in item.attrs.items()}
        if isinstance(item, h5py.Dataset):
            found[name]["data"] = (item.dtype.str, item.chunks, item[...].tobytes())

    with h5py.File(path) as f:
        note("", f)
        for group in [f] + [f["layers"]] + list(f["layers"].values()):
            for name in group:
                note(group.name + "/" + name, group[name])
    return found


if __name__ == "__main__":
    unittest.main()
