"""Layers whose counters a person can work out, the example of docs/machine.md first."""
import unittest
from dataclasses import replace

import numpy as np

from model import simulate
from shapes import CannotRun, Layer, Machine

# The page's example by hand.
LAYER = Layer(C=1, H=5, W=5, K=2, R=2, S=2, stride=1, pad=0, dilation=1, groups=1, residual=False)
MACHINE = Machine(rows=4, cols=2, lanes=1, dispatch="gate", policy="peek", window=[2, 2],
                  peeks="diagonal", threshold=0, predict_latency=2, weight_bytes=1,
                  ifmap_read_width=0, weight_read_width=0, dram_bytes_per_cycle=4, dram_latency=10,
                  loop_order="auto", gate_zero_activations=False,
                  skip_zero_activations=False, zero_lookahead=0, ifmap_buffer_bytes=64,
                  weight_buffer_bytes=16, ofmap_buffer_bytes=64, activation_bytes=1)
OFMAP = np.array([[[-3, -1, 2, 0], [1, -2, 4, 5], [-1, -4, -2, -1], [-3, 0, -5, -2]],
                  [[3, 1, -1, -2], [2, -1, -3, -4], [-2, -3, 6, 1], [-1, -2, -1, 2]]])


class Example(unittest.TestCase):
    def has(self, counters, **expected):
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_the_example_of_the_page(self):
        self.has(simulate(LAYER, MACHINE, OFMAP),
                 macs_total=128, macs_predicted=40, macs_zero_gated=0, macs_executed=88,
                 outputs=32, peeks=16, neighbors=16, comparisons=16, windows=8, window_bits_peak=8,
                 predicted_zero=10, correct_zero=9, false_zero=1,
                 tiles_dense=0, tiles_peek=2, tiles_neighbor=2, tiles_skipped=0,
                 ifmap_reads=56, weight_reads=28, ofmap_writes=22,
                 ifmap_fill_bytes=25, weight_fill_bytes=8, residual_bytes=0,
                 dram_read_bytes=33, dram_write_bytes=32,
                 cycles=61, array_busy=16, predict_stall=6, drain_stall=0, memory_stall=19, tail=20)

    def test_policy_none_needs_57_cycles(self):
        self.has(simulate(LAYER, replace(MACHINE, policy="none"), OFMAP),
                 cycles=57, tiles_dense=4, array_busy=16, memory_stall=19, tail=22)

    def test_row_skip_drops_the_positions_that_are_gated_for_both_channels(self):
        # Peek tiles of 4 and 4 positions, neighbor tiles of 4 and 2.
        self.has(simulate(LAYER, replace(MACHINE, dispatch="row_skip"), OFMAP),
                 tiles_neighbor=2, tiles_skipped=0, ifmap_reads=(4 + 4 + 4 + 2) * 4)

    def test_packed_needs_one_neighbor_tile_with_six_positions(self):
        self.has(simulate(LAYER, replace(MACHINE, dispatch="packed"), OFMAP),
                 tiles_neighbor=1, ifmap_reads=(4 + 4 + 6) * 4, ofmap_writes=22)

    def test_a_kernel_of_two_taps_waits_two_cycles_for_the_drain_of_four_rows(self):
        layer = replace(LAYER, H=4, R=1)
        # Tiles of 2 cycles, drains of 4 rows: each of the three later dense tiles waits 2.
        self.has(simulate(layer, replace(MACHINE, policy="none"), OFMAP),
                 array_busy=8, drain_stall=6)

    def test_nothing_of_the_example_fits_half_a_buffer_that_is_too_small(self):
        for name, enough in [("weight_buffer_bytes", 4), ("ofmap_buffer_bytes", 16),
                             ("ifmap_buffer_bytes", 18)]:
            simulate(LAYER, replace(MACHINE, **{name: enough}), OFMAP)
            with self.assertRaises(CannotRun, msg=name):
                simulate(LAYER, replace(MACHINE, **{name: enough - 1}), OFMAP)

    def test_wrong_thresholds_and_peeks_are_errors_whatever_the_policy(self):
        for policy in ["none", "peek", "oracle", "perforate"]:
            for wrong in [{"threshold": [0, 0, 0]}, {"peeks": [[0, 2]]}]:
                with self.assertRaises(CannotRun):
                    simulate(LAYER, replace(MACHINE, policy=policy, **wrong), OFMAP)


class OneOutput(unittest.TestCase):
    """A fully connected layer with one output: one tile, and every time is a sum."""

    LAYER = Layer(C=100, H=1, W=1, K=1, R=1, S=1, stride=1, pad=0, dilation=1, groups=1,
                  residual=False)
    ONE = replace(MACHINE, rows=1, cols=1, policy="none", dram_bytes_per_cycle=10, dram_latency=7,
                  ifmap_buffer_bytes=200, weight_buffer_bytes=200)

    def cycles(self, value=1, **changed):
        return simulate(self.LAYER, replace(self.ONE, **changed), np.full((1, 1, 1), value))

    def test_loads_tile_drain_and_store_follow_each_other(self):
        counters = self.cycles()
        self.assertEqual(counters["memory_stall"], 10 + 10 + 7)
        self.assertEqual(counters["array_busy"], 100)
        self.assertEqual(counters["tail"], 1 + 1 + 7)
        self.assertEqual(counters["cycles"], 27 + 100 + 9)

    def test_lanes_and_read_widths_round_up(self):
        self.assertEqual(self.cycles(lanes=3)["array_busy"], 34)
        self.assertEqual(self.cycles(lanes=8, ifmap_read_width=7)["array_busy"], 15)
        self.assertEqual(self.cycles(lanes=8, weight_read_width=6)["array_busy"], 17)

    def test_streamed_weights_hide_behind_the_chunk_before(self):
        # Chunks of 40, 40 and 20 taps. Loads: ifmap 0-10, weights 10-14 and 14-18; the third waits
        # for the end of the first chunk.
        counters = self.cycles(weight_buffer_bytes=80)
        self.assertEqual(counters["weight_fill_bytes"], 100)
        self.assertEqual(counters["memory_stall"], 14 + 7)
        self.assertEqual(counters["array_busy"], 100)

    def test_streamed_weights_stall_on_a_slow_memory(self):
        # 40 bytes take 40 cycles and 7 more. Ifmap 0-100, complete 107; chunk 1 loaded 100-140,
        # runs 147-187; chunk 2 loaded 140-180, complete 187, runs 187-227; chunk 3 requested at
        # 187, complete 214.
        counters = self.cycles(weight_buffer_bytes=80, dram_bytes_per_cycle=1)
        self.assertEqual(counters["memory_stall"], 147)
        counters = self.cycles(weight_buffer_bytes=80, dram_bytes_per_cycle=1, lanes=40)
        # Chunks of one cycle: 147-148, then 187-188; chunk 3 requested at 148, channel 180-200.
        self.assertEqual(counters["memory_stall"], 147 + (187 - 148) + (207 - 188))

    def test_elements_of_half_bytes_lie_without_gaps_in_a_transfer(self):
        # 100 activations of 4 bits are 50 bytes, 100 weights of 12 bits 150, and one output takes
        # a byte of its own.
        counters = self.cycles(activation_bytes=0.5, weight_bytes=1.5, weight_buffer_bytes=300)
        self.assertEqual(counters["ifmap_fill_bytes"], 50)
        self.assertEqual(counters["weight_fill_bytes"], 150)
        self.assertEqual(counters["dram_write_bytes"], 1)
        self.assertEqual(counters["memory_stall"], 5 + 15 + 7)

    def test_every_chunk_of_streamed_weights_begins_with_a_new_byte(self):
        # 13 weights of 12 bits are 19.5 bytes of a half of 20: seven chunks of 20 bytes and one of
        # 9 weights, 13.5 bytes.
        counters = self.cycles(weight_bytes=1.5, weight_buffer_bytes=41)
        self.assertEqual(counters["weight_fill_bytes"], 7 * 20 + 14)
        # A half of 19 bytes holds 12: 18 bytes, eight times, and 4 weights.
        counters = self.cycles(weight_bytes=1.5, weight_buffer_bytes=39)
        self.assertEqual(counters["weight_fill_bytes"], 8 * 18 + 6)

    def test_a_byte_rate_with_a_decimal_rounds_up_for_each_transfer(self):
        # 100 bytes at 12.8 a cycle are 7.8 cycles, twice.
        self.assertEqual(self.cycles(dram_bytes_per_cycle=12.8)["memory_stall"], 8 + 8 + 7)
        # 100 bytes at 12.5 are exactly 8, at 0.1 exactly 1,000.
        self.assertEqual(self.cycles(dram_bytes_per_cycle=12.5)["memory_stall"], 8 + 8 + 7)
        self.assertEqual(self.cycles(dram_bytes_per_cycle=12.4)["memory_stall"], 9 + 9 + 7)
        self.assertEqual(self.cycles(dram_bytes_per_cycle=0.1)["memory_stall"], 2000 + 7)

    def test_a_layer_that_the_oracle_gates_whole_runs_no_tile_but_stores(self):
        counters = self.cycles(value=0, policy="oracle")
        self.assertEqual(counters["array_busy"], 0)
        self.assertEqual(counters["tiles_neighbor"] + counters["ofmap_writes"], 0)
        self.assertEqual(counters["tiles_skipped"], 1)
        self.assertEqual(counters["cycles"], 27 + 1 + 7)

    def test_a_peek_without_neighbors_still_waits_for_its_prediction_before_it_is_stored(self):
        counters = self.cycles(policy="peek", predict_latency=50)
        self.assertEqual(counters["predict_stall"], 0)
        self.assertEqual(counters["cycles"], 27 + 100 + 1 + 50 + 1 + 7)


if __name__ == "__main__":
    unittest.main()
