"""Jobs, their queue and filled peek tiles, by hand: the example of docs/machine.md, and planes of a
few positions.
"""
import unittest
from dataclasses import replace

import numpy as np

from model import simulate
from test_closed_form import LAYER, MACHINE, OFMAP

BALANCED = replace(MACHINE, dispatch="balanced")
FILL = replace(MACHINE, dispatch="balanced_fill", rows=3)
# One tap: every tile takes a cycle, and elements are positions.
POINT = replace(LAYER, K=1, R=1, S=1)


def plane(machine, ofmap, **changed):
    """Counters of a 1×1 convolution to `ofmap`, [P][Q] of one channel or [K][P][Q]."""
    ofmap = np.array(ofmap, ndmin=3)
    K, P, Q = ofmap.shape
    return simulate(replace(POINT, H=P, W=Q, K=K),
                    replace(machine, ofmap_buffer_bytes=999, **changed), ofmap)


class ByHand(unittest.TestCase):
    def has(self, counters, **expected):
        self.assertEqual({name: counters[name] for name in expected}, expected)


class Jobs(ByHand):
    """Live neighbors of the example: channel 0 (0,3) (1,2); channel 1 (0,1) (1,0) (2,3) (3,2)."""

    def test_the_example_is_one_tile_of_a_full_job_and_half_a_job(self):
        # Channel 1's job is closed by the last position, channel 0's after it.
        self.has(simulate(LAYER, BALANCED, OFMAP),
                 tiles_peek=2, tiles_neighbor=1, tiles_skipped=0, ifmap_reads=(4 + 4 + 6) * 4,
                 weight_reads=(2 + 2 + 2) * 4, ofmap_writes=22, multicast_reads=6 * 4,
                 weight_selects=2 * 4, latched_operands=6 * 4, zero_flags=0, jobs_peak=2,
                 queue_peak=1,
                 # The tile runs 33-37 and drains to 41; the store is complete at 59.
                 array_busy=12, predict_stall=6, memory_stall=19, drain_stall=0, tail=22, cycles=59)

    def test_jobs_of_two_rows_run_in_the_order_in_which_they_close(self):
        # Channel 1, channel 0, channel 1: the third alone in its tile.
        self.has(simulate(LAYER, replace(BALANCED, rows=2), OFMAP),
                 tiles_peek=4, tiles_neighbor=2, jobs_peak=3, queue_peak=2,
                 ifmap_reads=(4 * 2 + 4 + 2) * 4, weight_reads=(4 * 2 + 2 + 1) * 4,
                 weight_selects=3 * 4)

    def test_free_columns_take_jobs_and_one_read_serves_both_of_a_channel(self):
        machine = replace(BALANCED, rows=2, cols=3, weight_read_width=1)
        self.has(simulate(LAYER, machine, OFMAP),
                 tiles_neighbor=1, jobs_peak=3, queue_peak=3, weight_reads=(4 * 2 + 2) * 4,
                 weight_selects=3 * 4, latched_operands=6 * 4,
                 array_busy=5 * 8)  # two channels' weights through a port of one

    def test_one_channel_runs_on_all_columns(self):
        # Five live positions in jobs of two: three jobs, two tiles.
        self.has(plane(BALANCED, [[1, 1, -1, 1, 1, 1]], policy="oracle", rows=2),
                 tiles_neighbor=2, jobs_peak=3, queue_peak=2, ifmap_reads=5, weight_reads=2,
                 weight_selects=3, latched_operands=5, multicast_reads=5)

    def test_a_drain_is_as_long_as_the_longest_job_of_the_tile(self):
        # A tile of a cycle whose longest job holds 3: the next tile, of the job (1,1), waits 2.
        machine = dict(policy="oracle", rows=3, cols=1, dram_latency=0)
        counters = plane(BALANCED, [[1, 1, 1, 1, -1]], **machine)
        self.has(counters, array_busy=2, drain_stall=2)
        # Ifmap of 5 bytes 0-2, a weight 2-3: tiles 3-4 and 4-5, 2 of waiting, a drain of 1 row.
        self.has(counters, tail=1 + 2, cycles=3 + 2 + 2 + 1 + 2)

    def test_the_queue_holds_what_is_left_over_and_what_a_position_closes(self):
        # Jobs of one position; live per position: 1, 3, 1, 3 of three channels on three columns.
        # The queue holds 1; 4, of which a tile takes 3; 2; 5.
        self.has(plane(BALANCED, [[[1, 1, 1, 1]], [[-1, 1, -1, 1]], [[-1, 1, -1, 1]]],
                       policy="oracle", rows=1, cols=3, weight_buffer_bytes=99),
                 queue_peak=2 + 3, jobs_peak=8, tiles_neighbor=3)

    def test_what_is_closed_after_the_last_position_never_queues(self):
        self.has(plane(BALANCED, [[[1]], [[1]]], policy="oracle", rows=2),
                 queue_peak=0, jobs_peak=2, tiles_neighbor=1)

    def test_peaks_are_those_of_the_largest_step(self):
        # Blocks of one row, each a step: 1, 3 and 2 jobs of one position on one column.
        self.has(plane(BALANCED, [[1, 0, 0], [1, 1, 1], [1, 0, 1]], policy="oracle", rows=1, cols=1,
                       ifmap_buffer_bytes=6),
                 jobs_peak=3, queue_peak=1, tiles_neighbor=6)

    def test_a_channel_that_is_gated_whole_has_no_job(self):
        self.has(plane(BALANCED, [[[-1, -1]], [[1, 1]]], policy="oracle"), jobs_peak=1,
                 weight_reads=1)
        self.has(plane(BALANCED, [[[-1, -1]], [[-1, 0]]], policy="oracle"), jobs_peak=0,
                 tiles_neighbor=0, tiles_skipped=0)

    def test_packed_multicasts_and_latches_but_selects_no_weights(self):
        self.has(simulate(LAYER, replace(MACHINE, dispatch="packed"), OFMAP),
                 multicast_reads=6 * 4, latched_operands=6 * 4, weight_selects=0, jobs_peak=0,
                 queue_peak=0)
        for dispatch in ["gate", "row_skip"]:
            self.has(simulate(LAYER, replace(MACHINE, dispatch=dispatch), OFMAP),
                     multicast_reads=0, latched_operands=0, weight_selects=0)


class Filling(ByHand):
    """The example with 3 rows: peek tiles of 3, 3 and 2. The last holds the bottom right window's
    peeks, so the other windows are decided. Channel 0 takes (0,3) in, channel 1 (0,1).
    """

    def test_the_last_peek_tile_takes_in_a_neighbor_of_each_channel(self):
        # Left are (1,2) of channel 0, and a job of channel 1: (1,0) (2,3) (3,2).
        self.has(simulate(LAYER, FILL, OFMAP),
                 tiles_peek=3, tiles_neighbor=1, peeks=16, neighbors=16, ofmap_writes=22,
                 ifmap_reads=(3 + 3 + 4 + 4) * 4, weight_reads=4 * 2 * 4,
                 multicast_reads=(2 + 4) * 4, latched_operands=4 * 4, weight_selects=2 * 4,
                 jobs_peak=2, queue_peak=1)

    def test_it_waits_for_the_prediction_of_the_peek_tile_before_it(self):
        # Peek tiles 19-23 and 23-27; that drains to 30 and is predicted at 32: 32-36, draining its
        # 3 rows to 39. The neighbor tile waits for 41 and drains to 48; stored at 66.
        self.has(simulate(LAYER, FILL, OFMAP), array_busy=16, predict_stall=5 + 5, drain_stall=0,
                 memory_stall=19, tail=21, cycles=66)

    def test_without_filling_its_drain_is_shorter_and_it_waits_for_nothing(self):
        # Three peek tiles 19-31, drained at 33 and predicted at 35; neighbor tiles 35-43.
        self.has(simulate(LAYER, replace(FILL, dispatch="balanced"), OFMAP),
                 tiles_neighbor=2, jobs_peak=3, multicast_reads=(4 + 1 + 1) * 4, predict_stall=4,
                 array_busy=20, tail=1 + 8 + 10, cycles=62)

    def test_only_the_first_chunk_of_streamed_weights_waits_for_the_prediction(self):
        # Two chunks of two taps, 4 bytes each. Ifmap 0-7, chunks 8-10-12 and 12-14-16, draining to
        # 19. Filled 21-23-25, drained at 28, predicted at 30; only then is the next chunk loaded.
        self.has(simulate(LAYER, replace(FILL, weight_buffer_bytes=8, dram_latency=0), OFMAP),
                 array_busy=16, predict_stall=5 + 5, memory_stall=8 + 1, tail=3 + 8, cycles=46,
                 weight_fill_bytes=4 * 8)

    def test_a_full_peek_tile_or_a_single_one_is_not_filled(self):
        for rows in [2, 4, 8, 9]:
            self.assertEqual(simulate(LAYER, replace(FILL, rows=rows), OFMAP),
                             simulate(LAYER, replace(BALANCED, rows=rows), OFMAP), rows)

    def test_a_window_with_a_peek_in_the_last_tile_is_not_decided_even_if_others_were_before(self):
        # Windows of two peeks each, rows of 3: the last tile holds the second peek of the second.
        # Its third position is not decided; the first window's is.
        peeks = [[0, 0], [0, 1]]
        self.has(plane(FILL, [[1, 1, 1, 1, 1, 1]], window=[1, 3], peeks=peeks),
                 tiles_peek=2, multicast_reads=1 + 1, jobs_peak=1)

    def test_of_the_windows_with_a_peek_in_the_last_tile_the_first_counts(self):
        # Windows 1×2, the left is the peek: the last tile holds those of the fourth and fifth. The
        # fourth is not decided, and the three before it are predicted zero.
        ofmap = [[-1, 1, -1, 1, -1, 1, 1, 1, 1, 1]]
        machine = dict(window=[1, 2], peeks="corner")
        self.assertEqual(plane(FILL, ofmap, **machine), plane(BALANCED, ofmap, rows=3, **machine))

    def test_a_window_without_a_peek_is_decided_if_it_comes_before(self):
        # Windows 1×2 with the peek on the right: (0,2) (1,2) (2,2) have none. Rows of 2: the last
        # tile holds the peek of the third row. (0,2) is taken in; (1,2) finds no room.
        ofmap = [[1, -1, 1], [1, -1, 1], [1, 5, 1]]
        self.has(plane(FILL, ofmap, rows=2, cols=1, window=[1, 2], peeks=[[0, 1]]),
                 tiles_peek=2, ofmap_writes=3 + 4, multicast_reads=1 + 3, jobs_peak=2,
                 tiles_neighbor=2)

    def test_a_window_without_a_peek_is_not_decided_if_it_comes_after(self):
        # Windows 2×2 with the peek at the bottom left: those of the third row have none. The last
        # of three peeks could take one in, but the windows before it are predicted zero.
        ofmap = np.ones((3, 6))
        ofmap[1] = -1
        self.has(plane(FILL, ofmap, rows=2, cols=1, peeks=[[1, 0]]),
                 tiles_peek=2, tiles_neighbor=3, multicast_reads=6, latched_operands=6)
        self.assertEqual(plane(FILL, ofmap, rows=2, cols=1, peeks=[[1, 0]]),
                         plane(BALANCED, ofmap, rows=2, cols=1, peeks=[[1, 0]]))

    def test_the_drain_is_that_of_the_fullest_column(self):
        # Windows 1×2, the left is the peek; four windows, tiles of 3 peeks and 1. Channel 0 takes
        # two in, channel 1 the second of these: 3 rows drain.
        ofmap = [[[1, 1, 1, 1, -1, 1, 1, 1]], [[-1, 1, 1, 1, -1, 1, -1, 1]]]
        machine = dict(window=[1, 2], peeks="corner", predict_latency=0, dram_latency=0)
        with_fill = plane(FILL, ofmap, **machine)
        # Ifmap of 8 bytes 0-2, weights of 2 bytes 2-3. Peek tile 3-4, drained at 7. Filled tile
        # 7-8, drained at 11; the neighbor (0,7) of channel 0 11-12, drained at 13. Storing takes 4.
        self.has(with_fill, tiles_neighbor=1, multicast_reads=2 + 1, latched_operands=1,
                 predict_stall=3 + 3, array_busy=3, tail=1 + 4, cycles=17)

    def test_under_the_oracle_filling_is_balanced(self):
        self.assertEqual(simulate(LAYER, replace(FILL, policy="oracle"), OFMAP),
                         simulate(LAYER, replace(BALANCED, rows=3, policy="oracle"), OFMAP))


if __name__ == "__main__":
    unittest.main()
