"""Low-precision look-ahead, by hand: what is estimated, and what the pass over all costs."""
import unittest
from dataclasses import replace

import numpy as np

import lookahead
from model import simulate
from operands import Operands, terms_of
from shapes import CannotRun
from test_closed_form import LAYER, MACHINE

POINT = replace(LAYER, C=2, H=1, W=3, K=1, R=1, S=1)
MACHINE = replace(MACHINE, policy="lookahead", lookahead_bits=2)
# Three outputs of weights 2 and -1: 3, -3 and -1.
IFMAP = np.array([[[3, 0, 1]], [[3, 3, 3]]])
WEIGHTS = [2, -1]
OFMAP = np.array([[[3, -3, -1]]])


def operands(weights, bias=None, residual=None):
    """Of 1×1 kernels, `weights` [K][C]."""
    weights = np.array(weights, ndmin=2)
    return Operands(weights.reshape(*weights.shape, 1, 1),
                    None if bias is None else np.array(bias),
                    None if residual is None else np.array(residual))


def estimates(ifmap, weights, bits, bias=None, residual=None):
    """Of one row of outputs: `ifmap` is [C][W], `weights` [K][C]; lists of a list per channel."""
    ifmap = np.array(ifmap)[:, np.newaxis]
    own = operands(weights, bias, residual)
    layer = replace(POINT, C=len(ifmap), W=ifmap.shape[2], K=len(own.weights))
    return lookahead.estimates(bits, terms_of(layer, ifmap, ifmap, own))[:, 0].tolist()


class Estimates(unittest.TestCase):
    def test_at_2_bits_activations_are_0_to_3_and_weights_minus_1_to_1(self):
        # A step is 1 for activations and 2 for weights; -1/2 is rounded to the even 0.
        self.assertEqual(estimates([[3, 0, 1], [3, 3, 3]], WEIGHTS, 2), [[6, 0, 2]])

    def test_halves_are_rounded_to_the_even_neighbor(self):
        # Of 0 to 15 in steps of 1: 0.5, 1.5, 2.5 and 3.5 become 0, 2, 2 and 4.
        self.assertEqual(estimates([[15, 0.5, 1.5, 2.5, 3.5, 0.75]], [[7]], 4),
                         [[7 * x for x in (15, 0, 2, 2, 4, 1)]])

    def test_a_negative_activation_halves_the_steps(self):
        # From -7 to 7: one of magnitude 7 makes a step of 1, whatever its sign.
        self.assertEqual(estimates([[-7, 2.5, -1.5]], [[7]], 4), [[-49, 14, -14]])

    def test_every_channel_has_steps_of_its_own(self):
        self.assertEqual(estimates([[15, 0], [0, 15]], [[7, 1], [70, 10]], 4),
                         [[105, 15], [1050, 150]])

    def test_bias_and_residual_are_added_at_full_precision(self):
        self.assertEqual(estimates([[3, 0]], [[1]], 2, [0.25], [[[0.125, -8]]]), [[3.375, -7.75]])

    def test_with_nothing_but_zeros_the_estimate_is_what_is_added(self):
        self.assertEqual(estimates([[0, 0]], [[1], [2]], 4, [0.5, -1]), [[0.5, 0.5], [-1, -1]])
        self.assertEqual(estimates([[1, 2]], [[0]], 4, [0.5]), [[0.5, 0.5]])

    def test_what_8_bits_hold_is_estimated_exactly(self):
        random = np.random.default_rng(1)
        for low, high in [(0, 255), (-127, 127)]:
            ifmap = random.integers(low, high, (5, 8), endpoint=True)
            weights = random.integers(-127, 127, (4, 5), endpoint=True)
            ifmap[0, 0], weights[:, 0] = high, -127
            self.assertEqual(estimates(ifmap, weights, 8), (weights @ ifmap).tolist())


class Gating(unittest.TestCase):
    def test_if_8_bits_hold_all_values_exactly_the_outputs_up_to_the_threshold_are_gated(self):
        random = np.random.default_rng(2)
        ifmap = random.integers(0, 255, (5, 3, 6), endpoint=True)
        weights = random.integers(-127, 127, (4, 5), endpoint=True)
        ifmap[0, 0, 0], weights[:, 0] = 255, 127
        ofmap = np.einsum("kc,cpq->kpq", weights, ifmap)
        layer = replace(POINT, C=5, H=3, W=6, K=4)
        machine = replace(MACHINE, lookahead_bits=8, ifmap_buffer_bytes=999,
                          ofmap_buffer_bytes=999, weight_buffer_bytes=999)
        for tau in [0, int(ofmap[1, 2, 3]), -20000]:
            counters = simulate(layer, replace(machine, threshold=tau), ofmap, ifmap, None,
                                operands(weights))
            self.assertEqual(counters["predicted_zero"], np.count_nonzero(ofmap <= tau))
            if tau == 0:
                self.assertEqual(counters["false_zero"], 0)

    def test_the_largest_activation_and_the_sign_are_those_of_all_groups(self):
        # Two bits, weights of 1: three steps of 1, and nothing is gated; of 3, and both 1 become 0;
        # one step of 3 in either direction, and -3 is gated too.
        layer = replace(POINT, C=2, W=2, K=2, groups=2)
        for other, gated in [([3, 1], 0), ([9, 1], 2), ([-3, 1], 3)]:
            ifmap = np.array([[[3, 1]], [other]])
            counters = simulate(layer, MACHINE, ifmap, ifmap, None, operands([[1], [1]]))
            self.assertEqual(counters["predicted_zero"], gated, other)

    def test_every_channel_has_its_own_threshold(self):
        layer = replace(POINT, C=1, K=2)
        ifmap, weights = np.array([[[3, 2, 1]]]), operands([[1], [1]])
        counters = simulate(layer, replace(MACHINE, threshold=[2, -1]), np.ones((2, 1, 3)), ifmap,
                            None, weights)
        self.assertEqual((counters["predicted_zero"], counters["false_zero"]), (2, 2))


class Example(unittest.TestCase):
    def has(self, expected, layer=POINT, weights=WEIGHTS, **changed):
        counters = simulate(layer, replace(MACHINE, **changed), OFMAP, IFMAP, None,
                            operands(weights))
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_one_tile_of_each_pass(self):
        # Ifmap of 6 bytes 0-2, weights of 2 bytes 2-3, complete 13. The look-ahead takes ⌈2/4⌉: to
        # 14, drains three rows to 17, and is predicted at 19. Two live rows 19-21, drained at 23.
        self.has(dict(predicted_zero=1, correct_zero=1, false_zero=0, macs_predicted=2,
                      macs_executed=4, outputs=3, peeks=0, neighbors=3, comparisons=3, windows=3,
                      window_bits_peak=3, tiles_lookahead=1, tiles_neighbor=1, tiles_peek=0,
                      lookahead_macs=6, lookahead_ifmap_reads=6, lookahead_weight_reads=2,
                      ifmap_reads=4, weight_reads=2, ofmap_writes=2, weight_fill_bytes=2,
                      array_busy=1 + 2, predict_stall=5, memory_stall=13, drain_stall=0,
                      tail=2 + 1 + 10, cycles=34))

    def test_the_whole_time_of_a_tile_is_divided_and_rounded_up_once(self):
        # Six elements, one at a time: 6 cycles at full precision, and 4 for the neighbors.
        for ratio, cycles in [(1, 6), (2, 3), (4, 2), (5, 2), (6, 1), (64, 1)]:
            self.has(dict(array_busy=cycles + 4), ifmap_read_width=1, lookahead_ratio=ratio)

    def test_if_nothing_is_left_the_step_ends_but_is_stored_only_when_that_is_known(self):
        # Step 13-14; drained at 17, known at 19; three bytes.
        self.has(dict(predicted_zero=3, correct_zero=2, false_zero=1, tiles_neighbor=0,
                      tiles_skipped=1, ifmap_reads=0, ofmap_writes=0, array_busy=1,
                      predict_stall=0, tail=5 + 1 + 10, cycles=30), threshold=6)

    def test_streamed_weights_are_loaded_for_both_passes(self):
        # Two chunks of a tap each: ⌈1/4⌉ each in the look-ahead.
        self.has(dict(weight_fill_bytes=4, lookahead_macs=6, array_busy=2 + 2), cols=1,
                 weight_buffer_bytes=2)

    def test_the_loads_of_the_neighbors_wait_for_the_prediction(self):
        # Ifmap 0-2, chunks 2-3 and 3-4, complete 13 and 14. The look-ahead runs 13-14-15, drains to
        # 18 and is predicted at 20. Only then chunk 3 is requested: complete 31, chunk 4 at 32.
        self.has(dict(memory_stall=13 + 11, predict_stall=5, array_busy=4, tail=2 + 1 + 10,
                      cycles=46), cols=1, weight_buffer_bytes=2)

    def test_dead_taps_are_skipped_in_both_passes(self):
        # Each tap is live for one of the three positions. For the two that are left too.
        skips = dict(gate_zero_activations=True, skip_zero_activations=True)
        self.has(dict(lookahead_macs=6, zero_flags=6 + 4, macs_zero_gated=0), **skips)
        # Alone in its tile, the second position has one live tap of two.
        self.has(dict(lookahead_macs=2 + 1 + 2, lookahead_ifmap_reads=5, zero_flags=6 + 4,
                      lookahead_weight_reads=5, array_busy=5 + 4), rows=1, lookahead_ratio=1,
                 **skips)

    def test_it_needs_weights_and_activations_and_one_precision_for_each_tile(self):
        own = operands(WEIGHTS)
        for arguments, error in [((IFMAP, None, None), "weights"), ((None, None, own), "ifmap")]:
            with self.assertRaisesRegex(CannotRun, error):
                simulate(POINT, MACHINE, OFMAP, *arguments)
        with self.assertRaisesRegex(CannotRun, "precisions"):
            simulate(POINT, replace(MACHINE, dispatch="balanced_fill"), OFMAP, IFMAP, None, own)


if __name__ == "__main__":
    unittest.main()
