"""Lookahead, SnaPEA and perforation inside a network: what docs/machine.md, section 2, says, as slow
loops over the values of a trace.
"""
import json
import math
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from extracting import Basic, Fire, Inverted, Shared, Tokens, images, shake
from peeking import Peeking, unittest
from peeksim.accuracy import calibrate, finetune, insert, measure, results, settings
from peeksim.accuracy.activation import as_map
from peeksim.errors import ExtractError
from peeksim.trace.analyse import ifmap_shape, ofmap_shape
from peeksim.trace.extract import Loop
from peeksim.trace.loading import Sample

LOOKAHEAD = {"prediction.lookahead_bits": 4, "prediction.lookahead_ratio": 4}
SNAPEA = {"prediction.speculated_percent": 30, "prediction.retire_alone": 0}
EXACT = dict(SNAPEA, **{"prediction.speculated_percent": 0})
CORNERS = ((0, 0), (0, 1), (1, 0))


class Chain(nn.Module):
    """A shortcut of two tensors, and a group convolution of which a ReLU's output is the ifmap."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.norm, self.c = nn.BatchNorm2d(4), nn.Conv2d(4, 3, 1)

    def forward(self, x):
        x = torch.relu(self.a(x))
        y = self.norm(self.b(x)) + x + 0.5 * x
        return self.c(torch.relu(y))


class Late(nn.Module):
    """A batch-norm after the addition: the residual cannot be told apart."""

    def __init__(self):
        super().__init__()
        self.a, self.norm = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)

    def forward(self, x):
        return torch.relu(self.norm(self.a(x) + x))


def taps(layer, image, k, p, q):
    """(activations, weights) of an output's taps in their order, padding included, as floats."""
    K, C, R, S = layer["weight"].shape
    first = k // (K // int(layer["groups"])) * C
    ifmap, found = layer["ifmap"][image], []
    for c in range(C):
        for r in range(R):
            for s in range(S):
                row = p * layer["stride"][0] + r * layer["dilation"][0] - layer["pad"][0]
                col = q * layer["stride"][1] + s * layer["dilation"][1] - layer["pad"][1]
                inside = 0 <= row < ifmap.shape[1] and 0 <= col < ifmap.shape[2]
                x = float(ifmap[first + c, row, col]) if inside else 0.0
                found.append((x, float(layer["weight"][k, c, r, s])))
    return found


def value_of(layer, image, k, p, q, products):
    """Single precision, of a sum of products in double."""
    value = products + float(layer["bias"][k])
    if "added" in layer:
        value = value + float(layer["added"][image, k, p, q])
    return np.float32(value)


def nearest_even(value):
    return float(round(value))  # Python's halves go to the even one


def lookahead_value(layer, bits, image, k, p, q):
    ifmap, weight = layer["ifmap"][image].astype(float), layer["weight"][k].astype(float)
    n_x = 2 ** (bits - 1) - 1 if (ifmap < 0).any() else 2**bits - 1
    s_x, s_k = np.abs(ifmap).max() / n_x, np.abs(weight).max() / (2 ** (bits - 1) - 1)
    total = 0.0
    for x, w in taps(layer, image, k, p, q):
        if s_x and s_k:
            total += nearest_even(x / s_x) * nearest_even(w / s_k)
    return value_of(layer, image, k, p, q, total * (s_x * s_k))


def guess_value(layer, m, image, k, p, q):
    """The value so far of SnaPEA's m speculated taps; None: the image runs as none."""
    if (layer["ifmap"][image] < 0).any():
        return None
    terms = taps(layer, image, k, p, q)
    L = len(terms)
    ascending = sorted(range(L), key=lambda t: (abs(terms[t][1]), t))
    total = 0.0
    for i in range(m):
        group = ascending[i * L // m : (i + 1) * L // m]
        total += terms[group[-1]][0] * terms[group[-1]][1]
    return value_of(layer, image, k, p, q, total)


def mask_of(layer, thresholds, value):
    """bool [N, K, P, Q]; value(image, k, p, q)."""
    mask = np.zeros(layer["ofmap"].shape, dtype=bool)
    for place in np.ndindex(*mask.shape):
        own = thresholds[place[1] if len(thresholds) > 1 else 0]
        found = value(*place)
        mask[place] = own is not None and found is not None and found <= np.float32(own)
    return mask


def interpolated_from(window, peeks, P, Q):
    """{(p, q): the peek that an output which is not computed has its products from}"""
    found = {}
    for p in range(P):
        for q in range(Q):
            top, left = p // window[0] * window[0], q // window[1] * window[1]
            near = sorted((top + i, left + j) for i, j in peeks if top + i < P and left + j < Q)
            if near and (p, q) not in near:
                best = min((r - p) ** 2 + (c - q) ** 2 for r, c in near)
                found[p, q] = [n for n in near if (n[0] - p) ** 2 + (n[1] - q) ** 2 == best][0]
    return found


class Rivals(Peeking):
    def machine_of(self, layers, analysis, policy, parameters={}, only=None, **changes):
        """MachineSettings in which the policy predicts the layers that a ReLU follows."""
        found = []
        for layer in layers:
            K, P, Q = ofmap_shape(layer, analysis)
            own = settings.LayerSettings(
                layer.name,
                layer.kind,
                layer.activation,
                policy,
                window=(1, 1),
                peeks=(),
                thresholds=(0.0,) * K,
                why_not="",
                shape=(K, P, Q),
                macs_per_output=ifmap_shape(layer, analysis)[0]
                // layer.groups
                * math.prod(layer.kernel),
                parameters=parameters,
            )
            if callable(changes.get("thresholds")):
                own = own._replace(thresholds=changes["thresholds"](K))
            own = own._replace(**{n: v for n, v in changes.items() if not callable(v)})
            if layer.activation == "none" or only not in (None, layer.name):
                own = own._replace(policy="none", why_not="left out")
            found.append(own)
        return settings.MachineSettings("", policy, (), tuple(found))

    def network(self, net, shape=(3, 12, 12)):
        return insert.Network(net.float(), torch.zeros((1,) + shape))

    def applied(self, network, *given, **changes):
        machine = self.machine_of(network.layers, network.analysis, *given, **changes)
        return network.apply(machine)

    def trace(self, net, some, **options):
        """The layers of an open-loop trace."""
        values = dict(weights=True, precision="f32", force=True)
        values.update(options)
        self.extract(net, some, **values)
        return self.read()

    def masks_in(self, predicted, some):
        """{layer: what its gate gates, [N, K, P, Q]} of images, one at a time."""
        for gate in predicted.activations.values():
            gate.kept = []
        with torch.no_grad():
            for x in some:
                predicted.module(x[None])
        return {n: kept_by(gate, len(some)) for n, gate in predicted.activations.items()}


def kept_by(gate, count):
    shape = gate.settings.shape
    masks = [np.unpackbits(np.frombuffer(k, "u1"), count=math.prod(shape)) for k in gate.kept]
    return np.stack(masks).reshape((count,) + shape).astype(bool)


KINDS = (Basic, Inverted, Fire, Shared, Tokens, Chain)


def some_thresholds(K):
    return tuple((0.0, -0.3, None, 0.4)[k % 4] for k in range(K))


class ZerosThatAreEstimated(Rivals):
    def compare(self, policy, parameters, value, some):
        """Every layer alone, beside slow loops; -> outputs gated."""
        total = 0
        for kind in KINDS:
            net = shake(kind())
            layers = self.trace(net, some)
            network = self.network(net)
            for layer in network.layers:
                if layer.activation == "none":
                    continue
                predicted = self.applied(
                    network, policy, parameters, only=layer.name, thresholds=some_thresholds
                )
                self.assertEqual(list(predicted.activations), [layer.name])
                found = self.masks_in(predicted, some)[layer.name]
                own = layers[layer.name]
                L = own["weight"][0].size
                expected = mask_of(
                    own,
                    some_thresholds(layer.K),
                    lambda *place: value(own, L, *place),
                )
                self.assertTrue((found == expected).all(), (policy, kind.__name__, layer.name))
                totals = predicted.activations[layer.name].totals()
                false = expected & (own["ofmap"] > 0)
                self.assertEqual(totals["gated"], expected.sum())
                self.assertEqual(totals["false_zero"], false.sum())
                total += totals["gated"]
        return total

    def test_lookahead_gates_what_slow_loops_over_the_trace_gate(self):
        for bits in (2, 4, 8):
            parameters = dict(LOOKAHEAD, **{"prediction.lookahead_bits": bits})
            gated = self.compare(
                "lookahead",
                parameters,
                lambda layer, L, *place: lookahead_value(layer, bits, *place),
                images(2 if bits == 4 else 1),
            )
            self.assertGreater(gated, 100)

    def test_a_guess_of_snapea_is_that_of_slow_loops_over_the_trace(self):
        for percent in (5, 40):
            parameters = dict(SNAPEA, **{"prediction.speculated_percent": percent})

            def value(layer, L, *place):
                m = -(-L * percent // 100)
                return guess_value(layer, m, *place) if m < L else None

            self.assertGreater(
                self.compare("snapea", parameters, value, [images(1)[0], images(2)[1].abs()]), 100
            )

    def test_eight_bits_of_small_integers_gate_exactly_what_is_at_most_0(self):
        net = nn.Sequential(nn.Conv2d(2, 5, 3, padding=1), nn.ReLU(), nn.Conv2d(5, 1, 1))
        draw = torch.Generator().manual_seed(3)
        for values, low, high in ((net[0].weight, -127, 128), (net[0].bias, -9000, 9000)):
            values.data = torch.randint(low, high, values.shape, generator=draw).float()
        net[0].weight.data[:, 0, 1, 1] = 127
        x = torch.randint(0, 256, (3, 2, 7, 7), generator=draw).float()
        x[:, 0, 0, 0] = 255
        network = self.network(net, (2, 7, 7))
        parameters = dict(LOOKAHEAD, **{"prediction.lookahead_bits": 8})
        predicted = self.applied(network, "lookahead", parameters)
        with torch.no_grad():
            value = net[0](x)
            self.assertTrue((value <= 0).any() and (value > 0).any())
            self.assertTrue(torch.equal(predicted.module(x), net(x)))
        self.assertEqual(
            predicted.activations["0"].totals(),
            {"outputs": value.numel(), "gated": int((value <= 0).sum()), "false_zero": 0},
        )

    def test_an_image_has_a_scale_of_its_own_in_any_batch(self):
        net = shake(Basic())
        some = [x * factor for x, factor in zip(images(3), (1.0, 50.0, 0.0))]
        predicted = self.applied(self.network(net), "lookahead", LOOKAHEAD)
        alone = self.masks_in(predicted, some)
        for gate in predicted.activations.values():
            gate.reset()
        with torch.no_grad():
            predicted.module(torch.stack(some))
        for name, gate in predicted.activations.items():
            self.assertTrue((kept_by(gate, 3) == alone[name]).all(), name)

    def test_channels_without_weights_and_images_without_activations_have_their_bias_alone(self):
        net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Conv2d(2, 1, 1)).eval()
        net[0].weight.data = torch.stack([torch.zeros(1, 3, 3), torch.ones(1, 3, 3)])
        net[0].bias.data = torch.tensor([1.0, -1.0])
        predicted = self.applied(self.network(net, (1, 4, 4)), "lookahead", LOOKAHEAD)
        masks = self.masks_in(predicted, [torch.zeros(1, 4, 4), torch.ones(1, 4, 4)])["0"]
        self.assertEqual(masks.all((2, 3)).tolist(), [[False, True], [False, False]])
        self.assertEqual(masks.any((2, 3)).tolist(), [[False, True], [False, False]])

    def test_exact_snapea_changes_no_output_and_guesses_nothing(self):
        net, x = shake(Chain()), torch.stack(images(4)).abs()
        for parameters in (EXACT, dict(SNAPEA, **{"prediction.speculated_percent": 100})):
            predicted = self.applied(self.network(net), "snapea", parameters)
            with torch.no_grad():
                self.assertTrue(torch.equal(predicted.module(x), net(x)))
            for gate in predicted.activations.values():
                self.assertEqual((gate.totals()["gated"], gate.macs_saved()), (0, 0))

    def test_what_the_network_computes_has_zeros_where_it_was_gated(self):
        net, x = shake(Basic()), torch.stack(images(2))
        predicted = self.applied(self.network(net), "lookahead", LOOKAHEAD, only="conv1")
        masks = torch.from_numpy(self.masks_in(predicted, images(2))["conv1"])
        with torch.no_grad():
            y = net.relu(net.bn1(net.conv1(x)).masked_fill(masks, 0))
            y = net.relu(net.bn2(net.conv2(y)) + net.down(x))
            y = net.fc(F.adaptive_avg_pool2d(y, 1).flatten(1))
            torch.testing.assert_close(predicted.module(x), y)
        self.assertTrue(masks.any())


class Perforated(Rivals):
    def outputs(self, predicted, some):
        """{layer: what leaves its gate, [N, K, P, Q]}"""
        found = {}
        for name, gate in predicted.activations.items():

            def keep(gate, _, y, name=name):
                found.setdefault(name, []).append(as_map(y, gate.features))

            gate.register_forward_hook(keep)
        with torch.no_grad():
            for x in some:
                predicted.module(x[None])
        return {name: torch.cat(y) for name, y in found.items()}

    def test_outputs_have_the_products_of_the_nearest_peek_and_their_own_residual(self):
        shapes = (((2, 2), CORNERS), ((3, 2), ((2, 1), (0, 0))), ((4, 5), ((3, 4), (1, 1))))
        for kind in KINDS:
            net = shake(kind())
            layers, network = self.trace(net, images(2)), self.network(net)
            for (window, peeks), layer in (
                (s, l) for s in shapes for l in network.layers if l.activation != "none"
            ):
                predicted = self.applied(
                    network, "perforate", only=layer.name, window=window, peeks=peeks
                )
                found = self.outputs(predicted, images(2))[layer.name].numpy()
                ofmap, added = layers[layer.name]["ofmap"], layers[layer.name].get("added", 0)
                products, expected = ofmap - added, ofmap.copy()
                places = interpolated_from(window, peeks, *ofmap.shape[2:])
                for (p, q), (r, c) in places.items():
                    own = added[:, :, p, q] if np.ndim(added) else 0
                    expected[:, :, p, q] = products[:, :, r, c] + own
                np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
                computed = np.ones(ofmap.shape[2:], dtype=bool)
                for place in places:
                    computed[place] = False
                same = found[:, :, computed] == ofmap[:, :, computed]
                self.assertTrue(same.all(), (kind.__name__, layer.name))
                self.assertEqual(
                    predicted.activations[layer.name].totals(),
                    {
                        "outputs": ofmap.size,
                        "interpolated": 2 * ofmap.shape[1] * len(places),
                    },
                )

    def test_of_equally_near_peeks_the_first_counts_and_windows_without_one_are_computed(self):
        net = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.ReLU(), nn.Conv2d(1, 1, 1))
        net[0].weight.data.fill_(2)
        x = torch.arange(1.0, 10.0).reshape(1, 3, 3)
        network = self.network(net, (1, 3, 3))
        for peeks, expected in (
            (CORNERS, [[2, 4, 6], [8, 4, 12], [14, 16, 18]]),
            (((1, 1),), [[10, 10, 6], [10, 10, 12], [14, 16, 18]]),
            (((0, 0), (1, 1)), [[2, 2, 6], [2, 10, 6], [14, 14, 18]]),
        ):
            predicted = self.applied(network, "perforate", window=(2, 2), peeks=peeks)
            self.assertEqual(self.outputs(predicted, [x])["0"][0, 0].tolist(), expected)

    def test_a_gradient_passes_to_what_an_output_is_made_of(self):
        net = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.ReLU())
        net[0].weight.data.fill_(1)
        x = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
        network = self.network(net, (1, 2, 2))
        predicted = self.applied(network, "perforate", window=(2, 2), peeks=((0, 0),))
        predicted.module(x[None]).sum().backward()
        self.assertEqual(float(net[0].weight.grad), 4.0)


class MacsSaved(Rivals):
    def measured(self, predicted, x):
        """The results of the layers that are predicted, by name, and of the network."""
        net = nn.Sequential(nn.Flatten(), nn.Linear(x[0].numel(), 5))
        samples = [Sample("%d" % i, one, 0) for i, one in enumerate(x)]
        outcome = measure.evaluate_batch(net, [predicted], samples, "cpu")
        found = results.document({}, [predicted.settings], [outcome])
        results.table(found, True)
        machine = found["machines"][0]
        return {l["name"]: l for l in machine["layers"]}, machine["totals"]["network"]

    def test_each_policy_saves_the_macs_of_what_it_does_not_compute(self):
        net, x = shake(Basic()), images(3)
        network = self.network(net)
        L = {"conv1": 27, "conv2": 36}
        for policy, parameters, saves in (
            ("lookahead", LOOKAHEAD, L),
            ("snapea", SNAPEA, {"conv1": 27 - 9, "conv2": 36 - 11}),
            ("snapea", EXACT, {"conv1": 0, "conv2": 0}),
        ):
            predicted = self.applied(network, policy, parameters)
            layers, total = self.measured(predicted, [one.abs() for one in x])
            self.assertEqual(total["macs_predicted"] > 0, parameters is not EXACT)
            for name, one in saves.items():
                found = layers[name]
                self.assertEqual(found["macs_predicted"], one * found["predicted_zero"])
                self.assertEqual(found["interpolated"], 0)
            self.assertEqual(
                total["macs_predicted"], sum(l["macs_predicted"] for l in layers.values())
            )
        predicted = self.applied(network, "perforate", window=(2, 2), peeks=CORNERS)
        layers, total = self.measured(predicted, x)
        for name in L:
            found = layers[name]
            self.assertEqual(found["interpolated"], found["outputs"] // 4)
            self.assertEqual(found["macs_predicted"], L[name] * found["outputs"] // 4)
            self.assertEqual((found["predicted_zero"], found["false_zero"]), (0, 0))
            self.assertEqual(found["mac_reduction"], 0.25)


class InATrace(Rivals):
    def loop(self, *given, **changes):
        """(what extract takes as loop, the gates by layer once it has run)"""
        gates = {}

        def resolve(layers, analysis):
            machine = self.machine_of(layers, analysis, *given, **changes)
            found = insert.activations_of(layers, analysis, machine)
            gates.update((g.settings.name, g) for g in found.values())
            for gate in found.values():
                if hasattr(gate, "kept"):
                    gate.kept = []
            return Loop("closed loop: rivals", found, [])

        return resolve, gates

    def test_it_is_decided_on_the_values_that_the_trace_holds(self):
        for kind in (Basic, Chain, Tokens):
            for type in ("f32", "i8"):
                for policy, parameters in (("lookahead", LOOKAHEAD), ("snapea", SNAPEA)):
                    loop, gates = self.loop(policy, parameters, thresholds=some_thresholds)
                    some = [x.abs() for x in images(2)]
                    given = dict(loop=loop, type=type, precision="f64")
                    layers = self.trace(shake(kind()), some, **given)
                    self.assertGreater(sum(g.totals()["gated"] for g in gates.values()), 0)
                    for name, gate in gates.items():
                        own = dict(layers[name])
                        for part in ("ofmap", "ifmap", "added"):
                            scale = own["scale"].get("residual" if part == "added" else part)
                            if scale is not None and part in own:
                                own[part] = own[part].astype("f4") * np.float32(scale)
                        L = own["weight"][0].size
                        expected = mask_of(
                            own,
                            some_thresholds(len(own["weight"])),
                            lambda *place: lookahead_value(own, 4, *place)
                            if policy == "lookahead"
                            else guess_value(own, -(-L * 30 // 100), *place),
                        )
                        found = kept_by(gate, 2)
                        self.assertTrue((found == expected).all(), (kind, type, policy, name))

    def test_the_next_layer_reads_what_was_interpolated(self):
        net = shake(Chain())
        loop, gates = self.loop("perforate", only="a", window=(2, 2), peeks=CORNERS)
        layers = self.trace(net, images(2), loop=loop, precision="f64")
        expected = layers["a"]["ofmap"].copy()
        for (p, q), (r, c) in interpolated_from((2, 2), CORNERS, 12, 12).items():
            expected[:, :, p, q] = expected[:, :, r, c]
        np.testing.assert_array_equal(layers["b"]["ifmap"], np.maximum(expected, 0))
        self.assertEqual(gates["a"].totals()["interpolated"], 2 * 4 * 36)

    def test_in_integers_only_what_looks_at_values_alone_runs(self):
        def record(*given, **changes):
            loop, _ = self.loop(*given, **changes)
            self.trace(shake(Basic()), images(2), loop=loop, type="i8", quantize=True)

        for given in (("lookahead", LOOKAHEAD), ("snapea", SNAPEA)):
            with self.assertRaisesRegex(ExtractError, "conv1: prediction by .* 8-bit") as caught:
                record(*given)
            self.assertEqual(caught.exception.code, 2)
        with self.assertRaisesRegex(ExtractError, "conv2: prediction by perforate"):
            record("perforate", window=(2, 2), peeks=CORNERS)
        record("perforate", window=(2, 2), peeks=CORNERS, only="conv1")
        record("snapea", EXACT)


class WhatIsRefused(Rivals):
    def test_a_residual_that_the_network_hides_is_refused_with_its_layer(self):
        network = self.network(shake(Late()))
        for given, changes in (
            (("lookahead", LOOKAHEAD), {}),
            (("snapea", SNAPEA), {}),
            (("perforate",), dict(window=(2, 2), peeks=CORNERS)),
        ):
            with self.assertRaisesRegex(ExtractError, "^a: .*batch-norm after the add") as caught:
                self.applied(network, *given, **changes)
            self.assertEqual(caught.exception.code, 4)

    def test_masks_do_not_run_inside_a_network(self):
        with self.assertRaisesRegex(ExtractError, "conv1: policy mask does not run") as caught:
            self.applied(self.network(shake(Basic())), "mask")
        self.assertEqual(caught.exception.code, 2)

    def test_weights_that_training_changes_are_not_looked_at(self):
        net = shake(Basic())
        network = self.network(net)
        recipe = finetune.Recipe()
        for given in (("lookahead", LOOKAHEAD), ("snapea", SNAPEA)):
            with self.assertRaisesRegex(ExtractError, "conv1: prediction by .* training changes"):
                finetune.Training(net, self.applied(network, *given), recipe, "cpu")
        perforated = self.applied(network, "perforate", window=(2, 2), peeks=CORNERS)
        finetune.Training(net, perforated, recipe, "cpu")

    def test_thresholds_are_not_chosen_beside_such_a_policy(self):
        network = self.network(shake(Basic()))
        machine = self.applied(network, "lookahead", LOOKAHEAD).settings
        samples = [Sample(str(i), x, -1) for i, x in enumerate(images(4))]
        with self.assertRaisesRegex(ExtractError, "conv1: policy lookahead: thresholds are chosen"):
            calibrate.Calibration(network, machine, (), lambda: samples, 2, False)


class AMachineFile(Rivals):
    def record(self, kind, machine, **options):
        """The Summary of a closed-loop trace with weights."""
        given = dict(weights=True, force=True, loop=insert.closed_loop(machine))
        return self.extract(shake(kind()), images(2), **dict(given, **options))

    def counters(self, machine):
        """Of `peeksim run` on the trace, over the network."""
        out = os.path.join(self.folder, "out")
        settings.run_peeksim("run", machine, "--trace", self.path, "--out", out, "--force")
        with open(os.path.join(out, "results.json")) as f:
            return json.load(f)["totals"]["network"]["machine"]["counters"]

    def test_the_simulators_lookahead_gates_what_was_gated_in_the_loop(self):
        machine = self.machine(policy="lookahead", lookahead_bits=3, exclude=[])
        for kind in (Basic, Inverted, Tokens, Chain):
            for type, precision in (("i8", "f64"), ("f32", "f64"), ("f32", "f32")):
                summary = self.record(kind, machine, type=type, precision=precision)
                counters = self.counters(machine)
                self.assertEqual(counters["predicted_zero"], summary.gated, (kind, type))
                self.assertGreater(counters["false_zero"], 0)
            predicted = insert.apply_prediction(shake(kind()), machine, images(1)[0][None])
            self.masks_in(predicted, images(2))
            totals = [gate.totals() for gate in predicted.activations.values()]
            self.assertEqual(sum(t["gated"] for t in totals), counters["predicted_zero"])
            self.assertEqual(sum(t["false_zero"] for t in totals), counters["false_zero"])

    def test_the_simulator_interpolates_as_many_outputs(self):
        machine = self.machine(policy="perforate", window=[2, 2], peeks="corner", exclude=[])
        summary = self.record(Basic, machine)
        counters = self.counters(machine)
        self.assertEqual(counters["interpolated"], summary.interpolated)
        self.assertEqual((summary.gated, counters["predicted_zero"]), (0, 0))

    def test_the_simulator_cuts_short_what_was_guessed_and_more(self):
        machine = self.machine(policy="snapea", speculated_percent=30, exclude=[])
        summary = self.record(Basic, machine, type="f32")
        counters = self.counters(machine)
        self.assertGreater(counters["cut_short"], summary.gated)
        self.assertGreater(summary.gated, 0)
        predicted = insert.apply_prediction(shake(Basic()), machine, images(1)[0][None])
        self.masks_in(predicted, images(2))
        totals = [gate.totals() for gate in predicted.activations.values()]
        self.assertEqual(sum(t["gated"] for t in totals), summary.gated)
        # What is cut short for certain is no false zero.
        self.assertEqual(sum(t["false_zero"] for t in totals), counters["false_zero"])

    def test_the_parameters_of_a_layer_are_read(self):
        found = dict(name="a", kind="conv", activation="relu", policy="lookahead", window=[1, 1])
        found.update(peeks=[], thresholds=[0], not_predicted_because="", ofmap_shape=[1, 2, 3])
        found.update(macs_per_output=9)
        for parameters in ({}, LOOKAHEAD):
            layers = [dict(found, parameters=parameters) if parameters else found]
            resolved = settings.from_json("m", dict(machine="m", unmatched=[], layers=layers))
            self.assertEqual(resolved.layers[0].parameters, parameters)


if __name__ == "__main__":
    unittest.main()
