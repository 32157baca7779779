"""Skipped zero activations, look-ahead and banks, by hand: layers of one tile or two."""
import unittest
from dataclasses import replace

import numpy as np

from model import simulate
from shapes import CannotRun, Layer
from test_closed_form import LAYER, MACHINE, OFMAP

SKIP = replace(MACHINE, rows=1, cols=1, policy="none", gate_zero_activations=True,
               skip_zero_activations=True, ifmap_buffer_bytes=999, weight_buffer_bytes=999)
ZEROS = [0, 0, 0, 1, 2, 0, -0.0, 3]


def reduced(activations, **changed):
    """Counters of one output, a sum of `activations`; they may be None, of eight."""
    ifmap = None if activations is None else np.array(activations).reshape(-1, 1, 1)
    layer = Layer(C=8 if ifmap is None else len(ifmap), H=1, W=1, K=1, R=1, S=1, stride=1, pad=0,
                  dilation=1, groups=1, residual=False)
    return simulate(layer, replace(SKIP, **changed), np.ones((1, 1, 1)), ifmap)


def busy(activations, **changed):
    return reduced(activations, **changed)["array_busy"]


class Skipping(unittest.TestCase):
    def test_only_live_taps_take_time_and_are_read(self):
        counters = reduced(ZEROS)
        self.assertEqual(counters["array_busy"], 3)
        self.assertEqual((counters["ifmap_reads"], counters["weight_reads"]), (3, 3))
        self.assertEqual((counters["macs_executed"], counters["macs_zero_gated"]), (3, 5))
        self.assertEqual(counters["zero_flags"], 8)
        self.assertEqual(counters["weight_fill_bytes"], 8)

    def test_lanes_and_ports_take_live_taps(self):
        self.assertEqual(busy(ZEROS, lanes=2), 2)
        self.assertEqual(busy(ZEROS, lanes=8), 1)
        self.assertEqual(busy(ZEROS, lanes=8, ifmap_read_width=1), 3)
        self.assertEqual(busy(ZEROS, lanes=8, weight_read_width=2), 2)

    def test_look_ahead_sums_over_runs_of_which_each_takes_at_least_a_cycle(self):
        # Runs of 2 hold 0, 1, 1, 1 live taps; of 3: 0, 2, 1; of 4: 1, 2; of 5: 2, 1.
        for h, lanes, cycles in [(1, 1, 8), (2, 1, 4), (3, 1, 1 + 2 + 1), (4, 1, 1 + 2),
                                 (3, 2, 3), (4, 2, 2), (5, 2, 2), (8, 2, 2), (9, 2, 2), (0, 2, 2)]:
            self.assertEqual(busy(ZEROS, zero_lookahead=h, lanes=lanes), cycles, (h, lanes))

    def test_look_ahead_slows_the_lanes_only(self):
        counters = reduced(ZEROS, zero_lookahead=1, ifmap_read_width=1, lanes=4)
        self.assertEqual(counters["array_busy"], 8)
        self.assertEqual(counters["ifmap_reads"], 3)

    def test_a_chunk_without_a_live_tap_executes_one(self):
        counters = reduced([0] * 8)
        self.assertEqual((counters["array_busy"], counters["ifmap_reads"]), (1, 1))
        self.assertEqual((counters["macs_executed"], counters["macs_zero_gated"]), (0, 8))
        self.assertEqual(busy([0] * 8, zero_lookahead=3), 3)

    def test_every_chunk_of_streamed_weights_has_live_taps_and_runs_of_its_own(self):
        # Chunks of 3, 3 and 2 taps: none live, which counts one; two; one.
        counters = reduced(ZEROS, weight_buffer_bytes=6, lanes=2)
        self.assertEqual((counters["array_busy"], counters["ifmap_reads"]), (1 + 1 + 1, 1 + 2 + 1))
        self.assertEqual(counters["zero_flags"], 8)
        self.assertEqual(counters["weight_fill_bytes"], 8)
        # Runs of 2 and 1, 2 and 1, 2.
        self.assertEqual(busy(ZEROS, weight_buffer_bytes=6, lanes=2, zero_lookahead=2), 2 + 2 + 1)

    def test_without_values_nothing_is_skipped_and_look_ahead_has_no_effect(self):
        counters = reduced(None, lanes=3, zero_lookahead=2)
        self.assertEqual(counters["array_busy"], 3)
        self.assertEqual((counters["ifmap_reads"], counters["zero_flags"]), (8, 0))

    def test_look_ahead_without_skipping_has_no_effect(self):
        for h in [0, 1, 99]:
            self.assertEqual(busy(ZEROS, skip_zero_activations=False, zero_lookahead=h), 8)

    def test_padding_is_not_live(self):
        layer = replace(LAYER, H=1, W=1, K=1, R=3, S=3, pad=1)
        counters = simulate(layer, SKIP, np.ones((1, 1, 1)), np.ones((1, 1, 1)))
        self.assertEqual((counters["array_busy"], counters["zero_flags"]), (1, 9))
        self.assertEqual(counters["macs_zero_gated"], 8)

    def test_a_tap_is_live_if_it_is_for_one_of_the_positions_of_the_tile(self):
        # Two positions of two channels: channel 0 is live at the right, channel 1 nowhere.
        layer = replace(LAYER, C=2, H=1, W=2, K=1, R=1, S=1)
        ifmap = np.array([[[0, 5]], [[0, 0]]])
        counters = simulate(layer, replace(SKIP, rows=2), np.ones((1, 1, 2)), ifmap)
        self.assertEqual((counters["array_busy"], counters["ifmap_reads"]), (1, 2))
        self.assertEqual((counters["weight_reads"], counters["zero_flags"]), (1, 4))
        self.assertEqual((counters["macs_executed"], counters["macs_zero_gated"]), (1, 3))

    def test_a_row_of_a_gate_tile_without_a_live_pe_makes_no_tap_live(self):
        layer = replace(LAYER, C=3, H=1, W=2, K=1, R=1, S=1)
        ifmap = np.array([[[1, 0]], [[1, 0]], [[1, 1]]])
        machine = replace(SKIP, rows=2, policy="oracle")
        for ofmap, live in [([1, -1], 3), ([-1, 1], 1), ([1, 1], 3)]:
            counters = simulate(layer, machine, np.array([[ofmap]]), ifmap)
            self.assertEqual(counters["array_busy"], live, ofmap)

    def test_taps_run_from_channel_over_kernel_row_to_kernel_column(self):
        # Four taps of which two are live, in runs of two: both in one run takes a cycle more.
        layer = replace(LAYER, H=2, W=2, K=1)
        for ifmap, cycles in [([[1, 1], [0, 0]], 3), ([[1, 0], [1, 0]], 2)]:
            counters = simulate(layer, replace(SKIP, zero_lookahead=2), np.ones((1, 1, 1)),
                                np.array([ifmap]))
            self.assertEqual(counters["array_busy"], cycles)
        layer = replace(LAYER, C=2, H=1, W=2, K=1, R=1)
        for ifmap, cycles in [([[[1, 1]], [[0, 0]]], 3), ([[[1, 0]], [[1, 0]]], 2)]:
            counters = simulate(layer, replace(SKIP, zero_lookahead=2), np.ones((1, 1, 1)),
                                np.array(ifmap))
            self.assertEqual(counters["array_busy"], cycles)

    def test_every_group_of_a_grouped_convolution_has_its_own_zeros(self):
        layer = replace(LAYER, C=4, H=1, W=1, K=2, R=1, S=1, groups=2)
        counters = simulate(layer, SKIP, np.ones((2, 1, 1)),
                            np.array([1, 1, 0, 0]).reshape(4, 1, 1))
        self.assertEqual((counters["array_busy"], counters["ifmap_reads"]), (2 + 1, 2 + 1))

    def test_peek_tiles_filled_tiles_and_jobs_skip_too(self):
        # The example with 3 rows (test_dispatch.py), row 0 of its ifmap live: so are two taps of
        # the positions of row 0. Peek tiles: two of three such; none; two that were taken in, none
        # of the peeks. Two jobs with four positions: none.
        ifmap = np.zeros((1, 5, 5))
        ifmap[0, 0] = 1
        machine = replace(SKIP, dispatch="balanced_fill", rows=3, cols=2, policy="peek")
        counters = simulate(LAYER, machine, OFMAP, ifmap)
        self.assertEqual(counters["array_busy"], 2 + 1 + 2 + 1)
        self.assertEqual(counters["ifmap_reads"], 3 * 2 + 3 + 4 * 2 + 4)
        self.assertEqual(counters["weight_reads"], 2 * (2 + 1 + 2 + 1))
        self.assertEqual(counters["multicast_reads"], 2 * 2 + 4)
        self.assertEqual((counters["latched_operands"], counters["weight_selects"]), (4, 2))
        self.assertEqual(counters["zero_flags"], (3 + 3 + 4 + 4) * 4)

    def test_skipping_without_gating_and_negative_look_ahead_are_errors(self):
        for wrong in [{"gate_zero_activations": False}, {"zero_lookahead": -1},
                      {"zero_lookahead": -1, "skip_zero_activations": False}]:
            for policy in ["none", "peek", "oracle", "perforate"]:
                for activations in [ZEROS, None]:
                    with self.assertRaises(CannotRun, msg=wrong):
                        reduced(activations, policy=policy, **wrong)


class Banks(unittest.TestCase):
    PLAIN = replace(SKIP, skip_zero_activations=False, rows=4, lanes=99, ifmap_read_width=4)

    def busy(self, ifmap=None, H=1, W=4, R=1, S=1, stride=1, pad=0, dilation=1, **changed):
        layer = Layer(C=1, H=H, W=W, K=1, R=R, S=S, stride=stride, pad=pad, dilation=dilation,
                      groups=1, residual=False)
        counters = simulate(layer, replace(self.PLAIN, **changed), np.ones((1, layer.P, layer.Q)),
                            None if ifmap is None else np.array(ifmap))
        return counters["array_busy"]

    def test_neighbors_in_a_row_of_the_map_lie_in_different_banks(self):
        for banks in [0, 1, 2, 4]:
            self.assertEqual(self.busy(ifmap_banks=banks), 1)
        # Of three banks with one element a cycle each, bank 0 holds columns 0 and 3.
        self.assertEqual(self.busy(ifmap_banks=3), 2)

    def test_positions_in_a_column_of_the_map_lie_in_one_bank(self):
        self.assertEqual(self.busy(H=4, W=1, ifmap_banks=2), 2)
        self.assertEqual(self.busy(H=4, W=1, ifmap_banks=4), 4)

    def test_a_stride_leaves_banks_idle_if_they_have_a_factor_in_common(self):
        # Columns 0, 2, 4 and 6.
        self.assertEqual(self.busy(W=8, stride=2, ifmap_banks=2), 2)
        self.assertEqual(self.busy(W=8, stride=2, ifmap_banks=4), 2)
        self.assertEqual(self.busy(W=8, stride=2, ifmap_banks=3), 2)
        self.assertEqual(self.busy(W=8, stride=2, ifmap_banks=5, ifmap_read_width=5), 1)

    def test_a_dilation_does_so_too(self):
        # One output of columns 0 and 2 in two banks; of columns 0 and 3.
        self.assertEqual(self.busy(W=3, S=2, dilation=2, ifmap_banks=2, ifmap_read_width=2), 2)
        self.assertEqual(self.busy(W=4, S=2, dilation=3, ifmap_banks=2, ifmap_read_width=2), 1)

    def test_padding_on_the_left_lies_in_the_banks_before_bank_0(self):
        # Nine elements in columns -1, 0 and 1, three each.
        one = dict(W=1, R=3, S=3, pad=1)
        self.assertEqual(self.busy(**one, ifmap_banks=0, ifmap_read_width=2), 5)
        self.assertEqual(self.busy(**one, ifmap_banks=2, ifmap_read_width=2), 6)
        # Columns -1, 0 and 1 are banks 2, 0 and 1.
        self.assertEqual(self.busy(**one, ifmap_banks=3, ifmap_read_width=3), 3)
        # Columns -2 and 1 are both bank 1.
        self.assertEqual(self.busy(W=1, S=2, R=1, pad=2, dilation=3, rows=1, stride=9,
                                   ifmap_banks=3, ifmap_read_width=3), 2)

    def test_what_the_banks_do_not_share_evenly_is_lost(self):
        # Eight columns of a tile through ports of 7 elements: ⌊7/4⌋ = 1 for each of four banks.
        self.assertEqual(self.busy(W=8, rows=8, ifmap_read_width=7, ifmap_banks=0), 2)
        self.assertEqual(self.busy(W=8, rows=8, ifmap_read_width=7, ifmap_banks=4), 2)
        self.assertEqual(self.busy(W=8, rows=8, ifmap_read_width=7, ifmap_banks=2), 2)
        self.assertEqual(self.busy(W=8, rows=8, ifmap_read_width=5, ifmap_banks=3), 3)

    def test_banks_deliver_live_taps_only(self):
        skips = dict(skip_zero_activations=True, ifmap_banks=2, ifmap_read_width=2, rows=1)
        # Columns 0, 1 and 2 of three taps: two elements in bank 0, or one.
        self.assertEqual(self.busy([[[1, 1, 1]]], W=3, S=3, **skips), 2)
        self.assertEqual(self.busy([[[0, 1, 1]]], W=3, S=3, **skips), 1)

    def test_a_chunk_without_a_live_tap_reads_its_first(self):
        skips = dict(skip_zero_activations=True, ifmap_banks=2, ifmap_read_width=2, rows=2)
        # Two positions two columns apart: their first taps lie in one bank.
        self.assertEqual(self.busy(np.zeros((1, 1, 4)), S=2, stride=2, **skips), 2)
        self.assertEqual(self.busy(np.zeros((1, 1, 3)), W=3, S=2, **skips), 1)

    def test_banks_change_nothing_but_time(self):
        machine = replace(MACHINE, rows=3, lanes=99, ifmap_read_width=4)
        plain, banked = (simulate(LAYER, replace(machine, ifmap_banks=banks), OFMAP)
                         for banks in (0, 4))
        times = "cycles array_busy predict_stall drain_stall memory_stall tail".split()
        self.assertGreater(banked["array_busy"], plain["array_busy"])
        for counters in (plain, banked):
            for name in times:
                del counters[name]
        self.assertEqual(plain, banked)

    def test_banks_of_less_than_an_element_or_of_an_unlimited_port_are_errors(self):
        for banks, width in [(5, 4), (1, 0), (-1, 4), (-1, 0)]:
            for policy in ["none", "peek", "oracle", "perforate"]:
                with self.assertRaises(CannotRun, msg=(banks, width)):
                    self.busy(ifmap_banks=banks, ifmap_read_width=width, policy=policy)


if __name__ == "__main__":
    unittest.main()
