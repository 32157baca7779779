"""Policy zap inside a network: what docs/machine.md, section 2, says, as slow loops over values, the
networks file of docs/zap.md, and the simulator on a trace that was recorded with it."""
import json
import math
import os
import time
from types import SimpleNamespace
from unittest import mock

import h5py
import numpy as np
import torch

from extracting import Basic, Fire, Inverted, Tokens, images, shake
from peeking import layer_settings, unittest
from peeksim.accuracy import insert, policies, settings
from peeksim.accuracy.policies import zap
from peeksim.errors import ExtractError
from peeksim.trace.analyse import ofmap_shape
from peeksim.trace.extract import Loop
from test_closed_loop import ClosedLoop
from test_rival_policies import kept_by

PATTERNS = {
    "checkerboard": lambda p, q: (p + q) % 2 == 0,
    "thirds": lambda p, q: (p + q) % 3 == 0,
    "quarter": lambda p, q: p % 2 == q % 2 == 0,
}


def some_folded(K, seed=1):
    generator = torch.Generator().manual_seed(seed)
    shapes = ((K, 3, 3), (K,), (K, 3, 3), (K,))
    return zap.Folded(*(torch.randn(shape, generator=generator) for shape in shapes))


def identity(K):
    """Scores are what is computed first, and else 0."""
    center, nothing = torch.zeros(K, 3, 3), torch.zeros(K)
    center[:, 1, 1] = 1
    return zap.Folded(center, nothing, center, nothing)


def number(part, *place):
    return float(part[place])


def slow_scores(folded, pattern, values):
    """{(n, k, p, q): score} of the outputs that are not computed first, in Python's floats."""
    N, K, P, Q = values.shape
    found = {}

    def seen(n, k, p, q):
        inside = 0 <= p < P and 0 <= q < Q and PATTERNS[pattern](p, q)
        return float(values[n, k, p, q]) if inside else 0.0

    def hidden(n, k, p, q):
        if not (0 <= p < P and 0 <= q < Q):
            return 0.0
        total = 0.0
        for i in range(3):
            for j in range(3):
                total += number(folded.kernel1, k, i, j) * seen(n, k, p + i - 1, q + j - 1)
        return float(np.float32(max(0.0, total + number(folded.bias1, k))))

    for n, k, p, q in np.ndindex(N, K, P, Q):
        if not PATTERNS[pattern](p, q):
            total = 0.0
            for i in range(3):
                for j in range(3):
                    total += number(folded.kernel2, k, i, j) * hidden(n, k, p + i - 1, q + j - 1)
            found[n, k, p, q] = total + number(folded.bias2, k)
    return found


class Zapping(ClosedLoop):
    def networks(self, pattern, layers, name="zap.h5"):
        """A networks file; -> its path."""
        path = os.path.join(self.folder, name)
        zap.Networks(pattern, layers).save(path)
        return path

    def gate(self, pattern, folded, shape, thresholds=(0.0,), name="conv"):
        own = layer_settings(
            name=name,
            policy="zap",
            shape=shape,
            thresholds=thresholds,
            networks=self.networks(pattern, {name: folded}),
        )
        return policies.gate_of(own, SimpleNamespace(features=False))

    def random(self, net, pattern="checkerboard", seed=1):
        """(a networks file for all layers of a network that a ReLU follows, its path)"""
        network = insert.Network(shake(net).float(), images(1)[0][None])
        found = {}
        for i, layer in enumerate(network.layers):
            K, P, Q = ofmap_shape(layer, network.analysis)
            if layer.activation != "none" and P * Q > 1:
                found[layer.name] = some_folded(K, seed + i)
        return self.networks(pattern, found)


class TheGate(Zapping):
    def test_it_gates_what_slow_loops_over_the_definition_gate(self):
        draw = torch.Generator().manual_seed(4)
        for pattern in PATTERNS:
            for P, Q in ((5, 6), (1, 7), (4, 1), (2, 2)):
                values = torch.randn((2, 4, P, Q), generator=draw)
                folded = some_folded(4)
                thresholds = (0.0, -0.5, None, 1.5)
                gate = self.gate(pattern, folded, (4, P, Q), thresholds)
                found, expected = gate.gated(values), torch.zeros(values.shape, dtype=torch.bool)
                for place, score in slow_scores(folded, pattern, values).items():
                    own = thresholds[place[1]]
                    expected[place] = own is not None and score <= own
                self.assertTrue(torch.equal(found, expected), (pattern, P, Q))
                self.assertEqual(bool(found.any()), pattern != "quarter" or P * Q > 1)

    def test_scores_within_rounding_of_the_threshold_are_decided_as_the_definition_says(self):
        draw, folded, rounded_elsewhere = torch.Generator().manual_seed(5), some_folded(3), 0
        values = torch.randn((1, 3, 6, 6), generator=draw)
        exact = slow_scores(folded, "checkerboard", values)
        quick = folded.scores(values.masked_fill(~zap.first_of("checkerboard", 6, 6), 0))
        for some in range(0, 54, 3):
            chosen = [[p for p in exact if p[1] == k][some // 3] for k in range(3)]
            for step in (-1, 0, 1):  # the singles next to an exact score, on both sides
                near = [np.float32(exact[place]) for place in chosen]
                towards = [np.float32(math.inf * step) if step else t for t in near]
                thresholds = tuple(float(np.nextafter(t, to)) for t, to in zip(near, towards))
                found = self.gate("checkerboard", folded, (3, 6, 6), thresholds).gated(values)
                for place, score in exact.items():
                    self.assertEqual(bool(found[place]), score <= thresholds[place[1]], place)
                    rounded_elsewhere += bool(quick[place] <= thresholds[place[1]]) != found[place]
        self.assertGreater(rounded_elsewhere, 0)

    def test_scores_in_single_precision_are_not_further_off_than_is_looked_at_again(self):
        draw = torch.Generator().manual_seed(6)
        for scale in (1e-3, 1.0, 1e4):
            folded = zap.Folded(*(scale * part for part in some_folded(5, 7)))
            seen = torch.randn((3, 5, 20, 20), generator=draw) / scale
            places = torch.ones(seen.shape, dtype=torch.bool).nonzero()
            exact = folded.scores_at(seen, places).reshape(seen.shape)
            off = (folded.scores(seen).double() - exact).abs()
            self.assertTrue((off <= folded.off_by(seen).double()).all(), scale)
            self.assertGreater(off.max(), 0)

    def test_a_score_at_the_threshold_is_taken_for_zero(self):
        for threshold, gated in ((0.0, True), (-1e-30, False), (None, False)):
            gate = self.gate("checkerboard", identity(1), (1, 1, 4), (threshold,))
            found = gate.gated(torch.ones(1, 1, 1, 4))
            self.assertEqual(found[0, 0, 0].tolist(), [False, gated, False, gated])

    def test_it_sees_only_what_is_computed_first_and_gates_nothing_of_it(self):
        values = torch.randn(2, 3, 7, 7, generator=torch.Generator().manual_seed(8))
        for pattern in PATTERNS:
            gate = self.gate(pattern, some_folded(3), (3, 7, 7), (100.0,))
            self.assertEqual(int(gate.gated(values).sum()), 6 * int((~gate.first).sum()))
            gate = self.gate(pattern, some_folded(3), (3, 7, 7))
            others = torch.where(gate.first, values, torch.full_like(values, math.nan))
            self.assertTrue(torch.equal(gate.gated(values), gate.gated(others)))

    def test_an_output_counts_as_gated_and_as_a_false_zero_where_its_value_is_positive(self):
        gate = self.gate("checkerboard", identity(1), (1, 1, 4))
        left = gate(torch.tensor([[[[1.0, 2.0, -1.0, -2.0]]]]))
        self.assertEqual(left.flatten().tolist(), [1, 0, -1, 0])
        self.assertEqual(gate.totals(), {"outputs": 4, "gated": 2, "false_zero": 1})
        self.assertEqual(gate.macs_saved(), 2 * 9)
        self.assertIn("conv, zap, checkerboard", repr(gate))

    def test_the_patterns_compute_as_many_outputs_first_as_they_say(self):
        for name, share in (("checkerboard", 2), ("thirds", 3), ("quarter", 4)):
            self.assertEqual(int(zap.first_of(name, 12, 12).sum()), 144 // share)


class TheFile(Zapping):
    LAYERS = {"a": some_folded(3), "/b/c": some_folded(2, 2), "b/d e": some_folded(4, 3)}

    def write(self, change=None):
        """A file of h5py alone, in which `change` has changed something; -> its path."""
        path = os.path.join(self.folder, "own.h5")
        with h5py.File(path, "w") as file:
            file.attrs["format"], file.attrs["pattern"] = "peeksim-zap", "thirds"
            for name, folded in self.LAYERS.items():
                for part, value in folded._asdict().items():
                    file["%s/%s" % (name, part)] = value.numpy().astype(">f4")
            if change:
                change(file)
        return path

    def assert_same(self, found):
        self.assertEqual(sorted(found.layers), ["a", "b/c", "b/d e"])
        for name, folded in self.LAYERS.items():
            own = found.of(layer_settings(name=name, shape=(len(folded.bias1), 4, 4)))
            for part, wanted in zip(own, folded):
                self.assertTrue(torch.equal(part, wanted), name)

    def test_networks_read_back_as_they_were_written(self):
        path = self.networks("quarter", self.LAYERS)
        found = zap.load(path)
        self.assertEqual(found.pattern, "quarter")
        self.assert_same(found)
        self.assertTrue(found.same_as(zap.Networks("quarter", self.LAYERS)))
        self.assertFalse(found.same_as(zap.Networks("thirds", self.LAYERS)))
        self.assertFalse(found.same_as(zap.Networks("quarter", dict(self.LAYERS, a=some_folded(3, 9)))))
        self.assertFalse(found.same_as(zap.Networks("quarter", {"a": self.LAYERS["a"]})))
        self.assertEqual(os.listdir(self.folder), ["zap.h5"])

    def test_equal_networks_are_equal_bytes(self):
        paths = [self.networks("thirds", self.LAYERS, "1.h5")]
        time.sleep(1.1)  # a file with times in it has them in seconds
        upside_down = dict(reversed(self.LAYERS.items()))
        paths.append(self.networks("thirds", upside_down, "2.h5"))
        contents = []
        for path in paths:
            with open(path, "rb") as f:
                contents.append(f.read())
        self.assertEqual(*contents)

    def test_a_file_of_another_program_is_read_big_endian_and_with_texts_of_any_kind(self):
        self.assert_same(zap.load(self.write()))

    def test_a_group_of_two_names_is_of_two_layers_and_an_empty_one_of_none(self):
        def change(file):
            file["z"], _ = file["a"], file.create_group("empty")

        found = zap.load(self.write(change))
        self.assertEqual(sorted(found.layers), ["a", "b/c", "b/d e", "z"])

    def test_a_wrong_file_is_refused_with_what_is_wrong_in_it(self):
        def put(name, value):
            def change(file):
                if name in file:
                    del file[name]
                if value is not None:
                    file[name] = value

            return change

        def attribute(name, value):
            return lambda file: file.attrs.__setitem__(name, value)

        wide, whole = np.zeros((3, 3, 3)), np.zeros((3, 3, 3), "i4")
        odd = np.zeros(3, "f4")
        odd[1] = math.nan
        for change, text in (
            (lambda file: file.clear(), "it has no layer"),
            (attribute("format", "other"), "its attribute format is 'other', expected 'peeksim-zap'"),
            (lambda file: file.attrs.pop("format"), "its attribute format is '', expected"),
            (attribute("pattern", "half"), "pattern is 'half', expected checkerboard, thirds, quart"),
            (put("a/kernel2", None), "/a has no kernel2"),
            (put("a/bias1", None), "/a has no bias1"),
            (put("b/e", odd), "/b/e is no group"),
            (put("b/e", h5py.SoftLink("/nowhere")), "is no networks file"),
            (put("b/e", h5py.SoftLink("/b")), "lies in more groups than the name of a layer"),
            (put("a/kernel1", wide), "/a/kernel1 is float64, expected 32-bit floats"),
            (put("a/kernel1", whole), "/a/kernel1 is int32, expected 32-bit floats"),
            (put("a/kernel1", np.float32(1)), r"/a/kernel1 has the shape \[\], expected \[K, 3, 3\]"),
            (put("a/kernel1", np.zeros((3, 9), "f4")), r"the shape \[3, 9\], expected \[3, 3, 3\]"),
            (put("a/bias2", h5py.Empty("f4")), r"/a/bias2 has the shape \[\], expected \[3\]"),
            (put("a/bias2", np.zeros(2, "f4")), r"/a/bias2 has the shape \[2\], expected \[3\]"),
            (put("b/c/bias2", np.array([math.inf, 0], "f4")), "/b/c/bias2 has a number that is not f"),
            (put("a/bias1", odd), "/a/bias1 has a number that is not finite"),
        ):
            path = self.write(change)
            with self.assertRaisesRegex(ExtractError, text) as refused:
                zap.load(path)
            self.assertEqual(refused.exception.code, 2)
            self.assertIn(path + " is no networks file", str(refused.exception))

    def test_what_is_no_file_of_hdf5_and_what_is_not_there_are_refused(self):
        path = os.path.join(self.folder, "text.h5")
        with open(path, "w") as f:
            f.write("no networks")
        for name in (path, path + ".missing"):
            for read in (zap.load, zap.networks_of):
                with self.assertRaises(ExtractError) as refused:
                    read(name)
                self.assertEqual(refused.exception.code, 2)
                self.assertIn(name, str(refused.exception))

    def test_a_file_is_read_once_until_it_is_replaced(self):
        path = self.networks("quarter", self.LAYERS)
        with mock.patch.object(zap, "load", side_effect=zap.load) as load:
            for _ in range(3):
                self.assertEqual(zap.networks_of(path).pattern, "quarter")
            self.assertEqual(load.call_count, 1)
            self.networks("thirds", self.LAYERS)
            self.assertEqual(zap.networks_of(path).pattern, "thirds")
            self.assertEqual(load.call_count, 2)

    def test_a_file_that_cannot_be_written_leaves_nothing(self):
        with self.assertRaises(ExtractError) as refused:
            self.networks("quarter", self.LAYERS, "none/zap.h5")
        self.assertEqual(refused.exception.code, 6)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_layer_that_the_file_has_not_or_with_other_channels_is_refused(self):
        networks = zap.Networks("quarter", self.LAYERS)
        for name, K in (("z", 3), ("a", 4)):
            own = layer_settings(name=name, shape=(K, 4, 4), networks="some.h5")
            with self.assertRaisesRegex(ExtractError, "%s: no network of its %d ch.* some.h5" % (name, K)):
                networks.of(own)


class AMachineFile(Zapping):
    """They need the program."""

    def recorded(self, kind, machine, **options):
        """(the trace, what the gates gated in it: {layer: [N, K, P, Q]}, the Summary)"""
        gates = {}
        closed = insert.closed_loop(machine)

        def loop(layers, analysis):
            made = closed(layers, analysis)
            for gate in made.gates.values():
                gates[gate.settings.name], gate.kept = gate, []
            return Loop(made.label, made.gates, made.notes)

        path = os.path.join(self.folder, "closed.h5")
        summary = self.extract(shake(kind()), self.x, path=path, loop=loop, force=True, **options)
        return path, {n: kept_by(gate, len(self.x)) for n, gate in gates.items()}, summary

    def test_the_simulators_masks_are_those_of_the_loop_in_every_type_and_in_integers(self):
        kinds = [dict(type=t) for t in ("f32", "f16", "i8")] + [dict(type="i8", quantize=True)]
        for kind in (Basic, Inverted, Fire, Tokens):
            for pattern in PATTERNS:
                self.random(kind(), pattern)
                machine = self.machine(policy="zap", zap_file="zap.h5", threshold=0.25, exclude=[])
                for options in kinds if pattern == "checkerboard" else kinds[:1]:
                    path, gated, summary = self.recorded(kind, machine, **options)
                    masks = self.masks(path, machine)
                    self.assertTrue(gated)
                    for name, mask in masks.items():
                        found = gated.pop(name, np.zeros_like(mask))
                        self.assertTrue((found == mask).all(), (kind, pattern, options, name))
                    self.assertEqual((gated, summary.gated), ({}, sum(m.sum() for m in masks.values())))
                    self.assertGreater(summary.gated, 0)

    def test_a_run_gates_as_many_outputs_and_warns_of_no_other_mispredictions(self):
        self.random(Basic())
        machine = self.machine(policy="zap", zap_file="zap.h5", threshold=-0.5, exclude=[])
        path, _, summary = self.recorded(Basic, machine)
        results, screen, errors = self.run_on(path, machine)
        counters = results["totals"]["network"]["machine"]["counters"]
        self.assertEqual(counters["predicted_zero"], summary.gated)
        self.assertGreater(counters["false_zero"], 0)
        self.assertIn("closed loop of machine", screen)
        self.assertNotIn("mispredictions", errors)
        self.networks("checkerboard", {n: some_folded(4, 20) for n in ("conv1", "conv2")})
        self.assertIn("mispredictions", self.run_on(path, machine)[2])

    def test_what_decisions_cost_is_what_the_simulator_counts(self):
        for pattern in PATTERNS:
            self.random(Basic(), pattern)
            machine = self.machine(policy="zap", zap_file="zap.h5", exclude=[])
            path, _, _ = self.recorded(Basic, machine)
            own = self.resolved(path, machine)
            # In a machine with room for whole planes, so that each step computes something first.
            large = ["--set", "buffers.ofmap_bytes=64 KiB", "--set", "buffers.ifmap_bytes=64 KiB"]
            results, _, _ = self.run_on(path, machine, *large)
            counters = results["totals"]["network"]["machine"]["counters"]
            decided = sum(s.decision_macs for s in own.values())
            self.assertEqual(len(self.x) * decided, counters["decision_macs"])
            for name in ("conv1", "conv2"):
                K, P, Q = own[name].shape
                left = sum(not PATTERNS[pattern](p, q) for p in range(P) for q in range(Q))
                self.assertEqual(own[name].decision_bits, K * left)
                self.assertEqual(own[name].decision_macs, K * left * -(-9 * P * Q // left))
            self.assertEqual((own["fc"].decision_macs, own["fc"].decision_bits), (0, 0))

    def test_a_layer_that_the_file_does_not_know_is_computed_whole(self):
        self.networks("checkerboard", {"conv2": some_folded(4)})
        machine = self.machine(policy="zap", zap_file="zap.h5", exclude=[])
        predicted = insert.apply_prediction(shake(Basic()), machine, images(1)[0][None])
        self.assertEqual(list(predicted.activations), ["conv2"])
        own = {s.name: s for s in predicted.settings.layers}
        self.assertEqual((own["conv1"].policy, own["conv1"].networks), ("none", ""))
        self.assertEqual(own["conv1"].why_not, "not in the networks file")
        self.assertTrue(os.path.samefile(own["conv2"].networks, os.path.join(self.folder, "zap.h5")))

    def test_thresholds_are_of_scores_and_of_every_channel(self):
        path = self.networks("checkerboard", {"conv1": identity(4)})
        with open(os.path.join(self.folder, "t.json"), "w") as f:
            json.dump({"conv1": [-0.5, "never", 0.0, 1e9]}, f)
        machine = self.machine(policy="zap", zap_file="zap.h5", thresholds_file="t.json", exclude=[])
        predicted = insert.apply_prediction(shake(Basic()), machine, images(1)[0][None])
        (gate,) = predicted.activations.values()
        self.assertEqual(gate.settings.thresholds, (-0.5, None, 0.0, 1e9))
        found = gate.gated(torch.ones(1, *gate.settings.shape))
        shares = [0, 0, 18, 18]  # of 36 outputs, half of them computed first; the scores are 0
        self.assertEqual(found.sum((0, 2, 3)).tolist(), shares)
        # With --set the path is relative to the working directory.
        network = insert.Network(shake(Basic()), images(1)[0][None])
        told = ["prediction.zap_file=%s" % os.path.relpath(path)]
        moved = network.resolve(self.machine("other.yaml", policy="zap", exclude=[]), told)
        self.assertTrue(os.path.samefile(moved.layers[0].networks, path))


class WithoutTheProgram(unittest.TestCase):
    def test_the_settings_of_a_layer_name_its_file_and_what_its_decisions_cost(self):
        common = dict(kind="conv", activation="relu", window=[1, 1], peeks=[], thresholds=[0])
        common.update(ofmap_shape=[1, 2, 3], macs_per_output=9)
        told = dict(name="a", policy="zap", not_predicted_because="", decision_macs=54, decisions=3)
        other = dict(name="b", policy="none", not_predicted_because="not in the networks file")
        layers = [dict(common, **told), dict(common, **other)]
        found = settings.from_json("m", dict(machine="m", unmatched=[], zap_file="z.h5", layers=layers))
        self.assertEqual(
            [(s.networks, s.decision_macs, s.decision_bits) for s in found.layers],
            [("z.h5", 54, 3), ("", 0, 0)],
        )


if __name__ == "__main__":
    unittest.main()
