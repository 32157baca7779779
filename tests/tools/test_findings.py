"""tools/findings: where the cycles of a run went, and what keeps saved MACs from becoming time."""
import os
import unittest
from fractions import Fraction

import peeksim
from findings import losses, machines, runs

# The example by hand of docs/machine.md: 4x2 PEs, outputs of 4 taps, a last tile with two outputs.
TAPS, PES = 4, 8


def tile(name, outputs, step=0):
    return dict(where(step), event="tile", macs=TAPS * outputs, **{"pass": name})


def prediction(peeks, step=0):
    return dict(where(step), event="prediction", comparisons=peeks)


def where(step):
    return {"image": 0, "layer": "a", "group": 0, "step": step}


def counters(**changes):
    zero = ("macs_total", "macs_predicted", "tiles_skipped", "outputs", "predicted_zero")
    zero += ("tiles_dense", "tiles_peek", "tiles_neighbor", "array_busy", "cycles")
    zero += ("drain_stall", "predict_stall", "memory_stall", "tail")
    return dict(dict.fromkeys(zero, 0), **changes)


EVENTS = [tile("peek", 8)] * 2 + [prediction(16), tile("neighbor", 4), tile("neighbor", 2)]
RUN = counters(
    macs_total=128, macs_predicted=40, outputs=32, predicted_zero=10, tiles_peek=2,
    tiles_neighbor=2, array_busy=16, predict_stall=6, memory_stall=19, tail=20, cycles=61,
)  # fmt: skip
DENSE = counters(
    macs_total=128, outputs=32, tiles_dense=4, array_busy=16, memory_stall=19, tail=22, cycles=57
)


def parts(run, live, free=None):
    return losses.layer_parts(run, free or run, live, PES)


class Passes(unittest.TestCase):
    def passes(self, *events):
        return losses.passes(events, {"a": TAPS})["a"]

    def test_a_step_with_peeks_has_two_and_one_without_has_one(self):
        self.assertEqual(self.passes(*EVENTS), [16, 6])
        self.assertEqual(self.passes(*[tile("dense", 8)] * 4), [32])
        self.assertEqual(self.passes(tile("peek", 8), prediction(8)), [8])

    def test_neighbors_in_a_filled_peek_tile_count_as_neighbors(self):
        filled = (tile("peek", 8), tile("peek", 8), prediction(12), tile("neighbor", 2))
        self.assertEqual(self.passes(*filled), [12, 6])

    def test_every_step_is_its_own(self):
        two = (tile("peek", 3), prediction(3), tile("peek", 5, 1), prediction(5, 1))
        self.assertEqual(self.passes(*two), [3, 5])

    def test_contradictions_are_refused(self):
        for words, events in (
            ("is no number of outputs", [dict(tile("peek", 1), macs=TAPS + 1)]),
            ("more peeks than computed", [tile("peek", 3), prediction(4)]),
            ("more than one image", [dict(tile("peek", 3), image=1)]),
        ):
            with self.assertRaisesRegex(losses.LossesError, words):
                self.passes(*events)


class PartsOfALayer(unittest.TestCase):
    def test_of_the_example_by_hand(self):
        found = parts(RUN, [16, 6])
        self.assertEqual(tuple(found), losses.PARTS)
        self.assertEqual(tuple(found.values()), (11, 1, 4, 0, 0, 6, 39))
        self.assertEqual(sum(found.values()), RUN["cycles"])
        self.assertEqual(tuple(parts(DENSE, [32]).values()), (16, 0, 0, 0, 0, 0, 41))

    def test_ports_are_what_unlimited_ones_would_save(self):
        slow = dict(RUN, array_busy=21, cycles=66)
        self.assertEqual(parts(slow, [16, 6], free=RUN)["ports"], 5)
        self.assertEqual(parts(slow, [16, 6], free=RUN)["work"], 11)

    def test_tiles_that_take_in_what_another_pass_left_win_dispatch_back(self):
        filled = dict(RUN, tiles_neighbor=0, tiles_peek=3, array_busy=12, cycles=57)
        found = parts(filled, [12, 10])
        self.assertEqual((found["rounding"], found["dispatch"]), (5, -4))

    def test_contradictions_are_refused(self):
        for words, run, live, free in (
            ("computed 21 outputs, the run 22", RUN, [16, 5], None),
            ("do not add up", dict(RUN, cycles=62), [16, 6], None),
            ("busy for longer", RUN, [16, 6], dict(RUN, array_busy=17)),
            ("tiles are not the same", RUN, [16, 6], dict(RUN, tiles_neighbor=1)),
            ("macs_predicted is not the same", RUN, [16, 6], dict(RUN, macs_predicted=44)),
        ):
            with self.assertRaisesRegex(losses.LossesError, words):
                parts(run, live, free)


class Losses(unittest.TestCase):
    def test_bound_and_losses_are_the_run(self):
        saved = Fraction(40, 128)
        run, dense = parts(RUN, [16, 6]), parts(DENSE, [32])
        lost, bound = losses.losses(run, dense, saved)
        self.assertEqual(bound, 57 * Fraction(88, 128))
        self.assertEqual(tuple(lost.values()), (0, 1, 4, 0, 0, 6, 39 - 41 * Fraction(88, 128)))
        self.assertEqual(bound + sum(lost.values()), 61)
        self.assertEqual(losses.kept(run, dense, saved), Fraction(57 - 61) / (57 * saved))

    def test_parts_of_layers_are_added_up(self):
        both = losses.total([parts(RUN, [16, 6]), parts(DENSE, [32])])
        self.assertEqual(tuple(both.values()), (27, 1, 4, 0, 0, 6, 80))

    def test_what_is_not_predicted_loses_nothing(self):
        dense = parts(DENSE, [32])
        lost, bound = losses.losses(dense, dense, Fraction(0))
        self.assertEqual((bound, set(lost.values())), (57, {0}))
        self.assertIsNone(losses.kept(dense, dense, Fraction(0)))


class Runs(unittest.TestCase):
    """What a shipped trace gives; the sums are checked where they are made."""

    def simulated(self, machine):
        return runs.Run(machine, "cifar_resnet20")

    def test_without_skipping_saved_work_is_saved_exactly_and_filling_changes_no_rounding(self):
        packed, filled = self.simulated(machines.PACKED), self.simulated(machines.WIDE)
        for run in (packed, filled):
            for scope in [run.total, *run.sizes().values()]:
                self.assertEqual(scope.lost["work"], 0)
        self.assertGreater(packed.total.lost["ports"], 0)
        self.assertLess(filled.total.lost["dispatch"], 0)
        wide_gate = machines.Machine("", "peek-8x32-balanced", {"array.dispatch": "gate"})
        gated = self.simulated(wide_gate)
        self.assertEqual(gated.total.lost["rounding"], filled.total.lost["rounding"])

    def test_sizes_add_up_to_the_network(self):
        run = self.simulated(machines.BOTH)
        sizes = run.sizes()
        self.assertEqual(list(sizes), [32, 16, 8, None])
        self.assertEqual(sum(s.cycles for s in sizes.values()), run.total.cycles)
        self.assertEqual(sum(s.layers for s in sizes.values()), 20)
        self.assertNotEqual(run.total.lost["work"], 0)
        self.assertEqual(set(sizes[None].lost.values()), {0})


class CalibratedMachines(unittest.TestCase):
    def test_save_about_a_fifth_on_any_array(self):
        for network in machines.NETWORKS:
            with self.subTest(network):
                self.assertTrue(os.path.exists(machines.calibrated_file(network)))
                saved = []
                for machine in (machines.GATE, machines.CALIBRATED[-1]):
                    machine = machines.Machine("", machine.file, machine.overrides, True)
                    file, overrides = machine.point(network)
                    found = peeksim.run(file, machines.trace(network), overrides, images=1)
                    self.assertEqual(found.warnings, [])
                    saved.append(found["mac_reduction"])
                self.assertEqual(saved[0], saved[1])
                self.assertTrue(0.17 < saved[0] < 0.23, saved)
                self.assertEqual(found.machine, network + "-20")


if __name__ == "__main__":
    unittest.main()
