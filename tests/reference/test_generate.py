"""Random cases: the same again for the same seed, and nothing of the page left out."""
import collections
import contextlib
import io
import os
import tempfile
import unittest

import numpy as np

import cases
import check
import generate
from draw import draw_case
from features import features
from model import COUNTERS
from shapes import tap_values

EVERYWHERE = """
none, peek, oracle, mask, gate, row_skip, packed, balanced, balanced_fill, none gate, none row_skip,
none packed, none balanced, none balanced_fill, peek gate, peek row_skip, peek packed,
peek balanced, peek balanced_fill, oracle gate, oracle row_skip, oracle packed, oracle balanced,
oracle balanced_fill, mask gate, mask row_skip, mask packed, mask balanced, nothing computed first,
everything computed first, some outputs computed first,
decisions that take time, decisions without time, auto, block_major,
group_major, corner peeks, diagonal peeks, checkerboard peeks, all peeks, listed peeks,
a peek listed twice, partial windows, a window without a peek, values at the threshold,
threshold negative, threshold 0, threshold positive, per channel threshold negative,
per channel threshold 0, per channel threshold positive, groups, depthwise, residual, dilation,
stride, pad, fully connected, a gap between taps, lanes, no read widths, narrow ifmap port,
narrow weight port, slow DRAM, fast DRAM, DRAM latency, no DRAM latency, no predict latency,
large predict latency, zero gating with ifmap, zero gating without ifmap,
ifmap without zero gating, resident weights, streamed weights, one block, blocks of full width,
blocks of a window row, many groups of channels, a narrower last group, auto is group major,
auto on a tie, group major of many blocks, a load of 0 bytes,
zero gating without skipping, skipping without ifmap, look ahead without skipping,
a tile with two jobs of a channel, a last tile with fewer jobs, a job that is not full,
a tile of full jobs, jobs closed before the last position, a queue of a full tile,
a queue of more than a tile, a narrow group with more jobs in a tile than channels,
positions shared by jobs, one peek tile that is not filled, a full last peek tile, nothing to fill,
a filled peek tile, a filled tile with a window without a peek,
a window without a peek after the filled tile, a filled tile with room left,
a filled tile without room for all, a channel that fills nothing, a filled tile of many chunks,
nothing left after filling, skipping in a dense tile, skipping in a peek tile,
skipping in a neighbor tile, a dead chunk, a chunk with live and dead taps, a dead run,
runs that take longer, a shorter last run, look ahead beyond the chunk,
skipping in streamed weights, skipping in a tile of jobs, skipping in a filled tile,
a dead row of a tile that skips, skipping with banks, one bank, an odd number of banks,
a port that the banks share unequally, a bank conflict that takes longest,
banks with padding on the left, banks with a stride, banks with a dilation,
banks in a tile of jobs, banks in a filled tile, banks and a dead chunk,
activations of half bytes, weights of half bytes, a tenth of a byte per cycle,
known weights with none, known weights with peek, known weights with oracle,
known weights with mask, zap, zap gate, zap row_skip, zap packed, zap balanced,
zap on a checkerboard, zap on thirds, zap on a quarter, zap in groups, zap with nothing to decide,
a channel of zap that gates nothing, a channel of zap that gates all, zap that gates some,
zap with decisions that take time,
zap with decisions without time, MACs of a decision that round up, zap in many blocks,
a step of zap without an output that is computed first, zap over streamed weights, zap that skips,
zap with banks, a score at the threshold, a score at a threshold that is not 0,
a score that gates by error, a score that misses a zero,
a decision by the values of the pattern alone, a decision by the ReLU between the kernels,
a decision by the rounding of h, a decision by a score that is not rounded,
a decision by the 0 of h outside the plane, a decision by the order of the first sum,
a decision by the order of the second sum, a decision by the two kernels not turned,
known weights with zap, lookahead, snapea, perforate, lookahead gate, lookahead row_skip,
lookahead packed, lookahead balanced, snapea gate, snapea balanced_fill, perforate gate,
perforate balanced_fill, skipping in a lookahead tile, look-ahead with a bias,
look-ahead with a residual, look-ahead in groups, look-ahead with zero gating,
look-ahead without zero gating, a channel of zeros with look-ahead,
a weight of -0 with look-ahead, a look-ahead tile that skips, a look-ahead tile with banks,
a look-ahead chunk that rounds up, a look-ahead of one to one,
a look-ahead over streamed weights,
a step in which nothing is left to compute after the look-ahead,
a step after one in which nothing is left, a look-ahead at 2 bits, a look-ahead at 8 bits,
a look-ahead over signed activations, a look-ahead over activations without a sign,
a look-ahead where another group has the largest activation, an activation that is rounded to 0,
an activation that is rounded to even, an estimate at the threshold,
an estimate that gates by error, an estimate that misses a zero, snapea with a bias,
snapea with a residual, snapea in groups, snapea with zero gating, snapea without zero gating,
a channel of zeros with snapea, a weight of -0 with snapea,
snapea in an image with a negative activation,
retire alone in an image with a negative activation, an exact layer, speculation,
speculation over all taps, a guess, a cut that is certain,
speculation and a cut that is certain, speculation that guesses wrong,
a zero that is not cut short, no output cut short,
a channel of negative weights alone, an output cut short after its first tap,
weights of equal magnitude, retire alone with streamed weights,
a speculated tap with a negative weight, retire alone in many steps, a guess at the threshold,
a guess above 0, a cut at exactly 0, a cut because of what is added to the sum,
an output cut short in the middle of a chunk, a chunk that no PE reaches,
a chunk that some PEs do not reach, snapea with the ifmap port as the limit,
snapea with the weight port as the limit, columns that are done at different times,
retire alone with the last PE as the limit, retire alone with the ifmap port as the limit,
retire alone with the weight port as the limit, retire alone with the drain as the limit,
retire alone with fewer positions than rows, retire alone that saves time,
an interpolated output with a residual, interpolated outputs in groups,
interpolation with known weights, interpolation without weights,
a window without a peek that is computed whole,
an interpolated output at equal distance from two peeks, nothing interpolated,
a peek that several outputs have their value from,
a drain that interpolated outputs make longer than a tile, perforation over streamed weights,
perforation in many blocks, perforation with a negative activation, perforation that skips
"""
IMPOSSIBLE = ["a peek lies outside the window", "thresholds do not match the channels",
              "one window does not fit the ifmap or ofmap buffer", "weight buffer too small",
              "skipping zero activations needs gating", "a negative look-ahead",
              "a negative number of banks", "banks of a port of unlimited width",
              "less than one element per bank", "masks do not tell how far they look",
              "a score looks further than its window", "networks do not match the channels",
              "no ifmap to compute with", "no weights to compute with", "a tile of two precisions",
              "each column is at another tap, so that none can be skipped",
              "each column is at another tap, so that banks cannot deliver it"]


def written(*arguments):
    """{name: bytes} of what generate.py writes."""
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(io.StringIO()):
            assert generate.main([*arguments, "--out", folder]) == 0
        contents = {}
        for path in cases.paths(folder):
            with open(path, "rb") as file:
                contents[os.path.basename(path)] = file.read()
        return contents


class Features(unittest.TestCase):
    def test_every_feature_occurs_among_1000_cases(self):
        drawn = [draw_case("features", i) for i in range(1000)]
        count = collections.Counter(name for case in drawn for name in features(case))
        names = [" ".join(name.split()) for name in EVERYWHERE.split(",")]
        names += ["some " + counter for counter in COUNTERS]
        rare = {name: count[name] for name in names if count[name] < 3}
        self.assertEqual(rare, {})
        for error in IMPOSSIBLE:
            self.assertGreaterEqual(count["cannot run: " + error], 1, error)
        impossible = sum(case.expected_error is not None for case in drawn)
        self.assertTrue(10 <= impossible <= 125, impossible)
        # Prediction has to happen, and to change what runs.
        self.assertGreater(count["some predicted_zero"], 100)
        self.assertGreater(count["some tiles_skipped"], 20)


class Generate(unittest.TestCase):
    def test_the_same_seed_gives_the_same_bytes(self):
        first = written("--seed", "a text", "--cases", "20")
        self.assertEqual(len(first), 20)
        self.assertEqual(first, written("--seed", "a text", "--cases", "20"))

    def test_another_seed_gives_other_cases(self):
        self.assertFalse(set(written("--seed", "a", "--cases", "5").values())
                         & set(written("--seed", "b", "--cases", "5").values()))

    def test_a_case_does_not_depend_on_how_many_are_written(self):
        few, many = (written("--seed", "a", "--cases", n) for n in ("3", "6"))
        self.assertEqual(few, {name: many[name] for name in few})
        self.assertEqual(written("--seed", "a", "--only", "4"),
                         {"case00004.json": many["case00004.json"]})

    def test_what_is_written_reads_back_as_it_was(self):
        with tempfile.TemporaryDirectory() as folder:
            with contextlib.redirect_stdout(io.StringIO()) as output:
                generate.main(["--seed", "x", "--cases", "10", "--out", folder])
                self.assertEqual(check.main([folder]), 0)
            self.assertIn("seed x: 10 random cases", output.getvalue())
            for path in cases.paths(folder):
                with open(path) as file:
                    self.assertEqual(cases.read(path).to_json() + "\n", file.read())

    def test_values_are_exact_in_single_precision(self):
        for i in range(60):
            case = draw_case("exact", i)
            operands = vars(case.operands).values() if case.operands else []
            networks = case.networks.parameters if case.networks else []
            for values in [case.ofmap, case.ifmap, *operands, *networks,
                           np.array(case.machine.threshold)]:
                if values is not None:
                    self.assertTrue((values.astype("float32") == values).all())

    def test_outputs_are_what_the_weights_make_of_the_ifmap_in_any_order(self):
        known = 0
        for case in (draw_case("known", i) for i in range(80)):
            if case.operands is None or case.ifmap is None:
                continue
            known += 1
            one = case.layer.one_group()
            for g in range(case.layer.groups):
                k, c = slice(g * one.K, (g + 1) * one.K), slice(g * one.C, (g + 1) * one.C)
                own = case.operands.of(k)
                sums = tap_values(one, case.ifmap[c]) @ own.weights.reshape(one.K, one.L).T
                values = np.moveaxis(sums, 2, 0)
                if own.bias is not None:
                    values = values + own.bias[:, np.newaxis, np.newaxis]
                if own.residual is not None:
                    values = values + own.residual
                self.assertTrue((values == case.ofmap[k]).all())
            self.assertEqual(case.operands.residual is not None, case.layer.residual)
        self.assertGreater(known, 10)

    def test_a_folder_with_cases_is_not_written_into(self):
        with tempfile.TemporaryDirectory() as folder:
            with contextlib.redirect_stdout(io.StringIO()):
                generate.main(["--seed", "x", "--only", "0", "--out", folder])
            errors = io.StringIO()
            with self.assertRaises(SystemExit), contextlib.redirect_stderr(errors):
                generate.main(["--seed", "x", "--out", folder])
            self.assertIn("holds cases already", errors.getvalue())

    def test_help_fits_a_screen(self):
        output = io.StringIO()
        with self.assertRaises(SystemExit), contextlib.redirect_stdout(output):
            generate.main(["--help"])
        lines = output.getvalue().splitlines()
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 100)


if __name__ == "__main__":
    unittest.main()
