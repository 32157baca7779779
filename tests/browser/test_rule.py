"""Is the prediction rule (docs/machine.md section 2) the same one wherever it is written down?

That is in sim/skip, once for a whole plane and once peek after peek as the clocked engine's
prediction unit decides; in peeksim.accuracy; in the page of `peeksim view`; and in the reference model.
Each of them says of the same trace on the same machine file which outputs are gated.
"""
import itertools
import json
import os
from dataclasses import dataclass, replace

import h5py
import numpy as np
import torch

from browser import ROOT, ABrowser, peeksim
from prediction import pattern, predict
from test_closed_form import MACHINE

from peeksim.accuracy import cost, patterns, settings
from peeksim.accuracy.activation import PeekActivation


# One per channel. 0.1 lies between two floats, and the last one between 0 and the first above it.
EVERY_KIND = (0, -0.25, 0.5, 0.1, -0.1, "never", 3, 1e-45)


@dataclass(frozen=True)
class Case:
    plane: tuple  # (P, Q)
    window: tuple  # (height, width)
    peeks: object  # a pattern's name, or positions
    threshold: object = EVERY_KIND  # of each channel, or a number for all of them

    def __str__(self):
        return "%dx%d windows on %dx%d, peeks %s, threshold %s" % (
            self.window + self.plane + (self.peeks, self.threshold))

    @property
    def by_channel(self):
        return self.threshold if isinstance(self.threshold, tuple) else (self.threshold,) * 3

    @property
    def numbers(self):
        """The thresholds as numbers: no value is at or below that of a channel never predicted."""
        return [float("-inf") if t == "never" else t for t in self.by_channel]

    def windows(self):
        """(positions of its peeks, of its neighbors) of every window, in raster order."""
        (P, Q), (h, w) = self.plane, self.window
        peeks = pattern(self.peeks, h, w)
        for top, left in itertools.product(range(0, P, h), range(0, Q, w)):
            inside = list(itertools.product(range(top, min(top + h, P)),
                                            range(left, min(left + w, Q))))
            yield ([p for p in inside if (p[0] - top, p[1] - left) in peeks],
                   [p for p in inside if (p[0] - top, p[1] - left) not in peeks])


CASES = (
    Case((5, 7), (2, 2), "corner"),
    Case((5, 7), (2, 2), "diagonal"),
    Case((4, 4), (2, 2), "checkerboard"),
    Case((4, 5), (2, 2), "all"),
    Case((7, 8), (3, 3), "checkerboard"),
    Case((7, 10), (2, 4), "diagonal"),
    Case((7, 5), (5, 2), "diagonal"),
    Case((4, 7), (1, 3), "corner"),
    Case((6, 3), (4, 1), "checkerboard"),
    Case((3, 3), (1, 1), "corner"),
    Case((5, 7), (2, 3), [[1, 2], [0, 1]]),
    Case((8, 7), (3, 3), [[2, 0], [0, 2], [2, 2], [2, 0]]),
    # Without an existing peek: the right windows, the bottom ones, both, and the only one.
    Case((3, 3), (2, 2), [[0, 1]]),
    Case((3, 3), (2, 2), [[1, 0]]),
    Case((5, 5), (2, 2), [[1, 1]]),
    Case((5, 6), (8, 8), [[7, 7]]),
    # Windows larger than the plane.
    Case((5, 6), (8, 8), "diagonal"),
    Case((1, 1), (2, 2), "corner"),
    # One threshold of all channels.
    Case((5, 6), (2, 2), "diagonal", 0),
    Case((6, 5), (3, 2), "corner", 0.1),
    Case((5, 5), (2, 3), "checkerboard", -0.1),
)


def at_or_below(threshold):
    """The largest float that is no larger."""
    nearest = np.float32(threshold)
    above = float(nearest) > threshold  # NumPy 2 would compare as float32
    return np.nextafter(nearest, np.float32("-inf")) if above else nearest


def draw(case, seed):
    """An ofmap [1,K,P,Q] whose values lie close around the threshold of their channel."""
    random = np.random.default_rng(seed)
    least = np.finfo("f4").min
    channels = []
    for threshold in case.numbers:
        at = max(at_or_below(threshold), least)
        low = [at, np.nextafter(at, least), np.float32(min(-0.0, at)), least]
        high = [np.nextafter(at, np.float32("inf")), np.float32(4)]
        # Where many peeks are asked, few windows would be gated if half the values were above.
        above = random.random(case.plane) < random.choice([0.05, 0.2, 0.5])
        channels.append(np.where(above, random.choice(high, size=case.plane),
                                 random.choice(low, size=case.plane)))
    return np.array([channels], "f4")


def write_trace(path, ofmap):
    """A layer whose ifmap is its ofmap: the clocked engine computes what it predicts from."""
    _, K, P, Q = ofmap.shape
    with h5py.File(path, "w", libver="latest") as f:
        f.attrs.update(format=np.bytes_("peeksim-trace"), version=1, network=np.bytes_("rule"),
                       origin=np.bytes_("values around thresholds"), synthetic=1, images=1)
        g = f.create_group("layers/0000")
        g.attrs.update(name=np.bytes_("conv"), kind=np.bytes_("conv"),
                       activation=np.bytes_("relu"), ifmap_shape=[K, P, Q],
                       weight_shape=[K, K, 1, 1], ofmap_shape=[K, P, Q], stride=[1, 1],
                       pad=[0, 0, 0, 0], dilation=[1, 1], groups=1, residual=0)
        for name, values in (("ifmap", ofmap), ("ofmap", ofmap)):
            g.create_dataset(name, data=values, chunks=(1, K, P, Q), shuffle=True,
                             compression="gzip", fletcher32=True)
        g.create_dataset("weight", data=np.eye(K, dtype="f4").reshape(K, K, 1, 1))


def write_machine(path, case):
    """A single PE, and an ofmap buffer for one window: a step of its program is a window and a
    channel, and a tile is one output.
    """
    prediction = {"window": case.window, "peeks": case.peeks}
    if isinstance(case.threshold, tuple):
        prediction["thresholds_file"] = path + ".thresholds"
        with open(path + ".thresholds", "w") as f:
            json.dump({"conv": case.threshold}, f)
    else:
        prediction["threshold"] = case.threshold
    half = min(case.window[0], case.plane[0]) * min(case.window[1], case.plane[1])
    with open(path, "w") as f:
        json.dump({"extends": os.path.join(ROOT, "configs", "tiny.yaml"), "name": "rule",
                   "array": {"rows": 1, "cols": 1, "dispatch": "gate"},
                   "buffers": {"ofmap_bytes": 2 * half, "ifmap_bytes": 4096},
                   "schedule": {"loop_order": "block_major"}, "prediction": prediction}, f)


def masks_of_reference(case, ofmap):
    machine = replace(MACHINE, policy="peek", window=list(case.window), peeks=case.peeks)
    return predict(machine, case.numbers, ofmap[0].astype(float)).gated


def masks_of_log(case, path):
    """[K,P,Q] of the neighbors that an event log has no tile of."""
    K, tiles = len(case.by_channel), {}
    with open(path) as f:
        for event in map(json.loads, itertools.islice(f, 1, None)):
            tiles.setdefault(event["step"], []).append(event.get("pass"))
    windows = list(case.windows())
    assert len(tiles) == K * len(windows), "a step is no longer a window and a channel"
    mask = np.zeros((K,) + case.plane, bool)
    for step, ran in tiles.items():
        peeks, neighbors = windows[step // K]
        assert ran.count("peek") == len(peeks)
        assert ran.count("neighbor") in (0, len(neighbors))
        for row, column in neighbors:
            mask[step % K, row, column] = "neighbor" not in ran
    return mask


# What the page gates by its own rule, each channel at the machine's threshold for it, and what it
# shows as the machine's.
MASKS_OF_PAGE = """
const shown = () => Array.from({ length: channels }, (_, channel) =>
  Array.from({ length: plane }, (_, position) => Number(role_of(channel, position) >= 2)));
const by_rule = own.map((threshold, channel) => {
  gate_by_threshold(threshold ?? -Infinity);
  return shown()[channel];
});
gate_as_machine();
return [by_rule, shown()];
"""

# Of each row of the page's table: the threshold, and what is gated with it by the table and by the
# rule.
TABLE_OF_PAGE = """
return threshold_table().map(({ threshold, gated }) => {
  gate_by_threshold(threshold);
  return [threshold, gated, total(value_of_channel.map((_, c) => judge_channel(c))).gated];
});
"""


class TheRule(ABrowser):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = [cls.make(case, number) for number, case in enumerate(CASES)]

    @classmethod
    def make(cls, case, number):
        """(case, its ofmap, LayerSettings, trace, machine file)"""
        trace = os.path.join(cls.folder, "%d.h5" % number)
        machine = os.path.join(cls.folder, "%d.yaml" % number)
        ofmap = draw(case, number)
        write_trace(trace, ofmap)
        write_machine(machine, case)
        told = json.loads(peeksim("config", "layers", machine, "--trace", trace))
        return case, ofmap, settings.from_json(machine, told).layers[0], trace, machine

    def masks(self, trace, machine):
        peeksim("masks", trace, "--machine", machine, "--out", trace + ".npy", "--force")
        return np.load(trace + ".npy")[0]

    def clocked(self, trace, machine):
        """The counters of a run on the clocked engine, and its event log."""
        log = trace + ".jsonl"
        results = json.loads(peeksim(
            "run", machine, "--trace", trace, "--engine", "clocked", "--check-values", "--json",
            "--events", log, "--force"))
        return results["layers"][0]["machine"]["counters"], log

    def open_page(self, trace, machine):
        page = trace + ".html"
        peeksim("view", trace, "--machine", machine, "-o", page, "--force")
        self.open(page)

    def check_same(self, case, ofmap, expected, other, mask):
        name, first = expected
        self.assertEqual(first.shape, mask.shape, (case, other))
        differing = np.argwhere(first != mask)
        if len(differing):
            k, row, column = differing[0]
            self.fail(
                "%s:\n%s and %s disagree on %d outputs, the first at channel %d (threshold %s), "
                "row %d, column %d: gated by %s alone; the channel's values:\n%s"
                % (case, name, other, len(differing), k, case.by_channel[k], row, column,
                   name if first[k, row, column] else other, ofmap[0, k]))

    def test_every_place_gates_the_same_outputs(self):
        for case, ofmap, resolved, trace, machine in self.made:
            expected = ("the reference model", masks_of_reference(case, ofmap))
            self.open_page(trace, machine)
            shape = (len(case.by_channel),) + case.plane
            by_page, shown = (np.array(m, bool).reshape(shape) for m in self.script(MASKS_OF_PAGE))
            counters, log = self.clocked(trace, machine)
            for place, mask in (
                ("peeksim masks", self.masks(trace, machine)),
                ("the clocked engine", masks_of_log(case, log)),
                ("peeksim.accuracy.activation",
                 PeekActivation(resolved).gated(torch.from_numpy(ofmap))[0].numpy()),
                ("the page's rule", by_page),
                ("the page's picture of the machine", shown),
            ):
                with self.subTest(place=place):
                    self.check_same(case, ofmap, expected, place, mask)
            gated = expected[1]
            wrong = int((gated & (ofmap[0] > 0)).sum())
            told = [counters[n] for n in ("predicted_zero", "correct_zero", "false_zero")]
            with self.subTest(place="counters of the clocked engine"):
                self.assertEqual(told, [gated.sum(), gated.sum() - wrong, wrong],
                                 "%s: the reference model counts otherwise" % case)

    def test_the_table_of_thresholds_on_the_page_gates_what_the_rule_does(self):
        for case, _, _, trace, machine in self.made[::5]:
            self.open_page(trace, machine)
            for threshold, by_table, by_rule in self.script(TABLE_OF_PAGE):
                with self.subTest(case=str(case), threshold=threshold):
                    self.assertEqual(by_table, by_rule)

    def test_calibration_counts_what_the_rule_gates(self):
        for case, ofmap, resolved, _, _ in self.made:
            if str(case.peeks) in patterns.NAMED:
                named = patterns.parse("%dx%d:%s" % (case.window + (case.peeks,))).peeks
                self.assertEqual(named, resolved.peeks, "%s: peeksim.accuracy.patterns" % case)
            of_windows = patterns.Pattern("", *case.window, resolved.peeks, "")
            thresholds = torch.tensor([[at_or_below(t)] for t in case.numbers])
            measured = cost.Measured(of_windows, thresholds)
            measured.add(torch.from_numpy(ofmap), torch.zeros(ofmap.shape))
            self.assertEqual(measured.neighbors[:, 0].tolist(),
                             masks_of_reference(case, ofmap).sum((1, 2)).tolist(),
                             "%s: peeksim.accuracy.cost and the reference model disagree on how many "
                             "outputs of each channel are gated" % case)

    def test_thresholds_are_the_same_floats_everywhere(self):
        for case, _, resolved, trace, machine in self.made[::10]:
            expected = [None if t == "never" else float(at_or_below(t)) for t in case.by_channel]
            self.open_page(trace, machine)
            numbers = [t for t in case.by_channel if t != "never"]
            with self.subTest(case=str(case)):
                self.assertEqual(list(resolved.thresholds), expected)
                self.assertEqual(self.script("return own"), expected)
                self.assertEqual(self.script("return arguments[0].map(round_down)", numbers),
                                 [t for t in expected if t is not None])

    def test_the_cases_tell_this_rule_from_its_neighbors(self):
        """Each kind of window exists, with outputs that its threshold decides on."""
        found = {}
        for case, ofmap, _, _, _ in self.made:
            for k, threshold in enumerate(case.numbers):
                at = at_or_below(threshold)
                for peeks, neighbors in case.windows():
                    if not neighbors:
                        continue
                    full = len(peeks) + len(neighbors) == case.window[0] * case.window[1]
                    values = [ofmap[0, k, row, column] for row, column in peeks]
                    kinds = {"partial": not full, "never": threshold == float("-inf")}
                    if not values:
                        kinds["without a peek"] = True
                    elif threshold != float("-inf"):
                        largest = max(values)
                        kinds.update({
                            "at": largest == at,
                            "one float above": largest == np.nextafter(at, np.float32("inf")),
                            "one float below": largest == np.nextafter(at, np.float32("-inf")),
                            "small and large": min(values) <= at < largest,
                        })
                    for kind, is_so in kinds.items():
                        found[kind] = found.get(kind, 0) + is_so
        for kind, count in found.items():
            self.assertGreater(count, 10, "windows of the kind '%s'" % kind)
        self.assertEqual(len(found), 7)
