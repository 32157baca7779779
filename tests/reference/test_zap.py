"""ZAP's networks, by hand: which outputs are computed first, what their scores are, and what is
gated.
"""
import json
import os
import tempfile
import unittest
from dataclasses import replace

import numpy as np

import cases
import zap
from draw import draw_case
from model import simulate
from prediction import Masks, predict
from shapes import CannotRun
from test_closed_form import LAYER, MACHINE, OFMAP
from test_dispatch import POINT
from zap import Networks, computed_first, decision_macs

MACHINE = replace(MACHINE, policy="zap")
MIDDLE = {(1, 1): 1}
LARGE = 2 ** 53  # 1 added to it is lost


def kernel(taps):
    """[3,3], of the taps {(i, j): value} alone."""
    values = np.zeros((3, 3))
    for place, value in taps.items():
        values[place] = value
    return values


def networks(pattern, *channels):
    """Of (kernel1, bias1, kernel2, bias2) of each channel, kernels as their taps."""
    a, b, c, d = zip(*channels)
    return Networks(pattern, np.array([kernel(taps) for taps in a]), np.array(b),
                    np.array([kernel(taps) for taps in c]), np.array(d))


def scores(plane, a=MIDDLE, b=0, c=MIDDLE, d=0, pattern="checkerboard"):
    """Of a plane, [P][Q]."""
    return zap.scores(networks(pattern, (a, b, c, d)), np.array([plane]))[0].tolist()


class Patterns(unittest.TestCase):
    def test_each_pattern_names_its_positions(self):
        for name, first in [("checkerboard", [[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]),
                            ("thirds", [[1, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]]),
                            ("quarter", [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0]])]:
            self.assertEqual(computed_first(name, 3, 4).astype(int).tolist(), first, name)

    def test_a_decision_costs_nine_macs_for_every_position_of_the_plane_rounded_up(self):
        for name, P, Q, m in [("checkerboard", 2, 2, 18),  # 36 for two
                              ("checkerboard", 3, 3, 21),  # 81 for four
                              ("checkerboard", 1, 3, 27),
                              ("thirds", 3, 4, 14),  # 108 for eight
                              ("thirds", 1, 2, 18),
                              ("quarter", 2, 2, 12),  # 36 for three
                              ("quarter", 3, 4, 14)]:  # 108 for eight
            self.assertEqual(decision_macs(computed_first(name, P, Q)), m, (name, P, Q))

    def test_on_a_plane_of_one_output_there_is_nothing_to_decide(self):
        for name in zap.FIRST:
            self.assertEqual(decision_macs(computed_first(name, 1, 1)), 0)


class Scores(unittest.TestCase):
    def test_only_the_values_of_outputs_that_are_computed_first_are_read(self):
        self.assertEqual(scores([[3, 7], [7, 5]]), [[3, 0], [0, 5]])
        self.assertEqual(scores([[3, 7], [7, 5]], pattern="quarter"), [[3, 0], [0, 0]])

    def test_the_kernels_are_not_turned_and_what_is_outside_the_plane_is_0(self):
        self.assertEqual(scores([[3, 7], [7, 5]], a={(0, 0): 1}), [[0, 0], [0, 3]])
        self.assertEqual(scores([[3, 7], [7, 5]], a={(2, 1): 1}), [[0, 5], [0, 0]])
        self.assertEqual(scores([[3, 7], [7, 5]], c={(0, 0): 1}), [[0, 0], [0, 3]])
        self.assertEqual(scores([[3, 7], [7, 5]], c={(1, 2): 1}), [[0, 0], [5, 0]])

    def test_outside_the_plane_h_is_0_even_if_its_constant_is_not(self):
        everywhere = {(i, j): 1 for i in range(3) for j in range(3)}
        self.assertEqual(scores(np.zeros((3, 3)), a={}, b=1, c=everywhere),
                         [[4, 6, 4], [6, 9, 6], [4, 6, 4]])
        self.assertEqual(scores([[0]], a={}, b=1, c=everywhere), [[1]])

    def test_what_is_below_0_between_the_kernels_is_0_and_a_score_may_be_negative(self):
        self.assertEqual(scores([[3, 0, -3]], d=-1), [[2, -1, -1]])
        self.assertEqual(scores([[3, 0, -3]], a={(1, 1): -1}, c={(1, 1): -2}), [[0, 0, -6]])
        self.assertEqual(scores([[3, 0, -3]], b=1), [[4, 1, 0]])

    def test_a_score_reaches_two_rows_and_two_columns_far(self):
        plane = np.zeros((5, 5))
        plane[0, 0] = 1
        far = scores(plane, a={(0, 0): 1}, c={(0, 0): 1})
        self.assertEqual(np.argwhere(far).tolist(), [[2, 2]])

    def test_h_is_rounded_to_single_precision_and_a_score_is_not(self):
        odd = 1 + 2 ** -12  # Its square is 1 + 2^-11 + 2^-24, half a step beyond what can be held.
        rounded = 1 + 2 ** -11
        self.assertEqual(scores([[odd]], a={(1, 1): odd}), [[rounded]])
        self.assertEqual(scores([[odd]], c={(1, 1): odd}), [[rounded + 2 ** -24]])

    def test_sums_are_in_double_precision(self):
        # Single precision would lose the 1 beside 2^30, before the sum is down again.
        taps = {(0, 0): 2 ** 30, (0, 2): 1, (2, 0): -2 ** 30}
        self.assertEqual(scores(np.ones((3, 3)), a=taps, pattern="quarter")[1][1], 1)
        self.assertEqual(scores(np.ones((3, 3)), a={}, b=1, c=taps)[1][1], 1)

    def test_sums_are_added_row_by_row_from_left_to_right_and_the_constant_last(self):
        corners = [((0, 0), (0, 2), (2, 0)), ((0, 0), (2, 0), (2, 2)), ((0, 2), (2, 0), (2, 2))]
        for one, two, three in corners:
            for taps, total in [({one: LARGE, two: 1, three: -LARGE}, 0),
                                ({one: 1, two: LARGE, three: -LARGE}, 0),
                                ({one: LARGE, two: -LARGE, three: 1}, 1)]:
                self.assertEqual(scores(np.ones((3, 3)), a=taps, pattern="quarter")[1][1], total)
                self.assertEqual(scores(np.ones((3, 3)), a={}, b=1, c=taps)[1][1], total)
        taps = {(0, 0): LARGE, (2, 2): -LARGE}
        self.assertEqual(scores(np.ones((3, 3)), a=taps, b=1, pattern="quarter")[1][1], 1)
        self.assertEqual(scores(np.ones((3, 3)), a={}, b=1, c=taps, d=1)[1][1], 1)

    def test_every_channel_has_networks_of_its_own(self):
        own = networks("checkerboard", (MIDDLE, 0, MIDDLE, 0), ({}, 1, {(1, 1): 3}, 0.5))
        self.assertEqual(zap.scores(own, np.array([[[2, 9]], [[2, 9]]])).tolist(),
                         [[[2, 0]], [[3.5, 3.5]]])


class Gating(unittest.TestCase):
    def gated(self, plane, own, tau):
        """Gated outputs of one channel, as lists of 0 and 1."""
        return predict(MACHINE, [tau], np.array([plane]),
                       networks=own).gated[0].astype(int).tolist()

    def test_a_score_exactly_at_the_threshold_is_gated(self):
        # Each is half the value on its left.
        own = networks("checkerboard", ({(1, 0): 0.5}, 0, MIDDLE, 0))
        for tau, expected in [(0.75, [[0, 1, 0, 0]]), (0.5, [[0, 0, 0, 0]]), (1, [[0, 1, 0, 1]])]:
            self.assertEqual(self.gated([[1.5, 9, 2, 9]], own, tau), expected, tau)

    def test_the_rounding_of_h_decides_at_the_threshold(self):
        odd, rounded = 1 + 2 ** -12, 1 + 2 ** -11
        own = networks("checkerboard", ({(1, 0): odd}, 0, MIDDLE, 0))
        self.assertEqual(self.gated([[odd, 9]], own, rounded), [[0, 1]])
        own = networks("checkerboard", ({(1, 0): 1}, 0, {(1, 1): odd}, 0))
        self.assertEqual(self.gated([[odd, 9]], own, rounded), [[0, 0]])

    def test_what_is_computed_first_is_never_gated_and_the_rest_whatever_its_value(self):
        own = networks("thirds", ({}, 0, {}, 0))
        self.assertEqual(self.gated([[-1, -1, 1, -1], [5, -5, -1, 5]], own, 0),
                         [[0, 1, 1, 0], [1, 1, 0, 1]])

    def test_every_channel_has_its_own_threshold(self):
        own = networks("checkerboard", ({}, 0, {}, 1), ({}, 0, {}, 1))
        prediction = predict(MACHINE, [0, 1], np.ones((2, 2, 2)), networks=own)
        self.assertEqual(prediction.gated.sum(axis=(1, 2)).tolist(), [0, 2])

    def test_windows_are_single_outputs(self):
        own = networks("quarter", ({}, 0, {}, 0))
        prediction = predict(MACHINE, [0], np.ones((1, 3, 3)), networks=own)
        self.assertEqual(prediction.window, (1, 1))
        self.assertEqual(prediction.peeks.sum(), 4)
        self.assertEqual(prediction.decision_macs, 17)


class Example(unittest.TestCase):
    """Three outputs in a row, of which the second is decided: its score is what the first is."""

    ROW = replace(POINT, H=1, W=3)
    LEFT = networks("checkerboard", ({(1, 0): 1}, 0, MIDDLE, 0))

    def has(self, values, **expected):
        machine = replace(MACHINE, decision_macs_per_cycle=10)
        counters = simulate(self.ROW, machine, np.array([[values]]), networks=self.LEFT)
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_a_decision_of_27_macs_takes_three_cycles(self):
        # Ifmap of 3 bytes 0-1, a weight 1-2, complete 12. Two outputs 12-13, drained at 15, decided
        # at 18, known at 20. The second 20-21, drained at 22; stored 22-23, complete 33.
        self.has([2, -1, 5], outputs=3, peeks=2, neighbors=1, comparisons=2, windows=3,
                 window_bits_peak=3, decision_macs=27, predicted_zero=0, tiles_peek=1,
                 tiles_neighbor=1, array_busy=2, predict_stall=7, memory_stall=12, drain_stall=0,
                 tail=1 + 1 + 10, cycles=33)

    def test_without_a_neighbor_that_is_left_the_store_waits_until_that_is_known(self):
        self.has([-2, 1, 5], predicted_zero=1, correct_zero=0, false_zero=1, macs_predicted=1,
                 tiles_neighbor=0, tiles_skipped=1, ofmap_writes=2, decision_macs=27, array_busy=1,
                 predict_stall=0, memory_stall=12, tail=7 + 1 + 10, cycles=31)

    def test_a_fully_connected_layer_decides_nothing_but_waits_for_the_prediction(self):
        # Loads complete 12, the tile 12-13, drained at 14 and known at 16: stored 16-17-27.
        point = replace(POINT, H=1, W=1)
        machine = replace(MACHINE, decision_macs_per_cycle=1)
        counters = simulate(point, machine, np.full((1, 1, 1), -1), networks=self.LEFT)
        expected = dict(peeks=1, neighbors=0, comparisons=1, predicted_zero=0, decision_macs=0,
                        tiles_peek=1, tiles_neighbor=0, cycles=27)
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_a_block_without_an_output_that_is_computed_first_costs_no_mac_and_knows_all(self):
        # Two rows of two, a block each. All but the first output have a score of 0.
        layer = replace(POINT, H=2, W=2)
        own = networks("quarter", ({}, 0, {}, 0))
        machine = replace(MACHINE, ifmap_buffer_bytes=4)
        counters = simulate(layer, machine, np.ones((1, 2, 2)), networks=own)
        expected = dict(decision_macs=12, predicted_zero=3, peeks=1, neighbors=3, tiles_peek=1,
                        tiles_skipped=2, ifmap_fill_bytes=4)
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_a_score_reads_values_of_a_block_that_is_computed_later(self):
        # The score of (0,1) is the value of (1,1), in the next block.
        layer = replace(POINT, H=2, W=2)
        own = networks("checkerboard", ({(2, 1): 1}, 0, MIDDLE, 0))
        for value, gated in [(0, 2), (1, 1)]:  # (1,0) has nothing below it.
            ofmap = np.array([[[5, 5], [5, value]]])
            for size in (4, 8):
                machine = replace(MACHINE, ifmap_buffer_bytes=size)
                counters = simulate(layer, machine, ofmap, networks=own)
                self.assertEqual(counters["predicted_zero"], gated)


class AsMasks(unittest.TestCase):
    # Of the page's example. Channel 0: an output is gated if neither the one above it nor the one
    # on its left is above 0; channel 1: if the one on its right is not.
    OWN = networks("checkerboard", ({(1, 1): 1}, 0, {(0, 1): 1, (1, 0): 1}, 0),
                   ({(1, 2): 1}, 0, MIDDLE, 0.5))
    FIRST = [[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]]
    # Computed first are, row by row, -3, 2; -2, 5; -1, -2; 0, -2 and 3, -1; -1, -4; -2, 6; -2, 2.
    GATED = [[[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0]],
             [[0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]]]

    def test_the_decisions_are_those_by_hand(self):
        prediction = predict(MACHINE, [0, 0.5], OFMAP, networks=self.OWN)
        self.assertEqual(prediction.peeks.astype(int).tolist(), self.FIRST)
        self.assertEqual(prediction.gated.astype(int).tolist(), self.GATED)

    def test_every_counter_is_that_of_masks_that_say_the_same(self):
        masks = Masks(np.array(self.FIRST) != 0, np.array(self.GATED) != 0, 18)
        for dispatch in ["gate", "row_skip", "packed", "balanced"]:
            for buffers in [{}, {"ofmap_buffer_bytes": 24, "weight_buffer_bytes": 8}]:
                machine = replace(MACHINE, threshold=[0, 0.5], dispatch=dispatch,
                                  decision_macs_per_cycle=5, **buffers)
                counters = simulate(LAYER, machine, OFMAP, networks=self.OWN)
                self.assertEqual(counters["predicted_zero"], 11)
                self.assertEqual(counters["decision_macs"], 18 * 16)
                self.assertEqual(counters, simulate(LAYER, replace(machine, policy="mask"), OFMAP,
                                                    masks=masks))

    def test_groups_have_the_networks_of_their_channels(self):
        layer = replace(POINT, C=2, K=2, H=1, W=2, groups=2)
        own = networks("checkerboard", ({}, 0, {}, 0), ({}, 0, {}, 1))
        for tau, gated in [(0, 1), ([0, 1], 2), ([-1, 1], 1)]:
            counters = simulate(layer, replace(MACHINE, threshold=tau), np.ones((2, 1, 2)),
                                networks=own)
            self.assertEqual(counters["predicted_zero"], gated)
            self.assertEqual(counters["decision_macs"], 2 * 18)


class Errors(unittest.TestCase):
    OWN = networks("checkerboard", *2 * [({}, 0, {}, 0)])

    def fails(self, error, own=OWN, **changed):
        with self.assertRaisesRegex(CannotRun, error):
            simulate(LAYER, replace(MACHINE, **changed), OFMAP, networks=own)

    def test_a_score_looks_further_than_what_a_filled_tile_knows(self):
        self.fails("further", dispatch="balanced_fill")

    def test_networks_are_of_as_many_channels_as_the_layer(self):
        for channels in ([0], [0, 1, 1]):
            self.fails("networks do not match", self.OWN.of(channels))

    def test_wrong_thresholds_and_peeks_are_errors_as_for_other_policies(self):
        self.fails("thresholds", threshold=[0, 0, 0])
        self.fails("peek", peeks=[[0, 2]])

    def test_a_layer_that_the_networks_do_not_know_is_not_one_of_this_policy(self):
        self.fails("no networks", None)


class Files(unittest.TestCase):
    def test_a_case_has_the_networks_under_zap_and_reads_back_as_it_was(self):
        drawn = (draw_case("zap files", i) for i in range(200))
        case = next(case for case in drawn if case.networks and case.layer.groups > 1)
        fields = json.loads(case.to_json())["zap"]
        self.assertEqual(list(fields), ["pattern", "kernel1", "bias1", "kernel2", "bias2"])
        K = case.layer.K
        for name, shape in [("kernel1", (K, 3, 3)), ("bias1", (K,)), ("kernel2", (K, 3, 3)),
                            ("bias2", (K,))]:
            self.assertEqual(np.shape(fields[name]), shape)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "case.json")
            with open(path, "w") as file:
                file.write(case.to_json())
            again = cases.read(path)
        self.assertEqual(again.to_json(), case.to_json())
        self.assertEqual(cases.differences(again), [])


if __name__ == "__main__":
    unittest.main()
