"""Interpolated outputs, by hand: the example of docs/machine.md, and planes of a few positions."""
import unittest
from dataclasses import replace

import numpy as np

from model import simulate
from perforation import nearest, perforate
from test_closed_form import LAYER, MACHINE, OFMAP
from test_dispatch import POINT

MACHINE = replace(MACHINE, policy="perforate")


class Plane(unittest.TestCase):
    def perforated(self, P, Q, **changed):
        """[P][Q]: of computed outputs how many have their value from there, of others a -1."""
        made = perforate(replace(MACHINE, **changed), P, Q)
        return np.where(made.interpolated, -1, made.copies).tolist()

    def test_the_nearest_peek_counts_and_of_equally_near_ones_the_first(self):
        self.assertEqual(nearest((0, 2), [(0, 0), (1, 1), (1, 4)]), (1, 1))
        self.assertEqual(nearest((0, 1), [(0, 0), (1, 1)]), (0, 0))
        self.assertEqual(nearest((1, 2), [(0, 0), (2, 2), (3, 2)]), (2, 2))
        # Distances of 5 and 4, which the sums of the differences would order the other way.
        self.assertEqual(nearest((2, 2), [(1, 0), (2, 0)]), (2, 0))
        self.assertEqual(nearest((2, 2), [(0, 0), (2, 5)]), (0, 0))

    def test_both_neighbors_of_a_diagonal_are_like_its_first_peek(self):
        self.assertEqual(self.perforated(2, 2), [[2, -1], [-1, 0]])

    def test_a_partial_window_has_only_the_peeks_that_exist(self):
        self.assertEqual(self.perforated(3, 3), [[2, -1, 1], [-1, 0, -1], [1, -1, 0]])

    def test_a_window_without_a_peek_is_computed_whole(self):
        self.assertEqual(self.perforated(1, 5, window=[1, 3], peeks=[[0, 2]]), [[-1, -1, 2, 0, 0]])

    def test_listed_twice_is_listed_once_and_the_order_of_a_list_does_not_count(self):
        for peeks in [[[0, 0], [0, 2]], [[0, 2], [0, 0], [0, 2]]]:
            self.assertEqual(self.perforated(1, 3, window=[1, 3], peeks=peeks), [[1, -1, 0]])


class Example(unittest.TestCase):
    def has(self, counters, **expected):
        self.assertEqual({name: counters[name] for name in expected}, expected)

    def test_the_example_of_the_page_drains_each_tile_for_twice_its_rows(self):
        # Tile (0,0) (1,1) (0,2) (1,3) runs 19-23 and drains 4 + 4 rows to 31. The second is done at
        # 27 and waits until then; it drains to 39. 32 bytes 39-47, complete 57.
        self.has(simulate(LAYER, MACHINE, OFMAP),
                 macs_total=128, macs_predicted=64, macs_executed=64, interpolated=16, outputs=32,
                 peeks=0, neighbors=0, comparisons=0, windows=0, window_bits_peak=0,
                 predicted_zero=0, correct_zero=0, false_zero=0, cut_short=0,
                 tiles_dense=2, tiles_peek=0, tiles_neighbor=0, tiles_skipped=0,
                 ifmap_reads=8 * 4, weight_reads=2 * 2 * 4, ofmap_writes=32,
                 array_busy=8, drain_stall=4, memory_stall=19, predict_stall=0, tail=8 + 8 + 10,
                 cycles=57)

    def test_every_channel_is_written_in_the_same_cycle(self):
        # One column at a time, a step for each channel: as many cycles of drain for each.
        one = simulate(replace(LAYER, K=1), replace(MACHINE, cols=1, dram_latency=0), OFMAP[:1])
        # Ifmap 0-7, weights 7-8. 8-12, 12-16 and until 20 for the drain; drained at 28, 4 cycles.
        self.has(one, interpolated=8, ofmap_writes=16, drain_stall=4, tail=8 + 4, cycles=32)

    def test_a_tile_writes_the_interpolated_outputs_of_its_own_positions_only(self):
        # Windows of 1×3 with the peek on the left, one row: each tile drains its peek and two more.
        layer = replace(POINT, H=1, W=6)
        machine = replace(MACHINE, rows=1, window=[1, 3], peeks="corner", dram_latency=0)
        # Ifmap of 6 bytes 0-2, weights 2-3. Tile 3-4, drained at 7; 4-5, waits to 7, drained at 10.
        self.has(simulate(layer, machine, np.zeros((1, 1, 6))), tiles_dense=2, array_busy=2,
                 drain_stall=2, interpolated=4, tail=3 + 2, cycles=12)

    def test_positions_are_packed_in_window_order(self):
        # Windows of 2×2, the right column is not computed: (0,0) (1,0) (0,2) (1,2) in tiles of 3.
        layer = replace(POINT, H=2, W=4, C=1)
        machine = replace(MACHINE, rows=3, peeks=[[0, 0], [1, 0]], gate_zero_activations=True,
                          skip_zero_activations=True)
        ifmap = np.zeros((1, 2, 4))
        ifmap[0, 1, 2] = 1
        counters = simulate(layer, machine, np.zeros((1, 2, 4)), ifmap)
        self.has(counters, tiles_dense=2, interpolated=4, macs_zero_gated=3, macs_executed=1,
                 zero_flags=4)

    def test_blocks_are_cut_between_windows(self):
        # Half an ofmap buffer holds two rows of both channels, a window-row. Each block reads three
        # rows of the ifmap.
        counters = simulate(LAYER, replace(MACHINE, ofmap_buffer_bytes=32), OFMAP)
        self.has(counters, ifmap_fill_bytes=15 + 15, interpolated=16)


if __name__ == "__main__":
    unittest.main()
