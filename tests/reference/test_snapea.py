"""Outputs that are cut short, by hand: the order of taps, where outputs end, and what it costs."""
import unittest
from dataclasses import replace

import numpy as np

import snapea
from model import simulate
from operands import terms_of
from shapes import CannotRun
from test_closed_form import LAYER, MACHINE
from test_lookahead import operands

POINT = replace(LAYER, C=4, H=1, W=2, K=2, R=1, S=1)
MACHINE = replace(MACHINE, policy="snapea")


class Order(unittest.TestCase):
    WEIGHTS = [1, -2, 3, -4, 0, -2]

    def test_without_speculation_the_negative_weights_come_last_the_largest_first(self):
        self.assertEqual(snapea.order(self.WEIGHTS, 0), [0, 2, 4, 3, 1, 5])
        self.assertEqual(snapea.last_taps(self.WEIGHTS, 0), [3, 1, 5])

    def test_of_every_group_of_ascending_magnitudes_the_last_is_speculated(self):
        # Ascending: 4 0 | 1 5 | 2 3; and 4 0 1 | 5 2 3; and all alone.
        self.assertEqual(snapea.order(self.WEIGHTS, 3), [0, 5, 3, 2, 4, 1])
        self.assertEqual(snapea.order(self.WEIGHTS, 2), [1, 3, 0, 2, 4, 5])
        self.assertEqual(snapea.order(self.WEIGHTS, 6), [4, 0, 1, 5, 2, 3])

    def test_groups_of_unequal_size_are_cut_where_the_shares_are_rounded_down(self):
        # Five weights in two groups: places 0-1 and 2-4; in three: 0, 1-2, 3-4.
        self.assertEqual(snapea.speculated_taps([1, 2, 3, 4, 5], 2), [1, 4])
        self.assertEqual(snapea.speculated_taps([1, 2, 3, 4, 5], 3), [0, 2, 4])

    def test_a_weight_of_minus_zero_is_not_negative(self):
        self.assertEqual(snapea.order([-1, -0.0, 2], 0), [1, 2, 0])

    def test_the_speculated_taps_are_rounded_up_from_the_percentage(self):
        ifmap, own = np.ones((6, 1, 1)), operands([self.WEIGHTS])
        terms = terms_of(replace(POINT, C=6, W=1, K=1), ifmap, ifmap, own)
        for percent, m in [(0, 0), (1, 1), (16, 1), (17, 2), (50, 3), (51, 4), (100, 6)]:
            cut = snapea.cut(replace(MACHINE, speculated_percent=percent), [0], terms)
            self.assertEqual(cut.speculated, m)


class WhereOutputsEnd(unittest.TestCase):
    def n(self, activations, weights, tau=0, percent=0, bias=None, residual=None):
        """The taps that one output takes."""
        ifmap = np.array(activations, dtype=float).reshape(-1, 1, 1)
        layer = replace(POINT, C=len(ifmap), W=1, K=1)
        own = operands([weights], None if bias is None else [bias],
                       None if residual is None else [[[residual]]])
        machine = replace(MACHINE, speculated_percent=percent)
        return int(snapea.cut(machine, [tau], terms_of(layer, ifmap, ifmap, own)).taken[0, 0, 0])

    def test_an_output_ends_when_only_negative_weights_are_left_and_it_is_not_above_0(self):
        # In order 1, 3, 0 and -4, -2, -2: 1, 4, 4, 0.
        self.assertEqual(self.n([1] * 6, Order.WEIGHTS), 4)
        self.assertEqual(self.n([0, 1, 0, 1, 1, 1], Order.WEIGHTS), 3)
        self.assertEqual(self.n([9, 1, 0, 1, 1, 1], Order.WEIGHTS), 6)

    def test_bias_and_residual_count(self):
        self.assertEqual(self.n([1] * 6, Order.WEIGHTS, bias=1), 5)
        self.assertEqual(self.n([1] * 6, Order.WEIGHTS, bias=1, residual=-1), 4)
        self.assertEqual(self.n([1] * 6, Order.WEIGHTS, residual=-4), 3)

    def test_it_does_not_end_before_the_first_tap_nor_with_the_last(self):
        self.assertEqual(self.n([0, 0, 0], [-1, -1, -1], bias=-5), 1)
        self.assertEqual(self.n([1], [-1]), 1)
        self.assertEqual(self.n([1, 1], [1, -1]), 2)
        self.assertEqual(self.n([0, 1], [1, -1]), 1)

    def test_while_there_are_other_weights_it_goes_on(self):
        self.assertEqual(self.n([0, 0, 0], [1, 1, 1], bias=-5), 3)
        self.assertEqual(self.n([1, 0, 0], [-1, 1, 0]), 3 - 1)

    def test_a_guess_compares_with_the_threshold_after_the_speculated_taps_only(self):
        # Half of the taps: 0 (1), 5 (-2) and 3 (-4) make 1, -1, -5; then 3 and 0 and -2.
        speculates = dict(percent=50)
        self.assertEqual(self.n([1] * 6, Order.WEIGHTS, **speculates), 3)
        self.assertEqual(self.n([1] * 6, Order.WEIGHTS, tau=-5, **speculates), 3)
        # -5, -2, -2, and then only a negative one is left.
        self.assertEqual(self.n([1] * 6, Order.WEIGHTS, tau=-5.25, **speculates), 5)
        self.assertEqual(self.n([1, 1, 2, 1, 1, 1], Order.WEIGHTS, tau=-6, **speculates), 6)

    def test_a_guess_after_all_taps_is_none(self):
        self.assertEqual(self.n([0] * 6, Order.WEIGHTS, percent=100), 6)

    def test_a_speculated_negative_weight_is_not_waited_for_again(self):
        # m = 1: the tap of -3 alone is speculated; nothing negative is left, so nothing is certain.
        self.assertEqual(self.n([1, 1], [1, -3], tau=-9, percent=1), 2)

    def test_the_value_is_that_of_single_precision(self):
        # The last tap is speculated, and makes what single precision rounds to the threshold, 1.
        self.assertEqual(self.n([5, 1 + 2.0 ** -30], [1, 1], tau=1, percent=1), 1)
        # But the sum is that of double precision: 2⁻³⁰ is left of 1 + 2⁻³⁰ - 1.
        self.assertEqual(self.n([1, 2.0 ** -30, 1, 0], [1, 1, -1, -1]), 4)
        self.assertEqual(self.n([1, 0, 1, 0], [1, 1, -1, -1]), 3)

    def test_the_bias_is_added_before_the_residual(self):
        # Nothing is left of a 1 after 2⁷⁰ and -2⁷⁰.
        self.assertEqual(self.n([1, 1], [1, -0.5], bias=2.0 ** 70, residual=-2.0 ** 70), 1)


class Example(unittest.TestCase):
    """Channel 0 takes its taps in the order 0, 3, 1, 2, channel 1 in the order 1, 2, 3, 0. The left
    position is cut short in channel 0 after 3 taps (1, 2, 0), the right one after 2 (0, 0).
    """

    WEIGHTS = [[1, -2, -1, 1], [-1, 1, 1, 1]]
    IFMAP = np.array([[1, 0], [1, 2], [1, 0], [1, 0]]).reshape(4, 1, 2)
    OFMAP = np.array([[-1, -4], [2, 2]]).reshape(2, 1, 2)

    def has(self, expected, ifmap=IFMAP, ofmap=OFMAP, **changed):
        counters = simulate(POINT, replace(MACHINE, **changed), ofmap, ifmap, None,
                            operands(self.WEIGHTS))
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_a_tile_is_as_long_as_its_longest_output(self):
        # Ifmap of 8 bytes 0-2, weights 2-4, complete 14. The tile runs 14-18, drains two rows to
        # 20; four bytes are stored.
        self.has(dict(cut_short=2, predicted_zero=2, correct_zero=2, false_zero=0,
                      macs_total=16, macs_predicted=1 + 2, macs_executed=13, macs_zero_gated=0,
                      ifmap_reads=13, multicast_reads=13, latched_operands=13, weight_reads=3 + 4,
                      ofmap_writes=4, comparisons=0, windows=0, peeks=0, neighbors=0, tiles_dense=1,
                      array_busy=4, memory_stall=14, drain_stall=0, predict_stall=0,
                      tail=2 + 1 + 10, cycles=31))

    def test_zeros_count_only_among_the_taps_that_are_taken(self):
        # The right position has zeros at taps 0, 2 and 3: channel 0 takes two of them.
        self.has(dict(macs_zero_gated=2 + 3, macs_executed=13 - 5), gate_zero_activations=True)

    def test_lanes_and_ports_limit_a_tile(self):
        self.has(dict(array_busy=2), lanes=2)
        self.has(dict(array_busy=1), lanes=8)
        self.has(dict(array_busy=5), lanes=8, ifmap_read_width=3)
        self.has(dict(array_busy=4), lanes=8, weight_read_width=2)

    def test_one_row_at_a_time_takes_as_long_as_the_longest_of_each(self):
        self.has(dict(array_busy=4 + 4, weight_reads=7 + 6, tiles_dense=2), rows=1)

    def test_one_column_at_a_time_is_a_step_for_each_channel(self):
        self.has(dict(array_busy=3 + 4, weight_reads=3 + 4, tiles_dense=2), cols=1)

    def test_streamed_weights_come_in_the_order_of_the_taps(self):
        # Chunks of three taps and one: [3, 2] and [3, 3]; [0, 0] and [1, 1].
        self.has(dict(array_busy=3 + 1, weight_reads=3 + 3 + 0 + 1, ifmap_reads=13,
                      weight_fill_bytes=8), weight_buffer_bytes=12)
        self.has(dict(array_busy=4 + 1), weight_buffer_bytes=12, ifmap_read_width=3)

    def test_a_chunk_that_no_output_needs_still_takes_a_cycle_and_its_load(self):
        # One column: in the chunk of the last tap nothing is left of channel 0.
        self.has(dict(array_busy=3 + 1 + 3 + 1, weight_reads=3 + 0 + 3 + 1, weight_fill_bytes=8),
                 cols=1, weight_buffer_bytes=6)

    def test_a_negative_activation_makes_the_layer_dense(self):
        ifmap = self.IFMAP.copy()
        ifmap[3, 0, 1] = -1
        self.has(dict(cut_short=0, comparisons=0, macs_predicted=0, multicast_reads=0,
                      ifmap_reads=8, weight_reads=8, tiles_dense=1, array_busy=4), ifmap=ifmap,
                 speculated_percent=50, retire_alone=1)

    def test_a_guess_costs_a_comparison_for_each_output(self):
        # A quarter, one tap: the largest. Channel 0: tap 1, -2 and -4, both cut at once. Channel 1:
        # all are of magnitude 1, the last is tap 3: 1 and 0. The right one is a wrong guess.
        self.has(dict(comparisons=4, cut_short=3, correct_zero=2, false_zero=1,
                      macs_predicted=3 * 3, weight_reads=1 + 4, array_busy=4),
                 speculated_percent=25)
        # Later, if at all: channel 0 has 1, 1 at the left and 0 at the right after taps 0 and 3.
        self.has(dict(comparisons=4, cut_short=2), speculated_percent=25, threshold=-2)

    def test_it_needs_weights_and_activations_and_can_neither_skip_nor_use_banks(self):
        own = operands(self.WEIGHTS)
        for ifmap, known, error, changed in [
                (self.IFMAP, None, "weights", {}), (None, own, "ifmap", {}),
                (self.IFMAP, own, "skipped", dict(gate_zero_activations=True,
                                                  skip_zero_activations=True)),
                (self.IFMAP, own, "banks", dict(ifmap_read_width=4, ifmap_banks=2))]:
            with self.assertRaisesRegex(CannotRun, error):
                simulate(POINT, replace(MACHINE, **changed), self.OFMAP, ifmap, None, known)


class RetiringAlone(unittest.TestCase):
    def cycles(self, columns, **changed):
        return snapea.cycles_alone(replace(MACHINE, retire_alone=1, **changed), columns)

    def test_a_pe_that_is_free_takes_the_next_position_of_its_column(self):
        # Two rows: 5 and 1; the lower is free at 1 and takes 1, 1, 1 and, at 4, 3 more.
        self.assertEqual(self.cycles([[5, 1, 1, 1, 1, 3]], rows=2), 1 + 1 + 1 + 1 + 3)
        self.assertEqual(self.cycles([[5, 1, 1, 1, 1, 3], [8, 1, 1, 1, 1, 1]], rows=2), 8)

    def test_every_output_takes_whole_cycles(self):
        self.assertEqual(self.cycles([[5, 5, 5]], rows=1, lanes=2), 9)

    def test_ports_deliver_every_element_for_itself(self):
        columns = [[4, 4], [2, 2]]
        self.assertEqual(self.cycles(columns, rows=2), 4)
        self.assertEqual(self.cycles(columns, rows=2, ifmap_read_width=2), 6)
        self.assertEqual(self.cycles(columns, rows=2, weight_read_width=1), 12)

    def test_one_output_of_a_column_leaves_in_a_cycle(self):
        # Ten outputs of one cycle each on four rows: three waves, but six leave before the drain.
        self.assertEqual(self.cycles([[1] * 10], rows=4), 6)
        self.assertEqual(self.cycles([[1] * 3], rows=4), 1)

    def test_a_step_is_one_tile_that_drains_as_many_rows_as_there_are(self):
        # One row: 3 + 2 cycles in column 0, 4 + 4 in column 1. 14-22, drained at 23.
        counters = simulate(POINT, replace(MACHINE, rows=1, retire_alone=1), Example.OFMAP,
                            Example.IFMAP, None, operands(Example.WEIGHTS))
        expected = dict(tiles_dense=1, array_busy=8, ifmap_reads=13, weight_reads=13,
                        multicast_reads=13, ofmap_writes=4, memory_stall=14, tail=1 + 1 + 10,
                        cycles=34)
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_with_streamed_weights_no_pe_is_ahead_of_the_others(self):
        alone, together = (simulate(POINT, replace(MACHINE, rows=1, weight_buffer_bytes=12,
                                                   retire_alone=r), Example.OFMAP, Example.IFMAP,
                                    None, operands(Example.WEIGHTS)) for r in (1, 0))
        self.assertEqual(alone, together)


if __name__ == "__main__":
    unittest.main()
