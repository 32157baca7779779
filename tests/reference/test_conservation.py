"""What holds of every layer on every machine, on random cases."""
import unittest
from dataclasses import replace

import numpy as np

from draw import draw_case
from model import PEAKS, simulate
from prediction import Masks
from tiles import DISPATCH

CASES = [case for case in (draw_case("conservation", i) for i in range(100))
         if case.expected_error is None]

TIMES = "cycles array_busy predict_stall drain_stall memory_stall tail".split()
MULTICAST = "multicast_reads weight_selects latched_operands jobs_peak queue_peak".split()
READS = "ifmap_reads weight_reads multicast_reads weight_selects latched_operands".split()


def simulated(case, layer=None, ofmap=None, ifmap=None, masks=None, **changed):
    """Counters of the case on a machine with other fields."""
    return simulate(layer or case.layer, replace(case.machine, **changed),
                    case.ofmap if ofmap is None else ofmap, ifmap, masks or case.masks)


def dispatches_of(case):
    """The dispatch policies that the case's policy can have."""
    return [d for d in DISPATCH if d != "balanced_fill" or case.machine.policy != "mask"]


def skipping(case, skips, ifmap="of the case", **changed):
    """Counters of the case on a machine that gates zero activations and skips them, or not."""
    changed = {"zero_lookahead": 0, **changed}
    return simulated(case, ifmap=case.ifmap if isinstance(ifmap, str) else ifmap,
                     gate_zero_activations=True, skip_zero_activations=skips, **changed)


class Conservation(unittest.TestCase):
    def each(self, check):
        for i, case in enumerate(CASES):
            with self.subTest(case=i):
                check(case, case.expected)

    def test_the_parts_of_the_macs_add_up(self):
        self.each(lambda case, e: self.assertEqual(
            e["macs_executed"] + e["macs_predicted"] + e["macs_zero_gated"], e["macs_total"]))

    def test_the_parts_of_the_cycles_add_up(self):
        self.each(lambda case, e: self.assertEqual(
            e["array_busy"] + e["predict_stall"] + e["drain_stall"] + e["memory_stall"] + e["tail"],
            e["cycles"]))

    def test_every_output_is_computed_or_predicted_and_stored_once(self):
        def check(case, e):
            self.assertEqual(e["ofmap_writes"] + e["predicted_zero"], e["outputs"])
            self.assertEqual(e["correct_zero"] + e["false_zero"], e["predicted_zero"])
            exact = e["outputs"] * case.machine.activation_bytes
            self.assertGreaterEqual(e["dram_write_bytes"], exact)
            if case.machine.activation_bytes % 1 == 0:
                self.assertEqual(e["dram_write_bytes"], exact)
            else:  # Half a byte more at most for each store, of at least one output.
                self.assertLessEqual(e["dram_write_bytes"], exact + e["outputs"] / 2)
            self.assertEqual(e["residual_bytes"],
                             e["dram_write_bytes"] if case.layer.residual else 0)
        self.each(check)

    def test_peeks_and_neighbors_are_all_outputs(self):
        self.each(lambda case, e: self.assertEqual(
            e["peeks"] + e["neighbors"], e["outputs"] if case.machine.decides else 0))

    def test_bytes_read_are_the_sum_of_the_kinds(self):
        self.each(lambda case, e: self.assertEqual(
            e["ifmap_fill_bytes"] + e["weight_fill_bytes"] + e["residual_bytes"],
            e["dram_read_bytes"]))

    def test_the_channel_and_the_array_are_never_busy_for_longer_than_the_layer(self):
        def check(case, e):
            bytes_moved = e["dram_read_bytes"] + e["dram_write_bytes"]
            tenths = round(10 * case.machine.dram_bytes_per_cycle)
            self.assertLessEqual(10 * bytes_moved, e["cycles"] * tenths)
            pes = case.machine.rows * case.machine.cols * case.machine.lanes
            skipped = e["macs_zero_gated"] if case.machine.skip_zero_activations else 0
            self.assertLessEqual(e["macs_total"] - e["macs_predicted"] - skipped,
                                 e["array_busy"] * pes)
        self.each(check)

    def test_zero_gating_saves_energy_and_never_time(self):
        def check(case, e):
            gated, plain = (simulated(case, ifmap=case.ifmap, gate_zero_activations=gates,
                                      skip_zero_activations=False) for gates in (True, False))
            self.assertEqual(plain["macs_zero_gated"], 0)
            for counters in (gated, plain):
                counters["macs_executed"] += counters.pop("macs_zero_gated")
            self.assertEqual(gated, plain)
        self.each(check)

    def test_a_dense_layer_knows_nothing_of_prediction(self):
        def check(case, e):
            dense = simulated(case, policy="none")
            self.assertEqual(dense, simulated(
                case, policy="none", predict_latency=99, window=[1, 1], peeks="corner", threshold=7,
                dispatch="packed", ofmap=-case.ofmap))
        self.each(check)

    def test_the_dispatches_agree_on_what_is_computed(self):
        def check(case, e):
            same = ["macs_predicted", "ofmap_writes", "outputs", "false_zero", "dram_write_bytes"]
            for dispatch in dispatches_of(case):
                counters = simulated(case, dispatch=dispatch)
                self.assertEqual({n: counters[n] for n in same}, {n: e[n] for n in same})
        self.each(check)

    def test_jobs_need_no_more_tiles_than_packed_and_filling_no_more_than_jobs(self):
        def check(case, e):
            fills = "balanced_fill" if "balanced_fill" in dispatches_of(case) else "balanced"
            packed, balanced, fill = (simulated(case, dispatch=d)
                                      for d in ("packed", "balanced", fills))
            self.assertLessEqual(balanced["tiles_neighbor"], packed["tiles_neighbor"])
            self.assertLessEqual(fill["tiles_neighbor"], balanced["tiles_neighbor"])
            self.assertEqual(fill["tiles_peek"], balanced["tiles_peek"])
            self.assertEqual(packed["latched_operands"], balanced["latched_operands"])
            self.assertLessEqual(fill["latched_operands"], balanced["latched_operands"])
            self.assertLessEqual(fill["jobs_peak"], balanced["jobs_peak"])
        self.each(check)

    def test_masks_of_peeks_with_windows_of_one_output_are_those_peeks(self):
        def check(case, e):
            windows = simulated(case, policy="peek", dispatch="balanced", window=[1, 1],
                                peeks="corner")
            first = np.ones((case.layer.P, case.layer.Q), dtype=bool)
            masks = Masks(first, np.zeros(case.ofmap.shape, dtype=bool))
            self.assertEqual(windows, simulated(case, policy="mask", dispatch="balanced",
                                                masks=masks))
        self.each(check)

    def test_masks_with_nothing_first_are_an_oracle_but_for_what_the_unit_holds(self):
        def check(case, e):
            first = np.zeros((case.layer.P, case.layer.Q), dtype=bool)
            masked = simulated(case, policy="mask", dispatch="packed",
                               masks=Masks(first, case.ofmap <= 0))
            self.assertEqual(masked["windows"], masked["outputs"])
            self.assertEqual(masked["neighbors"], masked["outputs"])
            self.assertEqual(masked["decision_macs"], 0)
            for name in ("windows", "neighbors", "window_bits_peak"):
                masked[name] = 0
            self.assertEqual(masked, simulated(case, policy="oracle", dispatch="packed"))
        self.each(check)

    def test_the_oracle_has_nothing_to_fill(self):
        self.each(lambda case, e: self.assertEqual(
            simulated(case, policy="oracle", dispatch="balanced_fill"),
            simulated(case, policy="oracle", dispatch="balanced")))

    def test_what_is_multicast_is_read_and_what_is_latched_or_selected_is_multicast(self):
        def check(case, e):
            self.assertLessEqual(e["multicast_reads"], e["ifmap_reads"])
            self.assertLessEqual(e["queue_peak"], e["jobs_peak"])
            if case.machine.dispatch != "balanced_fill":
                self.assertLessEqual(e["multicast_reads"], e["latched_operands"])
            self.assertLessEqual(e["weight_selects"], e["latched_operands"])
            if case.machine.dispatch in ("gate", "row_skip") or case.machine.policy == "none":
                self.assertFalse(any(e[n] for n in MULTICAST))
        self.each(check)

    def test_skipping_changes_time_and_reads_alone(self):
        def check(case, e):
            plain, skips = (skipping(case, s) for s in (False, True))
            # A chunk reads its first tap, if no other; a tile no more than without skipping.
            for name in READS:
                self.assertLessEqual(skips[name], plain[name], name)
            self.assertLessEqual(skips["array_busy"], plain["array_busy"])
            self.assertGreaterEqual(skips["zero_flags"],
                                    skips["ifmap_reads"] if case.ifmap is not None else 0)
            self.assertEqual(plain["zero_flags"], 0)
            for name in set(plain) - set(TIMES) - set(READS) - {"zero_flags"}:
                self.assertEqual(skips[name], plain[name], name)
        self.each(check)

    def test_every_executed_mac_has_a_live_tap(self):
        def check(case, e):
            if case.ifmap is not None:
                skips = skipping(case, True)
                pes = case.machine.rows * case.machine.cols * case.machine.lanes
                self.assertLessEqual(skips["macs_executed"], skips["array_busy"] * pes)
        self.each(check)

    def test_without_zeros_or_without_values_skipping_changes_nothing_but_flags(self):
        def check(case, e):
            known = np.ones((case.layer.C, case.layer.H, case.layer.W))
            for ifmap in [None] + [known] * (case.layer.pad == 0):
                plain, skips = (skipping(case, s, ifmap=ifmap) for s in (False, True))
                flags = 0 if ifmap is None else skips["ifmap_reads"]
                self.assertEqual(skips, {**plain, "zero_flags": flags})
        self.each(check)

    def test_look_ahead_over_the_whole_reduction_is_no_limit_and_a_shorter_one_costs_time(self):
        def check(case, e):
            free = skipping(case, True)
            self.assertEqual(skipping(case, True, zero_lookahead=case.layer.L), free)
            for h in (1, 3):
                limited = skipping(case, True, zero_lookahead=h)
                self.assertGreaterEqual(limited["array_busy"], free["array_busy"])
                for name in set(free) - set(TIMES):
                    self.assertEqual(limited[name], free[name], name)
        self.each(check)

    def test_one_bank_is_an_ideal_port_and_more_cost_time_alone(self):
        def check(case, e):
            width = case.machine.ifmap_read_width
            if width == 0:
                return
            ideal = simulated(case, ifmap=case.ifmap, ifmap_banks=0)
            self.assertEqual(simulated(case, ifmap=case.ifmap, ifmap_banks=1), ideal)
            for banks in {min(2, width), width}:
                banked = simulated(case, ifmap=case.ifmap, ifmap_banks=banks)
                self.assertGreaterEqual(banked["array_busy"], ideal["array_busy"])
                for name in set(ideal) - set(TIMES):
                    self.assertEqual(banked[name], ideal[name], name)
        self.each(check)

    def test_a_grouped_convolution_is_its_groups_one_after_another(self):
        def check(case, e):
            one = case.layer.one_group()
            tau = case.machine.threshold
            total = dict.fromkeys(e, 0)
            for k in range(0, case.layer.K, one.K):
                own = tau[k:k + one.K] if isinstance(tau, list) else tau
                channels = slice(k, k + one.K)
                counters = simulated(case, layer=one, ofmap=case.ofmap[channels], threshold=own,
                                     masks=case.masks and case.masks.of(channels))
                for name in total:
                    total[name] += counters[name]
            whole = simulated(case)
            for name in total:
                if name not in PEAKS:
                    self.assertEqual(whole[name], total[name], name)
        self.each(check)


if __name__ == "__main__":
    unittest.main()
